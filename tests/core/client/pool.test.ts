import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { borrow, countsOf, giveBack, openPool, reap, strikeOut, strikeOutIdle, type Pool } from '../../../src/core/client/pool.js';

const options = { connectionsMax: 2, extraMax: 1, idleMsMax: 1_000 };

/** Borrows so many times. */
function borrowed(
  times: number,
  pool: Pool = openPool(options),
): { readonly pool: Pool; readonly ids: readonly number[]; readonly news: number } {
  const ids: number[] = [];
  let news = 0;
  for (let i = 0; i < times; i++) {
    const given = borrow(pool);
    pool = given.pool;
    ids.push(given.id);
    if (given.isNew) news++;
  }
  return { pool, ids, news };
}

describe('a pool of connections to one server', () => {
  test('lends the one that was given back, rather than open another', () => {
    const first = borrow(openPool(options));
    const back = giveBack(first.pool, first.id, 10);
    expect(back.closes).toBe(false);
    expect(borrow(back.pool)).toMatchObject({ id: first.id, isNew: false });
  });

  test('lends the latest used of several that carry nothing', () => {
    const { pool, ids } = borrowed(2);
    const later = giveBack(giveBack(pool, ids[0] ?? 0, 20).pool, ids[1] ?? 0, 10).pool;
    expect(borrow(later).id).toBe(ids[0]);
  });

  test('opens one more in a rush, and closes it when it comes back instead of keeping it', () => {
    const { pool, ids, news } = borrowed(3);
    expect([ids, news]).toEqual([[1, 2, 3], 3]);
    const back = giveBack(pool, 1, 10);
    expect(back.closes).toBe(true);
    expect(countsOf(back.pool)).toEqual({ open: 2, idle: 0, requests: 2 });
    expect(giveBack(back.pool, 2, 10).closes).toBe(false);
  });

  test('shares the connection that carries the fewest when no more may be opened', () => {
    const { pool, ids, news } = borrowed(7);
    expect([ids, news]).toEqual([[1, 2, 3, 1, 2, 3, 1], 3]);
    expect(borrow(giveBack(pool, 3, 1).pool).id).toBe(3);
  });

  test('never lends what broke, and opens another in its place', () => {
    const { pool } = borrowed(2);
    const after = strikeOut(pool, 1);
    expect(borrow(after)).toMatchObject({ id: 3, isNew: true });
    expect(giveBack(after, 1, 5)).toEqual({ pool: after, closes: false });
  });

  test('lets go of what carried nothing for long', () => {
    const { pool, ids } = borrowed(2);
    const idle = giveBack(pool, ids[0] ?? 0, 100).pool;
    expect(reap(idle, 1_099).closed).toEqual([]);
    const reaped = reap(idle, 1_100);
    expect(reaped.closed).toEqual([ids[0]]);
    expect(countsOf(reaped.pool)).toEqual({ open: 1, idle: 0, requests: 1 });
  });

  test('lets go of all that carries nothing when a neighbour went silent', () => {
    const { pool } = borrowed(2);
    const { pool: after, closed } = strikeOutIdle(giveBack(pool, 2, 100).pool);
    expect(closed).toEqual([2]);
    expect(countsOf(after)).toEqual({ open: 1, idle: 0, requests: 1 });
  });

  test('keeps its laws whatever is borrowed, given back and broken in whatever order', () => {
    const act = fc.oneof(
      fc.constant({ kind: 'borrow' as const, at: 0 }),
      fc.record({ kind: fc.constantFrom('giveBack' as const, 'break' as const), at: fc.nat({ max: 50 }) }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.nat({ max: 3 }),
        fc.array(act, { maxLength: 60 }),
        (connectionsMax, extraMax, acts) => {
          let pool = openPool({ connectionsMax, extraMax, idleMsMax: 1_000 });
          let lent: number[] = [];
          const open = new Set<number>();
          acts.forEach(({ kind, at }, nowMs) => {
            const id = lent[at % Math.max(1, lent.length)];
            if (kind === 'borrow') {
              const given = borrow(pool);
              pool = given.pool;
              expect(open.has(given.id)).toBe(!given.isNew);
              open.add(given.id);
              lent.push(given.id);
            } else if (kind === 'giveBack' && id !== undefined) {
              const back = giveBack(pool, id, nowMs);
              pool = back.pool;
              lent.splice(lent.indexOf(id), 1);
              if (back.closes) open.delete(id);
              if (back.closes) expect(lent).not.toContain(id);
            } else if (kind === 'break' && id !== undefined) {
              pool = strikeOut(pool, id);
              open.delete(id);
              lent = lent.filter((other) => other !== id);
            }
            const counts = countsOf(pool);
            expect(counts.open).toBe(open.size);
            expect(counts.requests).toBe(lent.length);
            expect(counts.open).toBeLessThanOrEqual(connectionsMax + extraMax);
            if (lent.length === 0) expect(counts.open).toBeLessThanOrEqual(connectionsMax);
          });
        },
      ),
      { seed: 1, numRuns: 2_000 },
    );
  });
});
