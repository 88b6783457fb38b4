import { performance } from 'node:perf_hooks';
import { micros, type Micros } from '../../core/base/units.js';

/** This process's monotonic clock in whole microseconds; 0 is when the process began. Never goes back. */
export function monotonicNow(): Micros {
  return micros(Math.floor(performance.now() * 1_000));
}
