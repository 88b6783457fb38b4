import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { exploreReportJson, exploreReportLines } from '../../../src/cli/campaign/report.js';
import { EXIT_CODES, type ExploreOptions, type ExploreReport } from '../../../src/sim/campaign/campaign.js';
import { violationOf } from '../../../src/sim/checkers/violation.js';

const OPTIONS: ExploreOptions = {
  module: new URL('file:///scenarios.js'),
  scenarios: ['basic', 'swarm'],
  firstSeed: 1,
  lastSeed: 100,
  forMs: null,
  jobs: 2,
  shard: { index: 1, count: 1 },
  recheckOneIn: 20,
  failuresMax: 10,
  onProgress: null,
};

const PASSED: ExploreReport = {
  verdict: 'pass',
  runs: 200,
  runsPlanned: 200,
  interrupted: false,
  untouched: [],
  rechecked: 10,
  events: 2_000_000,
  commits: 5_000,
  simulatedMs: 600_000,
  wallMs: 4_000,
  failures: [],
  nonDeterminism: [],
  moments: { 'leader-elected': 1_234, 'torn-tail-cut': 5 },
  expectedMoments: 12,
  neverSeen: [],
  shapes: 321,
  quietSeeds: 4,
};

const FAILED: ExploreReport = {
  ...PASSED,
  verdict: 'violation',
  failures: [
    {
      scenario: 'swarm',
      seed: 42,
      digest: '00000000deadbeef',
      repeat: 'npx seedstorm run swarm --seed 42',
      violation: violationOf('Election Safety', 's1 and s2 lead in term 3', 1_234_567),
    },
  ],
};

const plain = (lines: readonly string[]): string => stripVTControlCharacters(lines.join('\n'));

