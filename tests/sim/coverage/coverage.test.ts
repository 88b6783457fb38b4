import { describe, expect, test } from 'vitest';
import { addCounts, Coverage, neverSeen, sortedRecord } from '../../../src/sim/coverage/coverage.js';

describe('coverage', () => {
  test('counts moments and lists them by name', () => {
    const coverage = new Coverage();
    for (const name of ['b', 'a', 'b']) coverage.mark(name);
    expect(JSON.stringify(coverage.counts())).toBe('{"a":1,"b":2}');
  });

  test('adds up the runs of a campaign', () => {
    const total = new Map([['a', 1]]);
    addCounts(total, { a: 2, b: 3 });
    expect(sortedRecord(total)).toEqual({ a: 3, b: 3 });
  });

  test('names each promised moment that never came, for each scenario on its own', () => {
    const seen = new Map([
      ['one', new Map([['a', 1]])],
      ['two', new Map([['b', 4]])],
    ]);
    const promised = [
      { name: 'one', expected: ['a', 'b'] },
      { name: 'two', expected: ['b'] },
      { name: 'three', expected: ['a'] },
    ];
    expect(neverSeen(promised, seen)).toEqual([
      { scenario: 'one', moment: 'b' },
      { scenario: 'three', moment: 'a' },
    ]);
  });
});
