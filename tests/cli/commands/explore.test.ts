import { describe, expect, test } from 'vitest';
import { join } from 'node:path';
import { ROOT } from '../../house/tree.js';
import { seedstorm, type Ended } from '../run-cli.js';

const MODULE = join(ROOT, 'tests', 'fixtures', 'leaky-machines.js');

function exploring(scenario: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return seedstorm(['explore', scenario, '--module', MODULE, ...words], { env });
}

describe('a value that differs between processes', { timeout: 120_000 }, () => {
  test.each([
    ['pid', 'each process makes something else of this seed', /first {3}before the first event: state of s1, value: \d+, and then \d+/],
    ['start', 'each process makes something else of this seed', /value: \d{13}, and then \d{13}/],
    ['luck', 'each process makes something else of this seed', /value: 0\.\d+, and then 0\.\d+/],
    ['place', 'a process with other environment variables, time zone', /value: "here", and then "nowhere"/],
    ['hour', 'a process with other environment variables, time zone', /value: \d+, and then \d+/],
    ['language', 'a process with other environment variables, time zone', /value: "1,234\.5", and then "1\.234,5"/],
    ['touched', 'a process with other environment variables, time zone', /value: [\d.]+, and then [\d.]+/],
  ])('%s: is no finding, ends with 3 and says what it may be', async (scenario, cause, first) => {
    const { exitCode, stdout } = await exploring(scenario, ['--seeds', '1..2', '--jobs', '1'], { LEAKY_PLACE: 'here', LC_ALL: 'C' });
    expect(stdout).toMatch(/^failed {2}2 runs of 1 scenario: one seed gave two different runs: this is not deterministic/);
    expect(stdout).toContain(`since   ${cause}`);
    expect(stdout).toMatch(first);
    expect(exitCode).toBe(3);
  });

  test('a machine without one passes, however many are run twice', async () => {
    const { exitCode, stdout } = await exploring('honest', ['--seeds', '1..10', '--rerun', '100', '--jobs', '2'], { LEAKY_PLACE: 'here' });
    expect(stdout).toContain('10 run twice and compared');
    expect(exitCode).toBe(0);
  });

  test('a variable that is named belongs to the run, and to the command that repeats it', async () => {
    const words = ['--seeds', '1..2', '--jobs', '1', '--env', 'LEAKY_PLACE=there'];
    const { exitCode, stdout } = await exploring('place', words, { LEAKY_PLACE: 'here' });
    expect(stdout).toContain(`next    npx seedstorm run place --seed 1 --module ${MODULE} --env LEAKY_PLACE=there`);
    expect(exitCode).toBe(0);
    const again = await seedstorm(['run', 'place', '--module', MODULE, '--env', 'LEAKY_PLACE=there']);
    expect(again.exitCode).toBe(0);
  });
});

describe('what one run leaves for the next one', { timeout: 120_000 }, () => {
  test.each([
    ['cache', ['--seeds', '1..60'], /value: false, and then true/],
    ['full-cache', ['--seeds', '1..60', '--failures', '1', '--rerun', '0'], /^differs full-cache seed \d+: /m],
  ])('%s: is called what it is, and no seed is blamed', async (scenario, words, first) => {
    const { exitCode, stdout } = await exploring(scenario, [...words, '--jobs', '1']);
    expect(stdout).toContain('since   a fresh process makes something else of this seed than one that has run others before');
    expect(stdout).toMatch(first);
    expect(exitCode).toBe(3);
  });
});

describe('a run that never ends', { timeout: 120_000 }, () => {
  const SPIN = /s\d, in step, for a request, did not come back: the run was given up after 4 s of wall time/;

  test('is given up, named with its seed, and the others go on', async () => {
    const { exitCode, stdout } = await seedstorm([
      ...['explore', 'spin', 'honest', '--module', MODULE, '--seeds', '1..3', '--jobs', '2', '--run-limit', '4s'],
    ]);
    expect(stdout).toMatch(/^failed {2}6 runs of 2 scenarios: 3 runs broke a property/);
    for (const seed of [1, 2, 3]) expect(stdout).toContain(`failed  spin seed ${seed}: run-limit at `);
    expect(stdout).toMatch(SPIN);
    expect(exitCode).toBe(1);
  });

  test('also by run and replay', async () => {
    for (const words of [['run'], ['replay', '--seed', '1']]) {
      const { exitCode, stdout } = await seedstorm([...words, 'spin', '--module', MODULE, '--run-limit', '4s']);
      expect(stdout).toMatch(SPIN);
      expect(exitCode).toBe(1);
    }
  });

  test('a limit is a time with its unit', async () => {
    const { exitCode, stderr } = await exploring('spin', ['--run-limit', '3']);
    expect(stderr).toMatch(/^seedstorm: --run-limit takes a time with its unit, .* not "3"\n$/);
    expect(exitCode).toBe(2);
  });
});
