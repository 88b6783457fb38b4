import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editsBetween, nearest, unknownLine } from '../../../src/core/base/did-you-mean.js';

const KNOWN = ['basic', 'leader-failure', 'partition', 'torn-tail'];

describe('a mistyped name', () => {
  test.each([
    ['leader-falure', 'leader-failure'],
    ['Partition', 'partition'],
    ['basics', 'basic'],
    ['torntail', 'torn-tail'],
  ])('%s is taken for %s', (name, meant) => expect(nearest(name, KNOWN)).toBe(meant));

  test.each(['xyz', 'linearizability', ''])('"%s" is taken for nothing', (name) => expect(nearest(name, KNOWN)).toBeNull());

  test('gets one line with a guess and all known names', () => {
    expect(unknownLine('scenario', 'basik', KNOWN)).toBe(
      'unknown scenario "basik"; did you mean "basic"? known: basic, leader-failure, partition, torn-tail',
    );
  });
});

describe('edits between two words are a distance', () => {
  const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') });

  test('zero only for the same word, and the same both ways', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editsBetween(a, b) === 0).toBe(a === b);
        expect(editsBetween(a, b)).toBe(editsBetween(b, a));
      }),
      { seed: 1 },
    );
  });

  test('no detour is shorter', () => {
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editsBetween(a, c)).toBeLessThanOrEqual(editsBetween(a, b) + editsBetween(b, c));
      }),
      { seed: 1 },
    );
  });
});
