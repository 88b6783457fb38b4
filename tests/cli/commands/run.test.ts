import { describe, expect, test } from 'vitest';
import { join } from 'node:path';
import { ROOT } from '../../house/tree.js';
import { seedstorm } from '../run-cli.js';

const MODULE = join(ROOT, 'tests', 'fixtures', 'broken-machines.js');

describe("what a user's code throws is told with who did it, when, and where in the code", { timeout: 60_000 }, () => {
  const IN_STEP = /s\d: Cannot read properties of undefined \(reading 'at'\) \(TypeError in step, for a request\)/;
  const OUTSIDE = /outside of the machines: TypeError: Cannot read properties of undefined \(reading 'at'\)/;
  const SLIP = /^thrown {2}at slip \(.*broken-machines\.js:\d+:\d+\)\n {8}at .*broken-machines\.js:\d+:\d+\)?$/m;

  test.each([
    ['step', 'threw', IN_STEP],
    ['init', 'threw', /at 0 ms: s1: .* \(TypeError in init\)/],
    ['next', 'threw', OUTSIDE],
    ['settled', 'threw', OUTSIDE],
    ['always', 'fine', /at 0 ms: s1: Cannot read/],
    ['finally', 'fine', /Cannot read properties/],
  ])('in %s: %s', async (name, property, message) => {
    const { exitCode, stdout, stderr } = await seedstorm(['run', name, '--module', MODULE]);
    expect(stdout).toMatch(new RegExp(`^failed  ${name} seed 1: ${property}\n        at [\\d.]+ ms: `));
    expect(stdout).toMatch(message);
    expect(stdout).toMatch(SLIP);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
  });

  test('also by explore, by replay and as JSON', async () => {
    const [explored, replayed, json] = await Promise.all([
      seedstorm(['explore', 'step', '--module', MODULE, '--failures', '1', '--jobs', '2']),
      seedstorm(['replay', 'step', '--seed', '1', '--module', MODULE]),
      seedstorm(['run', 'step', '--module', MODULE, '--json']),
    ]);
    for (const { exitCode, stdout } of [explored, replayed]) {
      expect(stdout).toMatch(SLIP);
      expect(exitCode).toBe(1);
    }
    const { violation } = JSON.parse(json.stdout) as { violation: { thrownAt: readonly string[] } };
    expect(violation.thrownAt[0]).toMatch(/^slip \(file:.*broken-machines\.js:\d+:\d+\)$/);
  });

  test.each([
    ['async-step', 'contract', /step, for a request, returned a promise: it returns \{ state, effects \} at once/],
    ['effect', 'contract', /unknown kind of effect "sned"; did you mean "send"\?/],
    ['judge', 'contract', /a judge returned a promise: it judges in one synchronous call/],
  ])('%s is no throw, and has no place: %s', async (name, property, message) => {
    const { exitCode, stdout, stderr } = await seedstorm(['run', name, '--module', MODULE]);
    expect(stdout).toMatch(new RegExp(`^failed  ${name} seed 1: ${property}\n`));
    expect(stdout).toMatch(message);
    expect(stdout).not.toContain('thrown');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
  });

  test.each([
    ['options', 'options(draws) threw'],
    ['work', 'its system threw before the first event'],
  ])('in %s, before there is a run: one line and exit code 2', async (name, what) => {
    const { exitCode, stdout, stderr } = await seedstorm(['run', name, '--module', MODULE]);
    expect(stderr).toContain(`seedstorm: scenario "${name}", seed 1: ${what}: Cannot read properties of undefined (reading 'at') (`);
    expect(stderr).toMatch(/broken-machines\.js:\d+:\d+\)\n$/);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });
});

describe('a system is told in its own words, whatever others call theirs', { timeout: 60_000 }, () => {
  const BORROWED = join(ROOT, 'tests', 'fixtures', 'borrowed-words.js');
  const KINDS = [
    'done',
    'appendEntries',
    'command',
    'query',
    'installSnapshot',
    'requestVote',
    'failed',
    'maybe',
    'notLeader',
    'unavailable',
  ];
  const COMMANDS: readonly (readonly [command: string, ...options: string[]])[] = [
    ['run', '--trace'],
    ['run', '--story'],
    ['replay', '--seed', '1'],
  ];

  test.each(COMMANDS)('%s %s: kind and fields where it has no words', async (command, ...options) => {
    const { exitCode, stdout, stderr } = await seedstorm([command, 'borrowed', ...options, '--module', BORROWED]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const kind of KINDS) expect(stdout).toMatch(new RegExp(`${kind} \\d+`));
    expect(stdout).not.toMatch(/undefined|\[object/);
  });

  test.each(COMMANDS)('%s %s: its own words where it has some', async (command, ...options) => {
    const { exitCode, stdout, stderr } = await seedstorm([command, 'worded', ...options, '--module', BORROWED]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const kind of KINDS) {
      expect(stdout).toMatch(new RegExp(`<${kind} no\\. \\d+>`));
      expect(stdout).toContain(`[${kind}]`);
      expect(stdout).toContain(`{${kind}}`);
    }
    if (command === 'replay') expect(stdout).toMatch(/^s1 {2}has passed \d+ on$/m);
  });
});
