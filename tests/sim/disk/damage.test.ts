import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Overlay, type Damage } from '../../../src/sim/disk/damage.js';

let nextId = 1;
const damageOf = (offset: number, lengthBytes: number): Damage => ({
  id: nextId++,
  kind: 'unreadable',
  path: 'a',
  offset,
  lengthBytes,
  isOn: true,
});
const bytes = (...values: number[]): Uint8Array => Uint8Array.of(...values);

describe('an overlay of damage', () => {
  test('shows the damage and leaves the bytes below as they are', () => {
    const overlay = new Overlay();
    const below = bytes(1, 2, 3, 4, 5);
    overlay.lay(damageOf(1, 2), bytes(9, 8));
    expect([...overlay.paint(below.slice(), 0)]).toEqual([1, 9, 8, 4, 5]);
    expect([...overlay.paint(below.slice(2, 4), 2)]).toEqual([8, 4]);
    expect([...below]).toEqual([1, 2, 3, 4, 5]);
  });

  test('switched off shows nothing, and shows it again when switched on', () => {
    const overlay = new Overlay();
    const damage = damageOf(0, 1);
    overlay.lay(damage, bytes(9));
    damage.isOn = false;
    expect([...overlay.paint(bytes(1), 0)]).toEqual([1]);
    damage.isOn = true;
    expect([...overlay.paint(bytes(1), 0)]).toEqual([9]);
  });

  test('fails reads that touch what cannot be read, until it is written over or cut off', () => {
    const overlay = new Overlay();
    overlay.lay(damageOf(10, 10), null);
    const unreadable = (): boolean[] =>
      [
        [0, 10],
        [0, 11],
        [19, 20],
        [20, 30],
      ].map(([from, to]) => overlay.isUnreadable(from ?? 0, to ?? 0));
    expect(unreadable()).toEqual([false, true, true, false]);
    overlay.heal(10, 12);
    expect(unreadable()).toEqual([false, false, true, false]);
    overlay.truncate(15);
    expect(unreadable()).toEqual([false, false, false, false]);
    expect(overlay.damages()).toHaveLength(1);
    overlay.truncate(5);
    expect(overlay.isEmpty).toBe(true);
  });

  test('agrees with a twin that keeps each byte for itself', () => {
    const SIZE = 24;
    const change = fc.record({
      isHealing: fc.boolean(),
      from: fc.nat({ max: SIZE - 1 }),
      length: fc.integer({ min: 1, max: SIZE }),
      byte: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const overlay = new Overlay();
        const twin = new Array<number>(SIZE).fill(0);
        for (const { isHealing, from, length, byte } of changes) {
          const to = Math.min(from + length, SIZE);
          if (isHealing) overlay.heal(from, to);
          else overlay.lay(damageOf(from, to - from), new Uint8Array(to - from).fill(byte));
          twin.fill(isHealing ? 0 : byte, from, to);
        }
        expect([...overlay.paint(new Uint8Array(SIZE), 0)]).toEqual(twin);
        expect(overlay.isEmpty).toBe(overlay.damages().length === 0);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
