import { describe, expect, test } from 'vitest';
import { regressions, scenarios } from '../../../scenarios/index.js';
import { HARMS } from '../../../src/sim/harms.js';
import { MOMENTS, RARE_MOMENTS } from '../../../src/sim/moments.js';
import { seedstorm } from '../run-cli.js';

const names = (rows: unknown): readonly string[] => (rows as readonly { readonly name: string; readonly sentence: string }[]).map(({ name, sentence }) => {
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

  test('lists every harm, and every moment', async () => {
    expect(names((await listed('--harms'))['harms'])).toEqual(HARMS);
    const moments = await listed('--moments');
    expect(names(moments['moments'])).toEqual(MOMENTS.map(({ name }) => name));
    expect(names(moments['rare'])).toEqual(RARE_MOMENTS.map(({ name }) => name));
  });

  test('lists one thing at a time', async () => {
    expect(await seedstorm(['scenarios', '--harms', '--moments'])).toMatchObject({ exitCode: 2, stdout: '', stderr: 'seedstorm: --harms and --moments are two lists: choose one\n' });
  });
});
