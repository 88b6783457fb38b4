import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { eventually } from '../../real/helpers.js';
import { PROGRAM, seedstorm } from '../run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-chaos-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Storms are mostly waiting, and each has up to five servers: two at a time are what two cores bear. */
const LANES: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
let turns = 0;

function inTurn<Value>(run: () => Promise<Value>): Promise<Value> {
  const lane = turns++ % LANES.length;
  const value = (LANES[lane] as Promise<unknown>).then(run);
  LANES[lane] = value.catch(() => undefined);
  return value;
}

async function chaos(...words: readonly string[]): Promise<Record<string, unknown>> {
  const { exitCode, stdout, stderr } = await seedstorm(['chaos', ...words, '--json']);
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as Record<string, unknown>;
  expect(['pass', 'found'], stdout).toContain(report['verdict']);
  expect(exitCode).toBe(0);
  return report;
}

describe.concurrent('each scenario of the harness holds in real processes', { timeout: 300_000 }, () => {
  test.each([
    ['basic', []],
    ['concurrent', []],
    ['leader-failure', ['killLeader']],
    ['persist', ['killAll']],
    ['partition', ['partition']],
    ['unreliable', []],
    ['many-partitions', ['partition']],
    ['persist-concurrent', ['killAll']],
    ['persist-partition', ['killAll', 'partition']],
    ['lock-raft', []],
  ])('%s', async (scenario, deeds) => {
    const report = await inTurn(() => chaos(scenario, '--for', '2s', '--seed', '1'));
    expect(report['verdict']).toBe('pass');
    for (const deed of deeds) expect(Object.keys(report['blows'] as object)).toContain(deed);
    expect(report['operations']).toBeGreaterThan(5);
    expect(report['directory']).toBeNull();
  });

  test('and over an unreliable network, where half of all requests and replies are lost', async () => {
    const report = await inTurn(() => chaos('concurrent', '--for', '2s', '--network', 'unreliable'));
    expect((report['messages'] as { dropped: number }).dropped).toBeGreaterThan(10);
  });

  // Other systems: what one promises holds, and what another is expected to lose may be found, or not: real time decides.
  test.each([
    ['single', 'pass', ['--store', 'memory']],
    ['single-log', 'pass', ['--sync', 'always']],
    ['lock-single', 'pass', ['--store', 'memory']],
    ['primary-replica', 'pass', ['--primary', '1']],
    ['stale-read', null, ['--primary', '1']],
    ['quorum', 'pass', ['--write-quorum', '2']],
    ['simple-election-lost-write', null, ['--heartbeat', '50ms']],
  ])('%s', async (scenario, verdict, words) => {
    const report = await inTurn(() => chaos(scenario, '--for', '2s', '--seed', '1'));
    if (verdict !== null) expect(report['verdict']).toBe(verdict);
    expect((report['system'] as string[]).join(' ')).toContain(words.join(' '));
    expect(report['operations']).toBeGreaterThan(5);
  });
});

test('a machine of the simulator alone is refused in one line', async () => {
  expect(await seedstorm(['chaos', 'naive-join'])).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringMatching(/^seedstorm: scenario "naive-join" is about .* lives in the simulator only.*\n$/) as string,
  });
});

test('a scenario of which nothing can be done to processes is refused; one of which a part cannot says so beside its verdict', async () => {
  expect(await seedstorm(['chaos', 'rolling-restart'])).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringMatching(
      /^seedstorm: nothing of this scenario can be done to processes: rollingRestart, gracefulStop .*\n$/,
    ) as string,
  });
  const { stdout } = await seedstorm(['chaos', 'single-impatient', '--for', '1s']);
  expect(stdout.split('\n')[0]).toContain('single-impatient seed 1, in real processes, without diskStall (in the simulator only): ');
  expect((await chaos('single-impatient', '--for', '1s'))['left']).toEqual(['diskStall']);
});

test("scenarios of a user's own module", async () => {
  const module = join(folder, 'mine.mjs');
  const ours = new URL('../../../dist/scenarios/index.js', import.meta.url).href;
  writeFileSync(module, `import { scenarios as ours } from '${ours}';\nexport const scenarios = [{ ...ours[0], name: 'my-own' }];\n`);
  expect(await chaos('my-own', '--module', module, '--for', '1s')).toMatchObject({ scenario: 'my-own', verdict: 'pass' });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with 130, nothing judged, and leaves no data behind', async (signal) => {
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  const child = spawn(process.execPath, [PROGRAM, 'chaos', 'basic', '--for', '60s'], { env: { ...process.env, TMPDIR: temporary } });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise((resolve) => child.once('close', resolve));
  await eventually(
    'servers',
    () => readdirSync(temporary).some((name) => existsSync(join(temporary, name, 'cluster', 'server-1'))) || null,
  );
  child.kill(signal);
  expect(await ended).toBe(130);
  expect(stderr).toBe('stopped: nothing was judged\n');
  expect(readdirSync(temporary)).toEqual([]);
});

test('what the clients saw, the data and the logs are kept when that is wished', async () => {
  const history = join(folder, 'h.jsonl');
  const data = join(folder, 'data');
  await chaos('basic', '--for', '1s', '--history', history, '--data', data);
  expect(await seedstorm(['check', history, '--model', 'kv'])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(data, 'history.jsonl'), 'utf8')).toBe(readFileSync(history, 'utf8'));
  expect(readFileSync(join(data, 'servers.log'), 'utf8')).toMatch(/^s1 /m);
  expect(existsSync(join(data, 'cluster', 'server-1'))).toBe(true);
});

test('for a person it says what was lived', async () => {
  const { exitCode, stdout } = await seedstorm(['chaos', 'basic', '--for', '1s']);
  expect(stdout).toMatch(/^passed {2}basic seed 1, in real processes: Nothing fails, and every client is served\.\nran {5}\d servers, /);
  expect(exitCode).toBe(0);
});
