import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../house/tree.js';
import { seedstorm, type Ended } from '../run-cli.js';

// Scenarios of a user's own, and the built program as a child process: what a shell sees.
const TIMEOUT = { timeout: 60_000 };
const folder = mkdtempSync(join(tmpdir(), 'seedstorm-module-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SIM = pathToFileURL(join(ROOT, 'dist/src/sim/index.js')).href;

/** A module that exports one short scenario called "mine", with these fields changed. `before` runs when the module is loaded. */
function moduleWith(file: string, changed: string, before = ''): string {
  const path = join(folder, file);
  const text = `import { fault, raftSystem, usualRaft as usual } from '${SIM}';
${before}
const mine = { name: 'mine', title: 'Mine.', why: 'A story of my own.', system: raftSystem, expected: [], expectedWithinRuns: 1, options: (draws) => ({ ...usual(draws), chaosMs: 500 }) };
export const scenarios = [{ ...mine, ${changed} }];
`;
  writeFileSync(path, text);
  return path;
}

const exploring = (path: string, ...words: readonly string[]): Promise<Ended> =>
  seedstorm(['explore', '--module', path, '--seeds', '1..2', ...words]);

describe('--module', TIMEOUT, () => {
  const good = moduleWith('good.js', '');

  test("brings scenarios of one's own to explore, run and replay", async () => {
    const explored = await exploring(good, '--json', '--jobs', '1');
    expect(JSON.parse(explored.stdout)).toMatchObject({ verdict: 'pass', scenario: 'mine', runs: 2 });
    expect(await seedstorm(['run', 'mine', '--module', good])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await seedstorm(['replay', 'mine', '--seed', '1', '--until', '200', '--module', good])).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
  });

  test('is loaded by each process of a campaign', async () => {
    const { exitCode, stdout } = await exploring(good, '--json', '--jobs', '2');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ runs: 2 });
  });

  test('a failure is repeated by a command that names it: exit code 1', async () => {
    // Nobody comes to one state within a millisecond.
    const bad = moduleWith('bad.js', 'options: (draws) => ({ ...usual(draws), chaosMs: 500, convergenceMs: 1 })');
    const { exitCode, stdout } = await exploring(bad, '--failures', '1');
    expect(exitCode).toBe(1);
    const again = /^again {3}npx seedstorm (.*)$/m.exec(stdout)?.[1] ?? '';
    expect(again).toBe(`run mine --seed 1 --module ${bad}`);
    const repeated = await seedstorm(again.split(' '));
    expect(repeated.exitCode).toBe(1);
    expect(repeated.stdout).toContain(`npx seedstorm ${again} --trace`);
  });

  test('a scenario that leaks: the first event that differs, as both runs had it, and exit code 3', async () => {
    // One read in the life of a process is another one: its first run meets it, the second does not.
    const leaky = moduleWith(
      'leaky.js',
      'options: (draws) => { const o = { ...usual(draws), chaosMs: 500 }; return { ...o, workload: { ...o.workload, get thinkMsMax() { return ++reads === 20 ? 60 : 50; } } }; }',
      'let reads = 0;',
    );
    const { exitCode, stdout } = await exploring(leaky, '--rerun', '100', '--jobs', '1');
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^failed {2}.*one seed gave two different runs/m);
    expect(stdout).toMatch(/^differs mine seed 1: [0-9a-f]{16} and then [0-9a-f]{16}$/m);
    const [first, once, then] = ['first', 'once', 'then'].map((title) => new RegExp(`^${title.padEnd(8)}(.+)$`, 'm').exec(stdout)?.[1]);
    expect(first).toMatch(/^in event \d+: /);
    expect(once).toMatch(/ms/);
    expect(then).not.toBe(once);
  });

  test('options that no seed decides are said as what differs before the first event, in JSON too', async () => {
    const leaky = moduleWith(
      'leaky-options.js',
      'options: (draws) => { const o = { ...usual(draws), chaosMs: 500 }; return { ...o, workload: { ...o.workload, thinkMsMax: 50 + ++lives } }; }',
      'let lives = 0;',
    );
    const { exitCode, stdout } = await exploring(leaky, '--rerun', '100', '--json', '--jobs', '1');
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'non-determinism',
      // The second seed may by chance be counted alike in both processes.
      nonDeterminism: expect.arrayContaining([
        expect.objectContaining({ scenario: 'mine', seed: 1, firstDifference: expect.objectContaining({ event: 0 }) as unknown }),
      ]) as unknown,
    });
  });

  test('a moment that was promised and never came is named, and ends with exit code 4', async () => {
    const hollow = moduleWith('hollow.js', "expected: ['leader-elected', 'disk-lost'], expectedWithinRuns: 2");
    const { exitCode, stdout } = await exploring(hollow);
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(/^hollow {2}2 runs of 1 scenario: every property held, but an expected moment was never seen$/m);
    expect(stdout).toMatch(/disk-lost/);
    expect(stdout).not.toMatch(/never.*leader-elected/);
    const shorter = await seedstorm(['explore', '--module', hollow, '--seeds', '1..1']);
    expect(shorter.exitCode).toBe(0);
  });

  test.each<readonly [what: string, path: string, line: RegExp]>([
    ['is not there', join(folder, 'absent.js'), /--module .*absent\.js cannot be read: there is no such file/],
    ['does not load', moduleWith('torn.js', '}'), /--module .*torn\.js cannot be loaded: Unexpected token '}' \(.*torn\.js:4\)/],
    [
      'throws',
      moduleWith('thrower.js', '', "throw new Error('not today');"),
      /thrower\.js cannot be loaded: not today \(.*thrower\.js:2:\d+\)/,
    ],
    ['has a mistyped field', moduleWith('fields.js', 'finidng: null'), /unknown field "finidng"; did you mean "finding"\?/],
    ['has a finding that is none', moduleWith('finding.js', 'finding: { properties: [] }'), /`finding` has a list `properties`/],
    [
      'promises a moment that there is not',
      moduleWith('moment.js', "expected: ['leader-electd']"),
      /no moment "leader-electd"; did you mean "leader-elected"\? `seedstorm scenarios --moments`/,
    ],
    [
      'is of no system',
      moduleWith('systemless.js', 'system: undefined'),
      /`system` is the system under test, such as raftSystem or one that keyValueSystem\(\{ … \}\) returned/,
    ],
    [
      'names a fault that there is not',
      moduleWith('fault.js', 'options: fault("crsh", [1, 2], [1, 2])'),
      /unknown fault "crsh"; did you mean "crash"\?.* \(.*fault\.js:\d+:\d+\)/,
    ],
    [
      'has a scenario without options',
      moduleWith('optionless.js', 'options: 7'),
      /scenarios\[0\] is no scenario: `options` is a function of the draws/,
    ],
    ['has a scenario with a strange name', moduleWith('strange.js', "name: 'My Story'"), /`name` is no word in kebab case/],
    [
      'has a promise without a number of runs',
      moduleWith('endless.js', 'expectedWithinRuns: 0'),
      /`expectedWithinRuns` is a whole number, 1 or more/,
    ],
  ])('a module that %s is one line and exit code 2', async (_what, path, line) => {
    const { exitCode, stdout, stderr } = await exploring(path);
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  test.each<readonly [what: string, options: string, line: RegExp]>([
    ['have a mistyped name', '({ ...usual(draws), sevrers: 3 })', /no option is called "sevrers": did you mean "servers"\?/],
    [
      'have a value of another type',
      "({ ...usual(draws), chaosMs: '10s' })",
      /chaosMs is a whole number of milliseconds, from 0 to \d+, not "10s"/,
    ],
    ['are out of range', '({ ...usual(draws), servers: 0 })', /servers is a whole number, from 1 to 1000, not 0/],
    ['are more servers than the system takes', '({ ...usual(draws), servers: 100 })', /the raft system has at most 31 servers, not 100/],
    [
      'have a range that goes down',
      "({ ...usual(draws), faults: [fault('crash', [3000, 1000], [1, 2])] })",
      /faults\[0\]\.everyMsMin is at most everyMsMax, not 3000 above 1000/,
    ],
    [
      'have a fault without its spans',
      "({ ...usual(draws), faults: [fault('crash')] })",
      /fault\('crash'\) takes two spans of milliseconds/,
    ],
    [
      'have a heartbeat beyond the election timeout',
      '((o) => ({ ...o, node: { ...o.node, raft: { ...o.node.raft, heartbeatInterval: 1e6 } } }))(usual(draws))',
      /an election timeout is longer than a heartbeat interval/,
    ],
    [
      'have a mistyped number of the system',
      '((o) => ({ ...o, node: { ...o.node, raft: { ...o.node.raft, heartbeat: 1 } } }))(usual(draws))',
      /node\.raft has no field called "heartbeat"/,
    ],
    ['are undefined', 'undefined', /options\(draws\) returned undefined: it returns the options of a run/],
    ['are a promise', '(async () => usual(draws))()', /options\(draws\) returned a promise/],
    ['throw', "(() => { throw new Error('not today'); })()", /options\(draws\) threw: not today/],
    [
      'ask for chance',
      '({ ...usual(draws), chaosMs: Math.floor(Math.random() * 1000) })',
      /options\(draws\) called Math\.random: .* drawn from the seed/,
    ],
  ])('options that %s are one line and exit code 2', async (what, options, line) => {
    const path = moduleWith(`${what.replaceAll(' ', '-')}.js`, `options: (draws) => ${options}`);
    const { exitCode, stdout, stderr } = await seedstorm(['run', 'mine', '--module', path]);
    expect(stderr).toMatch(line);
    expect(stderr).toMatch(/^seedstorm: scenario "mine", seed 1: .*\n$/);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
  });

  test('options that mean nothing are the same line in explore, in its one process and in others, in run and in replay', async () => {
    const path = moduleWith('nothing.js', 'options: (draws) => ({ ...usual(draws), sevrers: 3 })');
    const all = await Promise.all([
      seedstorm(['run', 'mine', '--module', path]),
      seedstorm(['replay', 'mine', '--seed', '1', '--module', path]),
      exploring(path, '--jobs', '1'),
      exploring(path, '--jobs', '2'),
    ]);
    for (const { exitCode, stdout, stderr } of all) {
      expect(stderr).toMatch(/^seedstorm: scenario "mine", seed [12]: .*no option is called "sevrers": did you mean "servers"\?.*\n$/);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    }
  });

  test('a module without scenarios, and one with two of one name, are one line and exit code 2', async () => {
    const none = join(folder, 'none.js');
    writeFileSync(none, 'export const stories = [];\n');
    expect(await exploring(none)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/it exports no list called "scenarios" with a scenario in it/) as string,
    });
    const twice = join(folder, 'twice.js');
    writeFileSync(twice, `import { scenarios as one } from '${pathToFileURL(good).href}';\nexport const scenarios = [...one, ...one];\n`);
    expect(await exploring(twice)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/two scenarios are called "mine"/) as string,
    });
  });

  test('a name that is not in it is answered with those that are', async () => {
    expect(await seedstorm(['run', 'basic', '--module', good])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/unknown scenario "basic"; known: mine/) as string,
    });
  });
});

describe('failures that were kept', TIMEOUT, () => {
  test('are lived when they are named, and listed to whoever asks for one', async () => {
    expect(await seedstorm(['run', 'regression-late-answers', '--seed', '1'])).toMatchObject({ exitCode: 0, stderr: '' });
    const { exitCode, stderr } = await seedstorm(['run', 'regression-late-answer']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/did you mean "regression-late-answers"\?.*regression-swallowed-frames/);
  });
});
