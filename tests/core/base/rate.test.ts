import { describe, expect, test } from 'vitest';
import { fullAllowance, spend, type Allowance } from '../../../src/core/base/rate.js';

const RATE = { perSecond: 2, burst: 3 };

function timesOf(count: number, everyMs: number): number {
  let allowance: Allowance = fullAllowance(RATE, 0);
  let done = 0;
  for (let i = 0; i < count; i++) {
    const after = spend(allowance, RATE, i * everyMs);
    if (after !== null) done += 1;
    allowance = after ?? allowance;
  }
  return done;
}

describe('a rate', () => {
  test('lets a burst through at once, and no more', () => {
    expect(timesOf(100, 0)).toBe(3);
  });

  test('lets everything through that comes slowly enough', () => {
    expect(timesOf(100, 500)).toBe(100);
  });

  test('comes to its number for each second, however often somebody tries', () => {
    expect(timesOf(10_000, 1)).toBe(3 + 19);
  });

  test('saves up no more than its burst', () => {
    const rested = spend(fullAllowance(RATE, 0), RATE, 1_000_000);
    expect(rested).toEqual({ left: 2, atMs: 1_000_000 });
  });
});
