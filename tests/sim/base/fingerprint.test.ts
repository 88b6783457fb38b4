import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/sim/base/fingerprint.js';

const DIFFERENT: readonly unknown[] = [
  null,
  undefined,
  true,
  false,
  0,
  1,
  -1,
  0.5,
  2 ** 40,
  2 ** 40 + 1,
  1n,
  '',
  'a',
  'b',
  'ab',
  [],
  ['a', 'b'],
  ['ab'],
  [[], []],
  [[[]]],
  {},
  { a: 1 },
  { b: 1 },
  { a: 2 },
  { a: 1, b: 2 },
  { a: { b: 1 } },
  new Map([['a', 1]]),
  new Map([['a', 2]]),
  new Set(['x']),
  new Set(['y']),
  Uint8Array.of(),
  Uint8Array.of(1),
  Uint8Array.of(1, 0),
  Uint8Array.of(0, 1),
];

describe('a fingerprint of any value', () => {
  test('tells values apart, however little they differ', () => {
    expect(new Set(DIFFERENT.map(fingerprintOf)).size).toBe(DIFFERENT.length);
    expect(DIFFERENT.map(fingerprintOf).every((fingerprint) => (fingerprint | 0) === fingerprint)).toBe(true);
  });

  test('is the same for equal values, whoever shares what', () => {
    const inner = { n: 1, text: 'x' };
    expect(fingerprintOf([inner, inner])).toBe(fingerprintOf([{ ...inner }, structuredClone(inner)]));
    expect(fingerprintOf(new Map([['k', inner]]))).toBe(fingerprintOf(new Map([['k', { ...inner }]])));
    expect(fingerprintOf({ a: 1, act: () => 1 })).toBe(fingerprintOf({ a: 1 }));
    expect(fingerprintOf(Uint8Array.of(9, 1, 2).subarray(1))).toBe(fingerprintOf(Uint8Array.of(1, 2)));
  });
});
