import { describe, expect, test } from 'vitest';
import { chooseServer, openSpreader, type Spread } from '../../../src/core/client/spread.js';

/** The places chosen in so many turns, with the loads of each turn. */
function places(spread: Spread, turns: number, loads: (turn: number) => readonly (number | null)[], seed = 3): readonly number[] {
  let spreader = openSpreader(spread, seed);
  return Array.from({ length: turns }, (_, turn) => {
    const choice = chooseServer(spreader, loads(turn));
    spreader = choice.spreader;
    return choice.place;
  });
}

const calm = () => [0, 0, 0];

describe('stale reads are spread', () => {
  test('round-robin: each server in its turn', () => {
    expect(places('round-robin', 7, calm)).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  test('random: over all of them about evenly, the same for the same seed', () => {
    const chosen = places('random', 3_000, calm);
    for (const place of [0, 1, 2]) expect(Math.abs(chosen.filter((one) => one === place).length - 1_000)).toBeLessThan(120);
    expect(places('random', 50, calm)).toEqual(places('random', 50, calm));
    expect(places('random', 50, calm, 4)).not.toEqual(places('random', 50, calm));
  });

  test('least-loaded: to whom the fewest of our requests are unanswered, in turns among equals', () => {
    expect(places('least-loaded', 3, () => [4, 1, 2])).toEqual([1, 1, 1]);
    expect(places('least-loaded', 4, () => [1, 5, 1])).toEqual([0, 2, 0, 2]);
  });

  test.each(['random', 'round-robin', 'least-loaded'] as const)(
    '%s: past servers that were not reached a moment ago, unless there are no others',
    (spread) => {
      expect(new Set(places(spread, 30, () => [null, 3, null]))).toEqual(new Set([1]));
      expect(new Set(places(spread, 60, () => [null, null, null])).size).toBe(3);
    },
  );
});
