import { expect, test } from 'vitest';
import { leaderFailure } from '../../../scenarios/raft/leader-failure.js';
import { quorumStale } from '../../../scenarios/quorum/quorum-stale.js';
import { beyondClockBound } from '../../../scenarios/clock/beyond-clock-bound.js';
import { shortestStory, tellRun } from '../../../src/sim/story/shortest-story.js';

const SEEDS = 12;

test('of several stories the shortest is told, and of equals the one that is over first', () => {
  const all = Array.from({ length: SEEDS }, (_, i) => tellRun(quorumStale, i + 1)).filter(({ report }) => report.verdict === 'found');
  const best = shortestStory(quorumStale, 1, SEEDS);
  const least = Math.min(...all.map(({ lines }) => lines.length));
  expect(best?.lines).toHaveLength(least);
  expect(best?.endUs).toBe(Math.min(...all.filter(({ lines }) => lines.length === least).map(({ endUs }) => endUs)));
  expect(shortestStory(quorumStale, 2, 1)).toBeNull();
});

test('what came of it is told with the names of the story, and without what its lines say already', () => {
  const { report, end, lines } = shortestStory(quorumStale, 1, SEEDS) ?? expect.fail('none was found');
  expect(report.violation?.message).toMatch(/c\d .* ms \.\. /);
  expect(end).toMatch(new RegExp(`^${report.violation?.property}: key k0: .*c\\d `));
  expect(end).not.toMatch(/client|\bms\b|\d\.\d/);
  expect(lines.join('\n')).toMatch(/c\d asks s\d to set k0 to A\n(.*\n)*.*s\d tells c\d: (k0 is B|there is no k0)/);
});

test('a run in which every property held is told whole', () => {
  const { lines, end, report } = tellRun(
    { ...leaderFailure, options: (draws) => ({ ...leaderFailure.options(draws), chaosMs: 1_000 }) },
    1,
  );
  expect(report.verdict).toBe('pass');
  expect(end).toBe('');
  expect(lines.length).toBeGreaterThan(report.operations);
});

test('clocks that are wrong from the beginning are told first', () => {
  const skewed: typeof beyondClockBound = {
    ...beyondClockBound,
    options: (draws) => {
      const ordinary = beyondClockBound.options(draws);
      return {
        ...ordinary,
        chaosMs: 100,
        clockRatePpmMax: 200_000,
        clocks: ordinary.clocks.map((clock, i) => ({ ...clock, ratePpm: [200_000, -50_000][i] ?? 100 })),
      };
    },
  };
  expect(tellRun(skewed, 1).lines.filter((line) => line.includes('the clock of'))).toEqual([
    '      0.0  * the clock of s1 runs 20 % too fast',
    '      0.0  * the clock of s2 runs 5 % too slow',
  ]);
});
