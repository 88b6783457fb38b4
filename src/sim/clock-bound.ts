import { assert } from '../core/base/assert.js';
import type { MonotonicClocks } from './clock.js';
import { CLOCK_HARMS, type ClockHarmName } from './harms-clock.js';
import type { RunOptions } from './run-options.js';

/** The most that a run can say of its monotonic clocks while such a harm is at work. */
const KEEPS: Readonly<Record<ClockHarmName, MonotonicClocks>> = {
  clockJump: 'uneven',
  clockRate: 'bounded',
  clockFreeze: 'uneven',
  clockStepBack: 'lying',
  wallStepForward: 'bounded',
  wallStepBack: 'bounded',
  wallFreeze: 'bounded',
};

const FROM_MOST_TO_LEAST: readonly MonotonicClocks[] = ['bounded', 'uneven', 'lying'];

/** Rates from here on would let a clock stand still. */
const RATE_PPM_LIMIT = 1_000_000;

/**
 * Holds a run to what it declares of its clocks, before it begins.
 *
 * @throws {AssertionError} which names the clock or the harm that breaks the declaration, and what to declare instead.
 */
export function checkClockBound({ clocks, clockRatePpmMax, monotonicClocks, harms }: RunOptions): void {
  const isBound = Number.isInteger(clockRatePpmMax) && clockRatePpmMax >= 0 && clockRatePpmMax < RATE_PPM_LIMIT;
  assert(isBound, `clockRatePpmMax is a whole number of parts per million from 0 to 999 999, not ${clockRatePpmMax}`);
  clocks.forEach(({ ratePpm }, i) => {
    const isWithin = Math.abs(ratePpm) <= clockRatePpmMax;
    assert(isWithin, `the clock of s${i + 1} runs at ${ratePpm} ppm, beyond the declared ${clockRatePpmMax}: raise clockRatePpmMax or tame the clock`);
  });
  for (const { harm } of harms) {
    if (!isClockHarm(harm)) continue;
    const kept = KEEPS[harm];
    const isKept = FROM_MOST_TO_LEAST.indexOf(kept) <= FROM_MOST_TO_LEAST.indexOf(monotonicClocks);
    assert(isKept, `the harm ${harm} breaks monotonicClocks '${monotonicClocks}': declare '${kept}' or leave the harm out`);
  }
}

/** Whether a family of harm is one to clocks. */
export function isClockHarm(harm: string): harm is ClockHarmName {
  return CLOCK_HARMS.some((name) => name === harm);
}
