import { raftSystem } from '../../../src/sim/systems/raft/system.js';
import { describe, expect, test } from 'vitest';
import { checkClockBound } from '../../../src/sim/options/clock-declaration.js';
import type { MonotonicClocks } from '../../../src/sim/base/node-clock.js';
import { fault, faultsOf, type FaultName } from '../../../src/sim/nemesis/faults/families.js';
import { runOptions } from '../../../src/sim/run/run.js';
import { quietOptions } from '../quiet.js';

const DECLARED: readonly MonotonicClocks[] = ['bounded', 'uneven', 'lying'];

/** Under which declarations a run with this fault may begin. */
const mayBegin = (name: FaultName): readonly MonotonicClocks[] =>
  DECLARED.filter((monotonicClocks) => {
    try {
      checkClockBound({ ...quietOptions(), monotonicClocks, faults: [fault('crash', [1, 2], [1, 2]), fault(name, [1, 2], [1, 2])] });
      return true;
    } catch {
      return false;
    }
  });

describe('what a run declares of its clocks', () => {
  test('is kept by a rate and by what is done to wall clocks; jumps and freezes need uneven clocks, steps back lying ones', () => {
    expect(Object.fromEntries(faultsOf('clock').map((name) => [name, mayBegin(name)]))).toEqual({
      clockJump: ['uneven', 'lying'],
      clockRate: DECLARED,
      clockFreeze: ['uneven', 'lying'],
      clockStepBack: ['lying'],
      wallStepForward: DECLARED,
      wallStepBack: DECLARED,
      wallFreeze: DECLARED,
    });
  });

  test('holds for every clock: the one beyond the bound is named, and what to do', () => {
    const ordinary = { ...quietOptions(), clockRatePpmMax: 50 };
    const clocks = (third: number) => [50, -50, third].map((ratePpm) => ({ offsetUs: 0, ratePpm }));
    expect(() => {
      checkClockBound({ ...ordinary, clocks: clocks(0) });
    }).not.toThrow();
    expect(() => {
      checkClockBound({ ...ordinary, clocks: clocks(-51) });
    }).toThrow('the clock of s3 runs at -51 ppm, beyond the declared 50: raise clockRatePpmMax');
    expect(() => {
      checkClockBound({ ...ordinary, clocks: clocks(51) });
    }).toThrow('s3 runs at 51 ppm');
  });

  test.each([-1, 0.5, 1_000_000, Number.NaN])('is a bound that makes sense: %d is none', (clockRatePpmMax) => {
    expect(() => {
      checkClockBound({ ...quietOptions(), clocks: [], clockRatePpmMax });
    }).toThrow('from 0 to 999 999');
  });

  test('is asked before a run begins', () => {
    expect(() =>
      runOptions({ name: 'wild', system: raftSystem }, { ...quietOptions(), faults: [fault('clockFreeze', [100, 200], [10, 20])] }, 1),
    ).toThrow("the fault clockFreeze breaks monotonicClocks 'bounded': declare 'uneven' or leave the fault out");
  });
});
