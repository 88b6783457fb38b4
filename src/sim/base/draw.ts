import { between, type Stream } from './random-streams.js';

/** Random choices that come from the seed: the only ones that a simulation may make. */
export interface Draw {
  /** A whole number from `low` to `high`, both inclusive. */
  between(low: number, high: number): number;
  /** One of a list that is not empty. */
  oneOf<Item>(items: readonly Item[]): Item;
  /** True in `numerator` of `denominator` cases. */
  chance(numerator: number, denominator: number): boolean;
}

/** Every choice is one draw from the stream. */
export function drawFrom(stream: Stream): Draw {
  return {
    between: (low, high) => between(stream, low, high),
    oneOf: (items) => {
      if (items.length === 0) throw new RangeError('draw.oneOf takes a list with at least one item');
      return items[between(stream, 0, items.length - 1)] as (typeof items)[number];
    },
    chance: (numerator, denominator) => stream() * denominator < numerator,
  };
}

/** A value, or how it is drawn for each seed. */
export type Drawn<Value> = Value | ((draw: Draw) => Value);

/** What a {@link Drawn} comes to. No value here is itself a function. */
export function drawn<Value extends object | number | string>(value: Drawn<Value>, draw: Draw): Value {
  return typeof value === 'function' ? (value as (draw: Draw) => Value)(draw) : value;
}
