import type { Result } from '../base/result.js';
import type { LogIndex } from '../base/units.js';

/** What a journal keeps: a state that is a pure function of the entries applied to it, and the bytes of both. */
export interface Kept<State, Entry, Outcome> {
  /** The state before the first entry. */
  readonly first: State;
  /** @param index The entry's place in this journal: above every index applied before. */
  apply(state: State, index: LogIndex, entry: Entry): { readonly state: State; readonly result: Outcome };
  /** Names the form of the entries in the log, 0 .. 255: a log with entries of another kind is refused. */
  readonly entryKind: number;
  /** The bytes belong to the journal from then on. */
  encodeEntry(entry: Entry): Uint8Array;
  /** @returns The entry, or one line that says what is wrong with the bytes. */
  decodeEntry(bytes: Uint8Array): Result<Entry, string>;
  encodeState(state: State): Uint8Array;
  /** About how many entries would write the whole state anew: its keys, say. A snapshot is not taken before so many came. */
  sizeOf(state: State): number;
  /** @returns The state, or one line that says what is wrong with the bytes. */
  decodeState(bytes: Uint8Array): Result<State, string>;
}
