import seedrandom from 'seedrandom';
import { assert } from '../../core/base/assert.js';

/** One labelled sequence of random numbers: each call draws the next one, in [0, 1). */
export type Stream = () => number;

/** A probability as two whole numbers, 0 <= numerator <= denominator, so that no rounding decides a run. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

export const ratio = (numerator: number, denominator: number): Ratio => {
  const isRatio =
    Number.isInteger(numerator) && Number.isInteger(denominator) && numerator >= 0 && numerator <= denominator && denominator > 0;
  assert(isRatio, 'a ratio is two whole numbers, 0 <= numerator <= denominator');
  return { numerator, denominator };
};

export const RATIO_NEVER: Ratio = ratio(0, 1);
export const RATIO_ALWAYS: Ratio = ratio(1, 1);

/**
 * All random choices of one world: a stream for each purpose and for whom the choice is made.
 *
 * Streams are independent, so a draw added to one, or a fault left out, does not reshuffle the others.
 * Within one stream each decision point draws a fixed number of times, whatever comes out, for the same reason.
 */
export class RandomStreams {
  readonly seed: string;
  readonly #streams = new Map<string, Stream>();

  constructor(seed: number | string) {
    this.seed = String(seed);
  }

  /** The stream of this name, the same one each time. Look it up once and keep it: this builds a string. */
  stream(purpose: string, who: string): Stream {
    const label = `${this.seed}/${purpose}/${who}`;
    const known = this.#streams.get(label);
    if (known !== undefined) return known;
    const made = seedrandom.alea(label);
    // The first draws of neighbouring seeds resemble each other: eight times the expected collisions, measured.
    made();
    this.#streams.set(label, made);
    return made;
  }
}

/** Exactly one draw. True in `numerator` of `denominator` cases; denominators up to 2^21 are exact. */
export function chance(stream: Stream, odds: Ratio): boolean {
  return stream() * odds.denominator < odds.numerator;
}

/** Exactly one draw. A whole number in [low, high], both included; spans up to 2^32. */
export function between(stream: Stream, low: number, high: number): number {
  return low + Math.floor(stream() * (high - low + 1));
}

/** Exactly one draw. 32 random bits, as a signed integer. */
export function bits32(stream: Stream): number {
  return Math.floor(stream() * 4_294_967_296) | 0;
}

/** Exactly one draw. One of the items of a list that is not empty. */
export function pick<Item>(stream: Stream, items: readonly Item[]): Item {
  const item = items[between(stream, 0, items.length - 1)];
  assert(item !== undefined, 'one can be picked only from a list that is not empty');
  return item;
}
