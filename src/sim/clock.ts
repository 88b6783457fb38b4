import { assert } from '../core/base/assert.js';
import { micros, type Micros } from '../core/base/units.js';

/** How a node's clock differs from world time. No default: a run is described whole. */
export interface ClockOptions {
  /** What the clock shows when the world begins, in microseconds; 0 or more. */
  readonly offsetUs: number;
  /** Parts per million by which it runs fast (above 0) or slow (below 0); a whole number above -1 000 000. */
  readonly ratePpm: number;
}

/** A clock that shows world time itself. */
export const TRUE_CLOCK: ClockOptions = { offsetUs: 0, ratePpm: 0 };

const MILLION = 1_000_000;

/**
 * One node's own monotonic clock, as a function of world time and back, in exact whole numbers:
 *
 *   node time = anchor + elapsed + floor(elapsed * ppm / 10^6)
 *
 * It runs on through crashes, as a computer's does. It never goes back.
 */
export class NodeClock {
  #anchorWorldUs = 0;
  #anchorNodeUs: number;
  #ratePpm: number;

  constructor(options: ClockOptions) {
    assert(Number.isInteger(options.offsetUs) && options.offsetUs >= 0, 'a clock starts at a whole number of microseconds, 0 or more');
    checkRate(options.ratePpm);
    this.#anchorNodeUs = options.offsetUs;
    this.#ratePpm = options.ratePpm;
  }

  get ratePpm(): number {
    return this.#ratePpm;
  }

  /** What this clock shows at a moment of the world, not before the last change of the clock. */
  at(worldUs: number): Micros {
    const elapsed = worldUs - this.#anchorWorldUs;
    if (this.#ratePpm === 0) return micros(this.#anchorNodeUs + elapsed);
    // Whole seconds and the rest apart, so that no product leaves the exact integers.
    const seconds = Math.floor(elapsed / MILLION);
    const rest = elapsed - seconds * MILLION;
    return micros(this.#anchorNodeUs + elapsed + seconds * this.#ratePpm + Math.floor((rest * this.#ratePpm) / MILLION));
  }

  /** The first moment of the world at which this clock shows `nodeUs` or more. Can be in the past. */
  worldAt(nodeUs: number): number {
    const wanted = nodeUs - this.#anchorNodeUs;
    if (this.#ratePpm === 0) return this.#anchorWorldUs + wanted;
    // floor(e * rate / 10^6) >= d  <=>  e >= d * 10^6 / rate; divided in two parts to stay exact.
    const rate = MILLION + this.#ratePpm;
    const whole = Math.floor(wanted / rate);
    const rest = wanted - whole * rate;
    return this.#anchorWorldUs + whole * MILLION + Math.ceil((rest * MILLION) / rate);
  }

  /** From `worldUs` on the clock runs at this rate; what it shows does not jump. */
  setRate(worldUs: number, ratePpm: number): void {
    checkRate(ratePpm);
    this.#anchorNodeUs = this.at(worldUs);
    this.#anchorWorldUs = worldUs;
    this.#ratePpm = ratePpm;
  }

  /** At `worldUs` the clock jumps forward by `byUs`, 0 or more. */
  jump(worldUs: number, byUs: number): void {
    assert(Number.isInteger(byUs) && byUs >= 0, 'a monotonic clock never goes back');
    this.#anchorNodeUs = this.at(worldUs) + byUs;
    this.#anchorWorldUs = worldUs;
  }
}

function checkRate(ratePpm: number): void {
  assert(Number.isInteger(ratePpm) && ratePpm > -MILLION, 'a rate is a whole number of parts per million above -1 000 000');
}
