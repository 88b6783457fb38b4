import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RunningDigest } from '../../../src/sim/base/running-digest.js';

const digestOf = (...numbers: number[]): string => {
  const digest = new RunningDigest();
  for (const number of numbers) digest.mix(number);
  return digest.toString();
};

describe('the running digest', () => {
  test('is 16 hex digits and depends on every number and on their order', () => {
    const integers = fc.array(fc.integer(), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(integers, fc.nat(), fc.integer(), (numbers, where, other) => {
        const changed = [...numbers];
        changed[where % numbers.length] = other;
        expect(digestOf(...numbers)).toMatch(/^[0-9a-f]{16}$/);
        expect(digestOf(...changed) === digestOf(...numbers)).toBe(changed.join() === numbers.join());
        expect(digestOf(...numbers, 0)).not.toBe(digestOf(...numbers));
      }),
      { seed: 1, numRuns: 1_000 },
    );
    expect(digestOf(1, 2)).not.toBe(digestOf(2, 1));
  });

  test('spreads: neighbours never met in 100 000 sequences', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) seen.add(digestOf(i, i >> 3));
    expect(seen.size).toBe(100_000);
  });

  test('tells late moments, bytes and texts apart', () => {
    const after = (act: (digest: RunningDigest) => void): string => {
      const digest = new RunningDigest();
      act(digest);
      return digest.toString();
    };
    const moments = [5, 5 + 2 ** 32, 5 + 2 ** 33].map((us) =>
      after((digest) => {
        digest.mixMoment(us);
      }),
    );
    const bytes = [[], [0], [0, 0], [0, 1], [1, 0], [...new Array<number>(100).fill(0)], [...new Array<number>(99).fill(0), 1]].map(
      (list) =>
        after((digest) => {
          digest.mixBytes(Uint8Array.from(list));
        }),
    );
    const texts = ['', 'a', 'b', 'ab', 'ba'].map((text) =>
      after((digest) => {
        digest.mixText(text);
      }),
    );
    for (const group of [moments, bytes, texts]) expect(new Set(group).size).toBe(group.length);
  });
});
