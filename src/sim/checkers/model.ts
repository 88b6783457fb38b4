import type { Operation } from './history.js';

/** A step that the model does not allow. States are 0 or more. */
export const ILLEGAL = -1;

/** The sequential behaviour of one object, to which every linearization must conform. */
export interface Model {
  readonly name: string;
  /** What this model cannot mean anything by, in words for the user; null when the operation is fine. */
  problemOf(operation: Operation): string | null;
  /**
   * The model made ready for the operations of one key. With `isQuotient`, states that none of these
   * operations can tell apart are one state (the observational quotient): it changes no verdict, since a
   * state matters only through which operations are legal in it and in what follows.
   */
  specify(operations: readonly Operation[], isQuotient: boolean): Specification;
}

/**
 * One key's operations as functions on small whole numbers. `i` is an index into the operations that were
 * given to {@link Model.specify}. States are interned: equal states have equal numbers.
 */
export interface Specification {
  readonly initialState: number;
  /**
   * The state after operation `i`, or {@link ILLEGAL} if its outcome is impossible in `state`. For an
   * unknown outcome: the state in which it takes effect, ILLEGAL or the same state when it has none.
   */
  step(state: number, i: number): number;
  /** Operations with equal numbers are the same function: same input, same outcome. */
  readonly classes: Int32Array;
  /** Operations with equal numbers have the same input, whatever came of it. */
  readonly inputs: Int32Array;
  /** 1: this operation changes no state at all, whatever the state (not merely the present one). */
  readonly observers: Uint8Array;
  /** 1: when its outcome is unknown it may be left out, since no operation here could need its effect. */
  readonly needless: Uint8Array;
  /** What never comes back once it is left; null when there is nothing of the kind. */
  readonly eras: Eras | null;
  /** For objects that are only written and read, each value written at most once; else null. */
  readonly values: UniqueValues | null;
  describe(state: number): string;
}

/**
 * Sets of states that no order of these operations enters again after leaving them: the states of one
 * version, when versions only grow; the states of one value, when one operation at most writes it.
 */
export interface Eras {
  /** The era in which alone the operation is legal; -1: it needs none. One of `count` or above is never reached. */
  readonly ofOperations: Int32Array;
  /** The era of a state, or -1. */
  ofState(state: number): number;
  readonly count: number;
}

/** What each operation wrote or read. */
export interface UniqueValues {
  /** The value's number for each operation; 0 is the initial value, which nobody writes. */
  readonly ofOperations: Int32Array;
  readonly isWrite: Uint8Array;
  /** How many values there are, the initial one among them. */
  readonly count: number;
}

/** Gives equal keys equal numbers, from 0, in order of appearance. */
export class Interner<Key> {
  readonly #numbers = new Map<Key, number>();
  readonly keys: Key[] = [];

  numberOf(key: Key): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.keys.length;
    this.#numbers.set(key, number);
    this.keys.push(key);
    return number;
  }
}
