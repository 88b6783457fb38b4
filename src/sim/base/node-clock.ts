import { assert } from '../../core/base/assert.js';
import { micros, type Micros } from '../../core/base/units.js';

/** How a node's clocks differ from world time. No default: a run is described whole. */
export interface ClockOptions {
  /** What both clocks of the node show when the world begins, in microseconds; 0 or more. */
  readonly offsetUs: number;
  /** Parts per million by which it runs fast (above 0) or slow (below 0); a whole number above -1 000 000. */
  readonly ratePpm: number;
}

/** A clock that shows world time itself. */
export const TRUE_CLOCK: ClockOptions = { offsetUs: 0, ratePpm: 0 };

/** Which of a node's two clocks a machine is told as `now`. The contract (core/machine.ts, promise 7 of a host) asks for the monotonic one. */
export type ClockSource = 'monotonic' | 'wall';

/**
 * What a run says of its servers' monotonic clocks, from the most to the least.
 *
 * - `bounded`: they run within the run's `clockRatePpmMax` of world time, over every span. What trusts clocks may trust these.
 * - `uneven`: they never go back, which is all that the contract promises; but they may jump ahead or stand still.
 * - `lying`: they may even go back.
 */
export type MonotonicClocks = 'bounded' | 'uneven' | 'lying';

/** How a frozen clock goes on: from where it stood, or with all the time that it missed. */
export type Thaw = 'goOn' | 'catchUp';

const MILLION = 1_000_000;
/** A clock that stands still: just as slow as time is fast, so that being frozen costs a running clock nothing. */
const STILL_PPM = -MILLION;

/**
 * One clock of a node, as a function of world time and back, in exact whole numbers:
 *
 *   node time = anchor + elapsed + floor(elapsed * ppm / 10^6)
 *
 * It runs on through crashes, as a computer's does. It goes back in `stepBack` only.
 */
export class NodeClock {
  #anchorWorldUs = 0;
  #anchorNodeUs: number;
  #ratePpm: number;
  /** While frozen: the clock as it would have run on, which is what catching up shows. */
  #missed: NodeClock | null = null;
  #freezes = 0;
  /** The latest that it showed when it went back; 0 while it never did. */
  #latestUs = 0;

  constructor(options: ClockOptions) {
    assert(Number.isInteger(options.offsetUs) && options.offsetUs >= 0, 'a clock starts at a whole number of microseconds, 0 or more');
    checkRate(options.ratePpm);
    this.#anchorNodeUs = options.offsetUs;
    this.#ratePpm = options.ratePpm;
  }

  /** The rate at which it runs, or will run once it is no longer frozen. */
  get ratePpm(): number {
    return this.#missed?.ratePpm ?? this.#ratePpm;
  }

  get isFrozen(): boolean {
    return this.#missed !== null;
  }

