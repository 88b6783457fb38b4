import { describe, expect, test } from 'vitest';
import { admit, openThinned, sweep, type Thinned } from '../../../src/core/base/thinned.js';

const RATES = { ofKind: { perSecond: 1, burst: 2 }, ofAll: { perSecond: 5, burst: 6 }, kindsMax: 5 };

function afterLines(
  kinds: readonly string[],
  before: Thinned = openThinned(RATES, 0),
): { readonly thinned: Thinned; readonly admitted: string[] } {
  let thinned = before;
  const admitted: string[] = [];
  for (const kind of kinds) {
    const { after, isAdmitted } = admit(thinned, kind, 0);
    thinned = after;
    if (isAdmitted) admitted.push(kind);
  }
  return { thinned, admitted };
}

describe('a thinned stream of lines', () => {
  test('holds each kind to its own rate: one that floods does not silence another', () => {
    expect(afterLines(['a', 'a', 'a', 'a', 'b']).admitted).toEqual(['a', 'a', 'b']);
  });

  test('holds all together to a rate', () => {
    expect(afterLines(['a', 'a', 'b', 'b', 'c', 'c', 'd', 'e']).admitted).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  test('says what was left out, once', () => {
    const { thinned } = afterLines(['a', 'a', 'a', 'a', 'b']);
    const { after, leftOut } = sweep(thinned, 10);
    expect(leftOut).toEqual([{ kind: 'a', count: 2 }]);
    expect(sweep(after, 20).leftOut).toEqual([]);
  });

  test('remembers a bounded number of kinds, and forgets those that are quiet', () => {
    const { thinned } = afterLines(Array.from({ length: 100 }, (_, i) => `kind ${i}`));
    expect(thinned.kinds.size).toBe(RATES.kindsMax + 1);
    expect([...thinned.kinds.values()].reduce((sum, { leftOut }) => sum + leftOut, 0)).toBe(100 - RATES.ofAll.burst);
    expect(sweep(sweep(thinned, 0).after, 10_000).after.kinds.size).toBe(0);
  });
});
