import { assert } from '../../core/base/assert.js';
import type { MonotonicClocks } from '../base/node-clock.js';
import { familyOf } from '../nemesis/faults/families.js';
import type { FaultSchedule } from './fault-schedule.js';
import type { RunOptions } from './run-options.js';

const FROM_MOST_TO_LEAST: readonly MonotonicClocks[] = ['bounded', 'uneven', 'lying'];

/** Rates from here on would let a clock stand still. */
const RATE_PPM_LIMIT = 1_000_000;

/**
 * Holds a run to what it declares of its clocks, before it begins.
 *
 * @throws {AssertionError} which names the clock or the fault that breaks the declaration, and what to declare instead.
 */
export function checkClockBound({ clocks, clockRatePpmMax, monotonicClocks, faults }: RunOptions): void {
  const isBound = Number.isInteger(clockRatePpmMax) && clockRatePpmMax >= 0 && clockRatePpmMax < RATE_PPM_LIMIT;
  assert(isBound, `clockRatePpmMax is a whole number of parts per million from 0 to 999 999, not ${clockRatePpmMax}`);
  clocks.forEach(({ ratePpm }, i) => {
    const isWithin = Math.abs(ratePpm) <= clockRatePpmMax;
    assert(
      isWithin,
      `the clock of s${i + 1} runs at ${ratePpm} ppm, beyond the declared ${clockRatePpmMax}: raise clockRatePpmMax or tame the clock`,
    );
  });
  for (const schedule of faults) {
    const { name, clocks: kept } = familyOf(schedule);
    if (kept === undefined) continue;
    const isKept = FROM_MOST_TO_LEAST.indexOf(kept) <= FROM_MOST_TO_LEAST.indexOf(monotonicClocks);
    assert(isKept, `the fault ${name} breaks monotonicClocks '${monotonicClocks}': declare '${kept}' or leave the fault out`);
  }
}

/** The most that a run can say of its monotonic clocks while all of these are at work. */
export function keptUnder(faults: RunOptions['faults']): MonotonicClocks {
  const kept = faults.map((schedule) => FROM_MOST_TO_LEAST.indexOf(familyOf(schedule).clocks ?? 'bounded'));
  return FROM_MOST_TO_LEAST[Math.max(0, ...kept)] ?? 'bounded';
}

/** Whether a fault turns clocks. */
export function turnsClocks(schedule: FaultSchedule): boolean {
  return familyOf(schedule).clocks !== undefined;
}