  /** What this clock shows at a moment of the world, not before the last change of the clock. */
  at(worldUs: number): Micros {
    const elapsed = worldUs - this.#anchorWorldUs;
    if (this.#ratePpm === 0) return micros(asSmall(this.#anchorNodeUs + elapsed));
    // Whole seconds and the rest apart, so that no product leaves the exact integers.
    const seconds = Math.floor(elapsed / MILLION);
    const rest = elapsed - seconds * MILLION;
    return micros(asSmall(this.#anchorNodeUs + elapsed + seconds * this.#ratePpm + Math.floor((rest * this.#ratePpm) / MILLION)));
  }

  /** The first moment of the world at which this clock shows `nodeUs` or more. Can be in the past; Infinity while it is frozen below. */
  worldAt(nodeUs: number): number {
    const wanted = nodeUs - this.#anchorNodeUs;
    if (this.#ratePpm === 0) return this.#anchorWorldUs + wanted;
    if (this.#ratePpm === STILL_PPM) return wanted <= 0 ? this.#anchorWorldUs : Infinity;
    // floor(e * rate / 10^6) >= d  <=>  e >= d * 10^6 / rate; divided in two parts to stay exact.
    const rate = MILLION + this.#ratePpm;
    const whole = Math.floor(wanted / rate);
    const rest = wanted - whole * rate;
    return this.#anchorWorldUs + whole * MILLION + Math.ceil((rest * MILLION) / rate);
  }

  /**
   * The moment of the world from which on it shows only what it never showed before: 0 for a clock that never went back, Infinity
   * while it is frozen below. Until then whoever waits by it waits longer than he meant.
   */
  get caughtUpUs(): number {
    return this.#latestUs === 0 ? 0 : this.worldAt(this.#latestUs);
  }

  /** From `worldUs` on the clock runs at this rate, a frozen one when it goes on; what it shows does not jump. */
  setRate(worldUs: number, ratePpm: number): void {
    checkRate(ratePpm);
    if (this.#missed !== null) this.#missed.setRate(worldUs, ratePpm);
    else this.#anchor(worldUs, this.at(worldUs), ratePpm);
  }

  /** At `worldUs` the clock jumps forward by `byUs`, 0 or more. A frozen one shows the later time, and stands there. */
  jump(worldUs: number, byUs: number): void {
    assert(Number.isInteger(byUs) && byUs >= 0, 'a clock jumps forward by a whole number of microseconds: only a step back goes back');
    this.#missed?.jump(worldUs, byUs);
    this.#anchor(worldUs, this.at(worldUs) + byUs, this.#ratePpm);
  }

  /**
   * At `worldUs` the clock goes back by `byUs`, but not behind its 0.
   *
   * @returns By how much it went back.
   */
  stepBack(worldUs: number, byUs: number): number {
    assert(Number.isInteger(byUs) && byUs >= 0, 'a clock goes back by a whole number of microseconds, 0 or more');
    const shown = this.at(worldUs);
    const wentUs = Math.min(byUs, shown);
    this.#latestUs = Math.max(this.#latestUs, shown);
    this.#missed?.stepBack(worldUs, wentUs);
    this.#anchor(worldUs, shown - wentUs, this.#ratePpm);
    return wentUs;
  }

  /** From `worldUs` on the clock stands still, until each freeze had its thaw. @returns Whether it ran until now. */
  freeze(worldUs: number): boolean {
    this.#freezes++;
    if (this.#missed !== null) return false;
    const shown = this.at(worldUs);
    this.#missed = new NodeClock({ offsetUs: shown, ratePpm: this.#ratePpm });
    this.#missed.#anchorWorldUs = worldUs;
    this.#anchor(worldUs, shown, STILL_PPM);
    return true;
  }

  /** Ends one freeze. The last to end says how the clock goes on. @returns Whether it runs again. */
  thaw(worldUs: number, how: Thaw): boolean {
    assert(this.#freezes > 0, 'what is thawed was frozen');
    this.#freezes--;
    if (this.#freezes > 0 || this.#missed === null) return false;
    this.#anchor(worldUs, (how === 'catchUp' ? this.#missed : this).at(worldUs), this.#missed.#ratePpm);
    this.#missed = null;
    return true;
  }

  /** Ends all freezes at once. @returns Whether it was frozen. */
  thawAll(worldUs: number, how: Thaw): boolean {
    if (this.#freezes === 0) return false;
    this.#freezes = 1;
    return this.thaw(worldUs, how);
  }

  #anchor(worldUs: number, nodeUs: number, ratePpm: number): void {
    this.#anchorNodeUs = nodeUs;
    this.#anchorWorldUs = worldUs;
    this.#ratePpm = ratePpm;
  }
}

/**
 * The same number. What comes out of the queue is a floating-point number to the engine, and whatever a machine keeps of it would be a box
 * of its own, made anew with each copy of a state; as an integer of 32 bits it is not. Half an hour fits into one.
 */
function asSmall(us: number): number {
  return us <= 0x7fff_ffff ? us | 0 : us;
}

function checkRate(ratePpm: number): void {
  assert(Number.isInteger(ratePpm) && ratePpm > -MILLION, 'a rate is a whole number of parts per million above -1 000 000');
}
