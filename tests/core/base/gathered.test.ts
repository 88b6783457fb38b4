import { describe, expect, test } from 'vitest';
import { Gathered } from '../../../src/core/base/gathered.js';

describe('a list that is gathered', () => {
  test('holds what was pushed, in order', () => {
    const gathered = new Gathered<number>();
    expect(gathered.items).toEqual([]);
    for (const item of [3, 1, 2]) gathered.push(item);
    expect(gathered.items).toEqual([3, 1, 2]);
  });

  test('shares nothing with another', () => {
    const one = new Gathered<number>();
    const other = new Gathered<number>();
    one.push(1);
    expect(other.items).toEqual([]);
    other.push(2);
    expect([one.items, other.items]).toEqual([[1], [2]]);
  });
});
