import { describe, expect, test } from 'vitest';
import { Growth } from '../../../src/sim/campaign/novelty.js';

const WHOLE = { index: 1, count: 1 };

describe('whether a campaign still learns something', () => {
  test('counts seeds without a new moment or a new shape, and begins anew with either', () => {
    const growth = new Growth(1, 1, WHOLE);
    const quietAfter = [
      ['a', 1],
      ['a', 1],
      ['a', 1],
      ['b', 1],
      ['a', 1],
      ['b', 2],
      ['b', 1],
    ].map(([moment, shape], i) => {
      growth.add(1 + i, [moment as string], [shape as number]);
      return growth.quietSeeds;
    });
    expect(quietAfter).toEqual([0, 1, 2, 0, 1, 0, 1]);
    expect(growth.shapes).toBe(2);
  });

  test('takes a seed when all its scenarios have run', () => {
    const growth = new Growth(2, 1, WHOLE);
    growth.add(1, ['a'], [1]);
    growth.add(2, [], []);
    growth.add(2, [], []);
    expect(growth.quietSeeds).toBe(0);
    growth.add(1, [], []);
    expect(growth.quietSeeds).toBe(1);
  });

  test('says the same in whatever order runs end', () => {
    const runs: readonly (readonly [seed: number, shape: number])[] = [
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 1],
      [5, 2],
    ];
    const quietOf = (order: readonly number[]): readonly number[] => {
      const growth = new Growth(1, 1, WHOLE);
      for (const i of order) growth.add(runs[i]?.[0] ?? 0, [], [runs[i]?.[1] ?? 0]);
      return [growth.quietSeeds, growth.shapes];
    };
    expect(quietOf([0, 1, 2, 3, 4])).toEqual([2, 2]);
    expect(quietOf([4, 3, 2, 1, 0])).toEqual([2, 2]);
    expect(quietOf([2, 0, 4, 1, 3])).toEqual([2, 2]);
  });

  test('knows the seeds of its shard', () => {
    const growth = new Growth(1, 10, { index: 2, count: 3 });
    for (const seed of [11, 14, 17]) growth.add(seed, ['a'], []);
    expect(growth.quietSeeds).toBe(2);
  });
});
