import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Likeness } from '../../../src/sim/replay/deep-difference.js';

const pathOf = (one: unknown, other: unknown): string | null => new Likeness().parting(one, other)?.path ?? null;

describe('two values', () => {
  test.each<[string, unknown, unknown, string | null]>([
    ['are alike', { a: [1, { b: null }], c: undefined }, { a: [1, { b: null }], c: undefined }, null],
    ['differ deep inside', { a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, '.a[1].b'],
    ['are of different length', { a: [1] }, { a: [1, 2] }, '.a.length'],
    ['have other fields', { a: 1 }, { a: 1, b: 2 }, ' fields in order[1]'],
    ['have their fields in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, ' fields in order[0]'],
    ['are bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 3), '[1]'],
    ['are sets of another order', { s: new Set([1, 2]) }, { s: new Set([2, 1]) }, '.s members in order[0]'],
    ['are maps that part in a value', new Map([[1, 'a']]), new Map([[1, 'b']]), ' entries in order[1]'],
    ['are zeros of different sign', 0, -0, ''],
    ['are not a number both times', NaN, NaN, null],
    ['are of different type', [], {}, ''],
    ['are objects of a class, whose inside may have been written to since', new Date(1), new Date(2), null],
    ['are functions', () => 1, () => 2, null],
  ])('that %s', (_what, one, other, path) => {
    expect(pathOf(one, other)).toBe(path);
    expect(pathOf(other, one)).toBe(path);
  });

  test('any: a copy is alike, and it is told from any other by whether it prints otherwise', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(pathOf(one, structuredClone(one))).toBeNull();
        if (JSON.stringify(one) !== JSON.stringify(other)) expect(pathOf(one, other)).not.toBeNull();
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('that were found alike are not walked again, and those that differ are', () => {
    let reads = 0;
    const counted = {
      get field(): number {
        reads++;
        return 1;
      },
    };
    const likeness = new Likeness();
    const other = { field: 1 };
    for (let i = 0; i < 3; i++) expect(likeness.parting({ at: i, counted }, { at: i, counted: other })).toBeNull();
    expect(reads).toBe(1);
    expect(likeness.parting({ counted }, { counted: { field: 2 } })?.path).toBe('.counted.field');
  });
});