describe('the report of a campaign', () => {
  test('of one that passed: verdict, what was run and seen, what to try next', () => {
    expect(plain(exploreReportLines(OPTIONS, PASSED)).split('\n')).toEqual([
      'passed  200 runs of 2 scenarios: every property held',
      'seeds   1..100, in 2 jobs; 10 run twice and compared',
      'ran     4.0 s: 50 runs/s, 2.0M events (500.0k/s), 10 min 00 s of simulated time, 5 000 commits',
      'seen    2 different moments (--moments lists them); the scenarios saw 12 of the 12 that they expect',
      'states  321 abstract states of the cluster; no new state and no new moment in the last 4 seeds',
      'next    npx seedstorm run leader-failure --seed 42 --trace   run one seed again, line by line',
      '        npx seedstorm cluster --servers 3                    start three real servers on this machine',
    ]);
  });

  test('lists the moments only when asked, in columns that fit', () => {
    expect(plain(exploreReportLines(OPTIONS, PASSED, { moments: true }))).toContain('\nseen    leader-elected 1 234  torn-tail-cut 5\n');
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`moment-number-${i}`, i * 100]));
    const lines = exploreReportLines(OPTIONS, { ...PASSED, moments: many }, { moments: true });
    const rows = lines.filter((line) => line.includes('moment-number'));
    expect(rows.length).toBeLessThan(20);
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(100);
  });

  test("of scenarios of a user's own: what to try next is about them", () => {
    const text = plain(
      exploreReportLines({ ...OPTIONS, scenarios: ['bad-network'], firstSeed: 5, repeatWith: ' --module ./mine.js' }, PASSED),
    );
    expect(text.split('\n').at(-1)).toBe(
      'next    npx seedstorm run bad-network --seed 5 --module ./mine.js --story   run one seed again, and read what clients saw',
    );
  });

  test('of one that failed: each failure and the command that repeats it, and no cheerful advice', () => {
    const text = plain(exploreReportLines(OPTIONS, FAILED));
    expect(text).toContain('failed  200 runs of 2 scenarios: 1 run broke a property');
    expect(text).toContain(
      'failed  swarm seed 42: Election Safety at 1234.567 ms: s1 and s2 lead in term 3\nagain   npx seedstorm run swarm --seed 42',
    );
    expect(text).not.toContain('next');
  });

  test('of one that was not repeatable: both digests, and the first event that differs as both lives had it', () => {
    const report: ExploreReport = {
      ...PASSED,
      verdict: 'non-determinism',
      nonDeterminism: [
        {
          scenario: 'basic',
          seed: 7,
          digests: ['a', 'b'],
          cause: 'each process makes something else of this seed',
          firstDifference: {
            event: 12,
            where: 'state of s2, term: 3, and then 4',
            before: ['event 11, 0.9 ms: call'],
            lives: [
              ['event 12, 1 ms: wake at s2', '  > s1 (delivered) hello term=3'],
              ['event 12, 1 ms: wake at s2', '  > s1 (delivered) hello term=4'],
            ],
          },
          repeat: 'npx seedstorm run basic --seed 7',
        },
      ],
    };
    expect(plain(exploreReportLines(OPTIONS, report))).toContain(
      [
        'differs basic seed 7: a and then b',
        'since   each process makes something else of this seed',
        'first   in event 12: state of s2, term: 3, and then 4',
        'before  event 11, 0.9 ms: call',
        'once    event 12, 1 ms: wake at s2',
        '          > s1 (delivered) hello term=3',
        'then    event 12, 1 ms: wake at s2',
        '          > s1 (delivered) hello term=4',
        'again   npx seedstorm run basic --seed 7',
      ].join('\n'),
    );
    const printed = JSON.parse(JSON.stringify(exploreReportJson(OPTIONS, report))) as object;
    expect(printed).toMatchObject({
      verdict: 'non-determinism',
      nonDeterminism: [{ seed: 7, digests: ['a', 'b'], firstDifference: { event: 12 } }],
    });
  });

  test('tells a moment that had its chances from one that had too few', () => {
    const neverSeen = [
      { scenario: 'swarm', moment: 'leader-deposed', isDue: true },
      { scenario: 'basic', moment: 'torn-tail-cut', isDue: false },
    ];
    const text = plain(exploreReportLines(OPTIONS, { ...PASSED, verdict: 'never-seen', neverSeen }));
    expect(text).toMatch(/^never {3}leader-deposed, expected of swarm\n[\s\S]*^not yet torn-tail-cut, expected of basic$/m);
  });

  test('folds many moments that had too few chances into one line, and lists them when asked', () => {
    const neverSeen = ['a', 'b', 'c', 'd'].map((moment, i) => ({ scenario: i === 0 ? 'basic' : 'swarm', moment, isDue: false }));
    const told = plain(exploreReportLines(OPTIONS, { ...PASSED, neverSeen }));
    expect(told.match(/^not yet.*$/gm)).toEqual(['not yet 4 expected moments of 2 scenarios, which need more runs; --missing lists them']);
    expect(plain(exploreReportLines(OPTIONS, { ...PASSED, neverSeen }, { missing: true })).match(/^not yet.*$/gm)).toHaveLength(4);
  });

  test('of one that was stopped, or had no time for all, says how far it came', () => {
    const few = { ...PASSED, runs: 9, untouched: ['swarm'] };
    expect(plain(exploreReportLines(OPTIONS, { ...few, verdict: 'interrupted', interrupted: true }))).toMatch(
      /^stopped after 9 of 200 runs: every property held so far; 1 scenario not touched\n/,
    );
    expect(plain(exploreReportLines(OPTIONS, { ...few, verdict: 'interrupted', interrupted: true }))).not.toContain('next');
    expect(plain(exploreReportLines(OPTIONS, { ...few, runsPlanned: null }))).toMatch(
      /^passed {2}9 runs of 2 scenarios: every property held; 1 scenario not touched\n/,
    );
    expect(exploreReportJson(OPTIONS, { ...few, verdict: 'interrupted', interrupted: true })).toMatchObject({
      interrupted: true,
      untouched: ['swarm'],
      runsPlanned: 200,
    });
  });

  test('as JSON: the words that run has too, taken from the first failure', () => {
    expect(exploreReportJson(OPTIONS, FAILED)).toMatchObject({
      verdict: 'violation',
      seed: 42,
      digest: '00000000deadbeef',
      scenario: null,
      scenarios: ['basic', 'swarm'],
      runs: 200,
      violation: { property: 'Election Safety' },
      failures: FAILED.failures,
      neverSeen: [],
    });
    expect(exploreReportJson({ ...OPTIONS, scenarios: ['basic'] }, PASSED)).toMatchObject({
      verdict: 'pass',
      scenario: 'basic',
      seed: null,
      digest: null,
    });
  });
});

test('the exit codes are those that scripts rely on', () => {
  expect(EXIT_CODES).toEqual({ pass: 0, violation: 1, 'non-determinism': 3, 'never-seen': 4, interrupted: 130 });
});
