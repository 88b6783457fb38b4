import { describe, expect, test } from 'vitest';
import { EXIT_CODES, type ExploreOptions, type ExploreProgress } from '../../../src/sim/campaign/campaign.js';
import type { RunReport } from '../../../src/sim/run/report.js';
import { ALL_SCENARIOS, Tally } from '../../../src/sim/campaign/tally.js';
import { quietOptions } from '../quiet.js';
import { violationOf } from '../../../src/sim/checkers/violation.js';

const options: ExploreOptions = {
  module: new URL('file:///nowhere.js'),
  scenarios: ['one'],
  firstSeed: 1,
  lastSeed: 10,
  forMs: null,
  jobs: 1,
  shard: { index: 1, count: 1 },
  recheckOneIn: 0,
  failuresMax: 2,
  onProgress: null,
};
const promise = [{ name: 'one', expected: ['seen', 'missed'], expectedWithinRuns: 3 }];

function reportOf(seed: number, more: Partial<RunReport> = {}): RunReport {
  return {
    verdict: 'pass',
    scenario: 'one',
    seed,
    digest: `digest ${seed}`,
    events: 10,
    simulatedMs: 100,
    wallMs: 1,
    commits: 2,
    operations: 5,
    unknownOutcomes: 0,
    moments: { seen: 1 },
    options: quietOptions(),
    ...more,
  };
}

function add(
  tally: Tally,
  seed: number,
  more: Partial<RunReport> = {},
  secondDigest: string | null = null,
  shapes: readonly number[] = [],
): void {
  const report = reportOf(seed, more);
  const task = { scenario: 'one', seed };
  tally.add(task, { report, shapes: Uint16Array.from(shapes) });
  if (secondDigest !== null) tally.rechecked();
  if (secondDigest !== null && secondDigest !== report.digest) {
    const firstDifference = { event: 7, where: 'the digest', lives: [[], []] as const, before: [] };
    tally.differed(task, { digests: [report.digest, secondDigest], firstDifference, cause: 'chance' });
  } else if (report.violation !== undefined) tally.failed(task, report);
}

describe('the sum of a campaign', () => {
  test('is never-seen once a promised moment had its chances, and only then', () => {
    const tally = new Tally(options, promise);
    add(tally, 1);
    add(tally, 2);
    expect(tally.report()).toMatchObject({ verdict: 'pass', neverSeen: [{ scenario: 'one', moment: 'missed', isDue: false }] });
    add(tally, 3);
    expect(tally.report()).toMatchObject({ verdict: 'never-seen', neverSeen: [{ isDue: true }] });
    add(tally, 4, { moments: { missed: 1 } });
    expect(tally.report()).toMatchObject({ verdict: 'pass', neverSeen: [], events: 40, commits: 8, runs: 4 });
  });

  test('holds all scenarios to what they promise together', () => {
    const tally = new Tally({ ...options, scenarios: ['one', 'two'] }, [
      { name: ALL_SCENARIOS, expected: ['seen', 'missed'], expectedWithinRuns: 2 },
    ]);
    add(tally, 1);
    expect(tally.report().verdict).toBe('pass');
    tally.add({ scenario: 'two', seed: 1 }, { report: reportOf(1, { scenario: 'two' }), shapes: new Uint16Array() });
    expect(tally.report()).toMatchObject({ verdict: 'never-seen', neverSeen: [{ scenario: ALL_SCENARIOS, moment: 'missed' }] });
    add(tally, 2, { moments: { missed: 1 } });
    expect(tally.report().verdict).toBe('pass');
  });

  test('is over when so many seeds brought no new moment and no new shape, and tells how many shapes there were', () => {
    const tally = new Tally({ ...options, untilQuiet: 2 }, []);
    const seen = [[1], [1, 2], [2], [1]].map((shapes, i) => {
      add(tally, 1 + i, {}, null, shapes);
      return tally.isOver();
    });
    expect(seen).toEqual([false, false, false, true]);
    expect(tally.report()).toMatchObject({ verdict: 'pass', shapes: 2, quietSeeds: 2 });
  });

  test('is interrupted when it was stopped before its end, and names the scenarios that had no run', () => {
    const stopping = new AbortController();
    const tally = new Tally({ ...options, scenarios: ['one', 'two'], lastSeed: 1, signal: stopping.signal }, []);
    add(tally, 1);
    expect(tally.report()).toMatchObject({ verdict: 'pass', interrupted: false, runs: 1, runsPlanned: 2, untouched: ['two'] });
    stopping.abort();
    expect(tally.isOver()).toBe(true);
    expect(tally.report()).toMatchObject({ verdict: 'interrupted', interrupted: true, untouched: ['two'] });
    expect(EXIT_CODES[tally.report().verdict]).toBe(130);
    tally.add({ scenario: 'two', seed: 1 }, { report: reportOf(1, { scenario: 'two' }), shapes: new Uint16Array() });
    expect(tally.report()).toMatchObject({ verdict: 'pass', interrupted: false, untouched: [] });
  });

  test('that was interrupted after a failure is a violation all the same', () => {
    const stopping = new AbortController();
    const tally = new Tally({ ...options, signal: stopping.signal }, promise);
    add(tally, 1, { violation: violationOf('x', 'y', 0) });
    stopping.abort();
    expect(tally.report()).toMatchObject({ verdict: 'violation', interrupted: true });
  });

  test('names each failure with the command that repeats it, and stops at enough of them', () => {
    const tally = new Tally(options, promise);
    const violation = violationOf('Election Safety', 'two leaders', 5_000);
    add(tally, 7, { violation });
    expect(tally.isOver()).toBe(false);
    add(tally, 3, { violation });
    expect(tally.isOver()).toBe(true);
    const { verdict, failures } = tally.report();
    expect(verdict).toBe('violation');
    expect(failures.map(({ repeat }) => repeat)).toEqual(['npx seedstorm run one --seed 3', 'npx seedstorm run one --seed 7']);
  });

  test('puts non-determinism above every other verdict', () => {
    const tally = new Tally(options, promise);
    add(tally, 1, { violation: violationOf('x', 'y', 0) }, 'another digest');
    const { verdict, nonDeterminism, rechecked } = tally.report();
    expect({ verdict, rechecked }).toEqual({ verdict: 'non-determinism', rechecked: 1 });
    expect(nonDeterminism[0]).toMatchObject({ seed: 1, digests: ['digest 1', 'another digest'], firstDifference: { event: 7 } });
    expect(EXIT_CODES[verdict]).toBe(3);
  });

  test('counts a run that had to be ended with its process as a failure', () => {
    const tally = new Tally(options, []);
    tally.addStuck({ scenario: 'one', seed: 4 }, 'it waited for a file');
    expect(tally.report()).toMatchObject({
      verdict: 'violation',
      runs: 1,
      failures: [{ seed: 4, digest: '', violation: { property: 'run-limit', message: 'it waited for a file' } }],
    });
  });

  test('tells how far it has come after each run', () => {
    const told: ExploreProgress[] = [];
    const tally = new Tally({ ...options, onProgress: (progress) => told.push(progress) }, promise);
    add(tally, 1, {}, 'digest 1');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ runs: 1, runsPlanned: 10, failures: 0, events: 10, simulatedMs: 100 });
  });
});
