import type { Operation, Timed } from './history.js';

/** A step that the model does not allow. States are 0 or more. */
export const ILLEGAL = -1;

/** The sequential behaviour of one object, to which every linearization must conform, in the form in which the search wants it. */
export interface CompiledModel<Op extends Timed = Operation> {
  readonly name: string;
  /** The operation as its client knew it while it was under way: without its return and its answer. */
  forget(operation: Op): Op;
  /**
   * The model made ready for the operations of one key. With `isQuotient`, states that none of these
   * operations can tell apart are one state (the observational quotient): it changes no verdict, since a
   * state matters only through which operations are legal in it and in what follows.
   */
  specify(operations: readonly Op[], isQuotient: boolean): Specification;
}

/** A model of the operations that histories in files hold. */
export interface FileModel extends CompiledModel {
  /** What this model cannot mean anything by, in words for the user; null when the operation is fine. */
  problemOf(operation: Operation): string | null;
  /** The same object that holds this value at first; undefined for objects that begin without one. */
  readonly holding?: (initial: string) => FileModel;
}

/**
 * One key's operations as functions on small whole numbers. `i` is an index into the operations that were
 * given to {@link CompiledModel.specify}. States are interned: equal states have equal numbers.
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
  /** Where what was found came from; null when the model cannot tell. */
  readonly origins: Origins | null;
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

/**
 * Who found what, and who can have left it there. A value that is neither the first one nor written by anybody whose call came
 * before the answer decides a history at once, where a search would try every order of what surrounds it.
 */
export interface Origins {
  /** What an operation must have found, as a number from 0; -1: anything, or what was there at the beginning. */
  readonly found: Int32Array;
  /** What an operation leaves behind if it takes effect; -1: nothing that anybody found. */
  readonly left: Int32Array;
  /** For each number of `found` those of `left` of which one at least must have come before it; null: the same number. */
  readonly sources: readonly (readonly number[])[] | null;
}

/** Gives equal keys equal numbers, from 0, in order of appearance. */
export class Interner<Key> {
  readonly #numbers = new Map<Key, number>();
  readonly keys: Key[] = [];

  /** The number of a key that was seen before; null for another. */
  known(key: Key): number | null {
    return this.#numbers.get(key) ?? null;
  }

  numberOf(key: Key): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.keys.length;
    this.#numbers.set(key, number);
    this.keys.push(key);
    return number;
  }
}
