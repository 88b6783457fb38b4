import { between, chance, pick, ratio, type RandomStreams, type Stream } from '../base/random-streams.js';

/**
 * How a scenario draws its options from the seed. Each draw has a name and a stream of its own, so that a
 * draw added to a scenario leaves its other options as they were for every seed.
 */
export class Draws {
  readonly #streams: RandomStreams;

  constructor(streams: RandomStreams) {
    this.#streams = streams;
  }

  /** The stream behind a name, for who draws more than once under it. */
  stream(name: string): Stream {
    return this.#streams.stream('options', name);
  }

  /** A whole number from `low` to `high`, both inclusive. */
  between(name: string, low: number, high: number): number {
    return between(this.#streams.stream('options', name), low, high);
  }

  /** One of a list that is not empty. */
  oneOf<Item>(name: string, items: readonly Item[]): Item {
    return pick(this.#streams.stream('options', name), items);
  }

  /** True in `numerator` of `denominator` worlds. */
  chance(name: string, numerator: number, denominator: number): boolean {
    return chance(this.#streams.stream('options', name), ratio(numerator, denominator));
  }
}
