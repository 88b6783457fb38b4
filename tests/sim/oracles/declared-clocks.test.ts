import { describe, expect, test } from 'vitest';
import { micros, nodeId } from '../../../src/core/base/units.js';
import { DeclaredClocks } from '../../../src/sim/oracles/declared-clocks.js';
import type { MonotonicClocks } from '../../../src/sim/base/node-clock.js';
import { expectViolated } from './planted.js';

/** What s1 is told at moments of the world; null is a boot. */
type Told = readonly [atUs: number, now: number | null];

const live =
  (monotonicClocks: MonotonicClocks, told: readonly Told[], { node = 1, isOnWallTime = false } = {}) =>
  () => {
    const oracle = new DeclaredClocks({ servers: 3, clockRatePpmMax: 200, monotonicClocks }, () => isOnWallTime);
    for (const [atUs, now] of told) oracle.onStep(atUs, nodeId(node), now === null ? null : { kind: 'wake', now: micros(now) });
  };

const BACK: readonly Told[] = [
  [0, null],
  [1_000, 5_000],
  [2_000, 4_999],
];
const JUMP: readonly Told[] = [
  [0, null],
  [1_000_000, 5_000],
  [2_000_000, 1_005_211],
];

describe('Declared Clocks', () => {
  test('sees time go back in one life, unless the run says that its clocks lie', () => {
    expectViolated('Declared Clocks', /^the clock of s1 went back by 1 us/, live('bounded', BACK));
    expectViolated('Declared Clocks', /^the clock of s1 went back by 1 us/, live('uneven', BACK));
    expect(live('lying', BACK)).not.toThrow();
  });

  test('sees bounded clocks leave their bound, too fast and too slow', () => {
    expectViolated('Declared Clocks', /showed 1000211 us where 1000000 us passed, which is beyond 200 ppm/, live('bounded', JUMP));
    expectViolated(
      'Declared Clocks',
      /showed 999789 us where/,
      live('bounded', [
        [0, null],
        [1_000_000, 5_000],
        [2_000_000, 1_004_789],
      ]),
    );
    expect(live('uneven', JUMP)).not.toThrow();
  });

  test('is content at the bound itself, after a boot, with a server on wall time and with clients', () => {
    expect(
      live('bounded', [
        [0, null],
        [1_000_000, 5_000],
        [2_000_000, 1_005_210],
        [3_000_000, 2_005_000],
      ]),
    ).not.toThrow();
    expect(
      live('bounded', [
        [0, null],
        [1_000, 5_000],
        [2_000, null],
        [3_000, 9],
      ]),
    ).not.toThrow();
    expect(live('bounded', BACK, { isOnWallTime: true })).not.toThrow();
    expect(live('bounded', BACK, { node: 4 })).not.toThrow();
  });
});
