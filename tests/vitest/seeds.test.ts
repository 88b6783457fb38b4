import { afterEach, describe, expect, test, vi } from 'vitest';
import { Progress } from '../../src/vitest/progress.js';
import { chunkName, planSeeds } from '../../src/vitest/seeds.js';

afterEach(() => void vi.restoreAllMocks());

/** The tests that a plan comes to. */
const names = (...[seeds, regressions, environment]: Parameters<typeof planSeeds>): readonly string[] => {
  const { kept, chunks } = planSeeds(seeds, regressions, environment);
  return [...kept.map((seed) => `kept ${seed}`), ...chunks.map(chunkName)];
};

describe('the seeds that are run', () => {
  test('are those that the simulation asks for, in at most ten tests, with those that failed once before them', () => {
    expect(names(3, [], {})).toEqual(['seed 1', 'seed 2', 'seed 3']);
    expect(names(100, [41], {})).toHaveLength(11);
    expect(names(100, [41], {}).slice(0, 2)).toEqual(['kept 41', 'seeds 1 to 10']);
    expect(planSeeds(100, [], {})).toMatchObject({ isWhole: true, isFresh: false });
  });

  test('are one or a range by SEEDSTORM_SEED, and then nothing else is run', () => {
    expect(names(100, [41], { SEEDSTORM_SEED: '7' })).toEqual(['seed 7']);
    expect(names(100, [41], { SEEDSTORM_SEED: '7..9' })).toEqual(['seed 7', 'seed 8', 'seed 9']);
    expect(planSeeds(100, [], { SEEDSTORM_SEED: '7' }).isWhole).toBe(false);
  });

  test('are as many as SEEDSTORM_SEEDS says', () => {
    expect(names(100, [], { SEEDSTORM_SEEDS: '10000' }).at(-1)).toBe('seeds 9001 to 10000');
    expect(planSeeds(100, [], { SEEDSTORM_SEEDS: '5' }).isWhole).toBe(false);
  });

  test('are others each time by SEEDSTORM_FRESH, and as many', () => {
    const [one, other] = [1, 2].map(() => planSeeds(100, [41], { SEEDSTORM_FRESH: '1' }));
    expect(one).toMatchObject({ isFresh: true, isWhole: true, kept: [41] });
    expect(one?.chunks[0]?.first).not.toBe(other?.chunks[0]?.first);
    expect((one?.chunks.at(-1)?.last ?? 0) - (one?.chunks[0]?.first ?? 0)).toBe(99);
  });

  test('are divided by SEEDSTORM_SHARD, each seed to one part', () => {
    const parts = ['1/3', '2/3', '3/3'].map((shard) => planSeeds(100, [41], { SEEDSTORM_SHARD: shard }));
    const seeds = parts.flatMap(({ chunks }) =>
      chunks.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i)),
    );
    expect(seeds).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(parts.map(({ kept }) => kept)).toEqual([[41], [], []]);
    expect(parts[0]?.isWhole).toBe(false);
  });

  test.each([
    ['SEEDSTORM_SEEDS', 'many', 'such as 10000'],
    ['SEEDSTORM_SEED', 'x', 'SEEDSTORM_SEED'],
    ['SEEDSTORM_FRESH', 'perhaps', 'is 1 or not set'],
    ['SEEDSTORM_SHARD', '5/4', 'SEEDSTORM_SHARD'],
  ])('%s=%s is refused in one line', (name, value, line) => {
    expect(() => planSeeds(100, [], { [name]: value })).toThrow(line);
  });
});

test('a long sweep says how far it has come, and a short one says nothing', () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const progress = new Progress('a counter', 20_000);
  for (let i = 0; i < 2_000; i++) {
    nowMs += i < 1_000 ? 5 : 10;
    progress.one();
  }
  expect(said.mock.calls).toEqual([['a counter: 1 501 of 20 000 seeds, 150 a second, 124 s left']]);
});
