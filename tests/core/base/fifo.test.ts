import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fifo } from '../../../src/core/base/fifo.js';

describe('a queue', () => {
  test('does as an array would, and every version stays what it was while others grow from it', () => {
    let branches = 0;
    let copiesOfLong = 0;
    const changes = fc.array(
      fc.record({
        of: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 60 }) }),
        pushes: fc.nat({ max: 40 }),
        shifts: fc.nat({ max: 40 }),
      }),
      { maxLength: 12, size: 'max' },
    );
    fc.assert(
      fc.property(changes, (all) => {
        let item = 0;
        const versions: { fifo: Fifo<number>; twin: readonly number[] }[] = [{ fifo: Fifo.empty(), twin: [] }];
        for (const { of, pushes, shifts } of all) {
          const at = Math.max(versions.length - 1 - of, 0);
          if (at < versions.length - 1) branches++;
          let { fifo, twin } = versions[at] as (typeof versions)[number];
          for (let i = 0; i < Math.max(pushes, shifts); i++) {
            if (i < pushes) {
              fifo = fifo.push(item);
              twin = [...twin, item];
              item++;
            }
            if (i < shifts) {
              fifo = fifo.shift();
              twin = twin.slice(1);
            }
            versions.push({ fifo, twin });
          }
          if (twin.length > 64) copiesOfLong++;
        }
        for (const { fifo, twin } of versions) {
          expect(fifo.size).toBe(twin.length);
          for (const place of [-1, 0, twin.length >> 1, twin.length - 1, twin.length]) expect(fifo.at(place)).toBe(twin[place]);
          expect(fifo.first).toBe(twin[0]);
          expect(fifo.toArray()).toEqual(twin);
        }
      }),
      { seed: 1, numRuns: 100 },
    );
    expect(branches).toBeGreaterThan(50);
    expect(copiesOfLong).toBeGreaterThan(10);
  });

  test('that is empty stays itself when shifted, and is the same one after its last item', () => {
    const empty = Fifo.empty<number>();
    expect(empty.shift()).toBe(empty);
    expect(empty.push(1).shift()).toBe(empty);
    expect(empty.first).toBeUndefined();
    expect(empty.push(1).size).toBe(1);
    expect(empty.size).toBe(0);
  });

  test('gives its items as a fresh array', () => {
    const fifo = Fifo.empty<number>().push(1).push(2);
    (fifo.toArray() as number[]).push(3);
    expect(fifo.toArray()).toEqual([1, 2]);
  });
});
