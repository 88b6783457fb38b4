import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { EngineResult } from '../../../bench/engine.js';
import type { ExploreBenchResult } from '../../../bench/explore.js';
import { markdownOf } from '../../../bench/engine/markdown.js';
import { seedstorm } from '../run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What each system is measured in; how fast it is on this machine today is no matter of tests. */
const ROWS = [
  ...Array<string>(3).fill('single: memory only: reads'),
  ...Array<string>(3).fill('single: memory only: writes'),
  'single: client library, pooled',
  'single: client library, pooled',
  'single: client library, a connection for each request',
  ...Array<string>(3).fill('single: log, sync always: writes'),
  'single: log, sync 100ms: writes',
  'single: log, sync 100ms: writes',
  'single: log, sync never: writes',
  'single: log, sync never: writes',
  ...Array<string>(3).fill('primary-replica: memory only, 3 replicas: writes'),
  'primary-replica: reads at 1 replica',
  'primary-replica: reads at 2 replicas',
  'primary-replica: reads at 3 replicas',
  ...Array<string>(3).fill('primary-replica: log, sync always, 3 replicas: writes'),
  ...Array<string>(3).fill('quorum: W=2 of 3: writes'),
  'quorum: R=2 of 3: reads',
  'quorum: R=2 of 3: reads',
  'simple-election: 3 servers: writes',
  'simple-election: 3 servers: writes',
  'simple-election: failover after kill -9 of the leader',
  'raft: 3 servers: writes',
  'raft: 3 servers: writes',
  'raft: 3 servers: linearizable reads',
  'raft: 3 servers: linearizable reads',
  'raft: reads at 1 server',
  'raft: reads at 2 servers',
  'raft: reads at 3 servers',
  'raft: failover after kill -9 of the leader',
];

// Without peers: whether a machine has etcd and Redis, whose servers take a while, is no matter of this test.
test('bench engine measures every row of every system, prints one JSON object, and leaves no files', async () => {
  const { exitCode, stdout, stderr } = await seedstorm([
    'bench',
    'engine',
    '--for',
    '100ms',
    '--clients',
    '2',
    '--data',
    folder,
    '--peers',
    'none',
    '--json',
  ]);
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  const result = JSON.parse(stdout) as EngineResult;
  expect(result).toMatchObject({ benchmark: 'engine', secondsPerRow: 0.1, connections: 2 });
  expect(result.machine).toMatchObject({ node: process.version, processor: expect.any(String) as string });
  expect(result.machine.syncUs.p50).toBeGreaterThan(0);
  expect(result.rows.map(({ system, what }) => `${system}: ${what}`)).toEqual(ROWS);
  for (const { ours, settings } of result.rows) {
    expect(settings).not.toBe('');
    const figures = 'medianMs' in ours ? [ours.shortestMs, ours.medianMs, ours.longestMs] : [ours.p50Us, ours.p99Us, ours.p999Us];
    expect(figures).toEqual(figures.toSorted((a, b) => a - b));
    expect('medianMs' in ours ? ours.medianMs : ours.perSecond).toBeGreaterThan(0);
  }
  expect(readdirSync(folder)).toEqual([]);

  const table = markdownOf(result)
    .split('\n')
    .filter((line) => line.startsWith('|'));
  expect(table).toHaveLength(2 + ROWS.length);
  expect(new Set(table.map((line) => line.split('|').length))).toEqual(new Set([10]));
  expect(table[2]).toMatch(/^\| single \| memory only: reads \| 100 000\/s, 0.02 ms \| \*\*[\d ]+\*\* \|/);
}, 300_000);

test('bench explore tells one job, two jobs, and two processes beside each other', async () => {
  const { exitCode, stdout } = await seedstorm(['bench', 'explore', '--runs', '2', '--rounds', '1', '--json']);
  expect(exitCode).toBe(0);
  const { benchmark, runs, rounds, ...figures } = JSON.parse(stdout) as ExploreBenchResult;
  expect({ benchmark, runs, rounds }).toEqual({ benchmark: 'explore', runs: 2, rounds: 1 });
  const { oneJobMs, twoJobsMs, oneOverTwo, halfAloneMs, halvesTogetherMs, twoProcesses } = figures;
  for (const figure of [oneJobMs, twoJobsMs, oneOverTwo, halfAloneMs, halvesTogetherMs, twoProcesses]) expect(figure).toBeGreaterThan(0);
  const { oneCoreOverTwo, lanes } = figures;
  expect(lanes).toMatchObject({ warmUpRuns: 0, slices: 8, runsPerSlice: 2 });
  for (const figure of [lanes.inTurnsMs, lanes.atOnceMs, lanes.secondLane]) expect(figure).toBeGreaterThan(0);
  if (oneCoreOverTwo !== null) expect(oneCoreOverTwo).toBeGreaterThan(0);
  if (process.platform === 'linux' && availableParallelism() >= 2) expect(oneCoreOverTwo).not.toBeNull();
});

describe('what cannot be measured is one line', () => {
  test.each([
    [['engine', '--system', 'paxos'], '--system takes single, primary-replica, quorum, simple-election, raft or all, not "paxos"'],
    [['engine', '--for', '5'], '--for takes a time with its unit, such as 500ms, 60s, 5m or 1h, not "5"'],
    [['engine', '--clients', '0'], '--clients takes a whole number from 1 to 1000, not "0"'],
    [['engine', '--markdown', '--json'], 'choose one of --markdown and --json'],
    [['explore', '--runs', '1'], '--runs takes a whole number from 2 to 1000000, not "1"'],
    [['faults', '--bars'], '--bars is nothing for bench faults; it belongs to bench sim'],
    [['sim', '--runs', '10'], '--runs is nothing for bench sim; it belongs to bench explore'],
    [['checker', '--system', 'raft'], '--system is nothing for bench checker; it belongs to bench engine'],
  ])('%j', async (words, line) => {
    expect(await seedstorm(['bench', ...words])).toMatchObject({ exitCode: 2, stdout: '', stderr: `seedstorm: ${line}\n` });
  });
});
