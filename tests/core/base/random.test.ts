import fc from 'fast-check';
import { expect, test } from 'vitest';
import { advance, below, bitsOf } from '../../../src/core/base/random.js';

test('a state always gives the same bits and the same next state', () => {
  fc.assert(
    fc.property(fc.integer(), (state) => {
      expect(bitsOf(state)).toBe(bitsOf(state));
      expect(advance(state)).toBe(advance(state));
      expect(Number.isInteger(bitsOf(state)) && bitsOf(state) >= 0 && bitsOf(state) <= 0xffffffff).toBe(true);
    }),
  );
});

test('a number lies in its range', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 2_097_152 }), (state, bound) => {
      const drawn = below(state, bound);
      expect(Number.isInteger(drawn) && drawn >= 0 && drawn < bound).toBe(true);
    }),
  );
});

test('all values of a small range come up about equally often', () => {
  const counts = new Array<number>(10).fill(0);
  let state = 12_345;
  for (let i = 0; i < 100_000; i++) {
    state = advance(state);
    counts[below(state, 10)] = (counts[below(state, 10)] as number) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

test('seeds that differ in one bit give streams that differ in about half of theirs', () => {
  let differing = 0;
  for (let seed = 0; seed < 1_000; seed++) {
    let bits = bitsOf(advance(seed)) ^ bitsOf(advance(seed ^ 1));
    for (; bits !== 0; bits &= bits - 1) differing += 1;
  }
  expect(differing / 1_000).toBeGreaterThan(15);
  expect(differing / 1_000).toBeLessThan(17);
});
