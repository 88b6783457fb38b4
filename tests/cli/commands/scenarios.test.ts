import { describe, expect, test } from 'vitest';
import { regressions, scenarios } from '../../../scenarios/index.js';
import { FAULT_NAMES } from '../../../src/sim/nemesis/faults/families.js';
import { everyMoment } from '../../sim/every-moment.js';
import { seedstorm } from '../run-cli.js';

const names = (rows: unknown): readonly string[] =>
  (rows as readonly { readonly name: string; readonly sentence: string }[]).map(({ name, sentence }) => {
    expect(sentence).toMatch(/^[A-Z].{10,}\.$/);
    return name;
  });

async function listed(...words: string[]): Promise<Record<string, unknown>> {
  const { stdout, exitCode } = await seedstorm(['scenarios', ...words, '--json']);
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('scenarios', { timeout: 60_000 }, () => {
  test('lists every scenario and every kept failure with its title', async () => {
    const lists = await listed();
    expect(names(lists['scenarios'])).toEqual(scenarios.map(({ name }) => name));
    expect(names(lists['regressions'])).toEqual(regressions.map(({ name }) => name));
    const { stdout } = await seedstorm(['scenarios']);
    expect(stdout).toMatch(/^scenarios:\n {2}basic +Nothing fails, and every client is served\.\n/);
    expect(stdout).toMatch(/\n\nregressions:\n {2}regression-/);
  });

  test('lists every fault, and every moment', async () => {
    expect(names((await listed('--faults'))['faults'])).toEqual(FAULT_NAMES);
    const moments = await listed('--moments');
    const those = (rare: boolean): readonly string[] => everyMoment.filter(({ isRare = false }) => isRare === rare).map(({ name }) => name);
    expect(names(moments['moments'])).toEqual(those(false));
    expect(names(moments['rare'])).toEqual(those(true));
  });

  test('lists one thing at a time', async () => {
    expect(await seedstorm(['scenarios', '--faults', '--moments'])).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: 'seedstorm: --faults and --moments are two lists: choose one\n',
    });
  });
});
