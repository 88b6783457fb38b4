import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Backlog } from '../../../../src/core/systems/primary-replica/backlog.js';
import type { Replicate } from '../../../../src/core/systems/primary-replica/messages.js';
import { bs } from './group.js';

const changeAt = (position: number, valueBytes: number): Replicate => ({
  kind: 'replicate',
  epoch: 1,
  position,
  version: 1,
  change: { op: 'set', key: bs('k'), value: bs('v'.repeat(valueBytes)) },
});
const sizeOf = (valueBytes: number): number => 1 + valueBytes + 64;

test('a backlog remembers the newest changes within both bounds, the newest always', () => {
  const sizes = fc.array(fc.nat({ max: 300 }), { maxLength: 40 });
  fc.assert(
    fc.property(
      fc.nat({ max: 50 }),
      sizes,
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 2_000 }),
      (start, all, max, bytesMax) => {
        let backlog = Backlog.after(start);
        all.forEach((size, i) => {
          backlog = backlog.push(changeAt(start + i + 1, size), max, bytesMax);
          // By its definition: from the newest backwards, as long as there is room.
          const kept: number[] = [];
          let bytes = 0;
          for (let at = i; at >= 0; at--) {
            bytes += sizeOf(all[at] as number);
            if (kept.length > 0 && (kept.length >= max || bytes > bytesMax)) break;
            kept.unshift(start + at + 1);
          }
          expect(backlog.size).toBe(kept.length);
          expect(backlog.from).toBe((kept[0] as number) - 1);
          for (const position of kept) expect(backlog.at(position)?.position).toBe(position);
          expect([backlog.at(backlog.from), backlog.at(backlog.position + 1)]).toEqual([undefined, undefined]);
          const rest = all.slice(backlog.from - start, i + 1).reduce((sum, each) => sum + sizeOf(each), 0);
          expect(backlog.bytesBetween(backlog.from, backlog.position)).toBe(rest);
          expect(backlog.bytesBetween(backlog.position - 1, backlog.position)).toBe(sizeOf(size));
        });
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

test('a position that does not follow is a bug, and says so', () => {
  expect(() => Backlog.after(3).push(changeAt(5, 0), 9, 9_999)).toThrow('no gap');
});
