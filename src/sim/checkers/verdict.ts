import type { Operation, Timed } from './history.js';
import { ALL_PRUNINGS, type Prunings } from './prunings.js';

/** `unknown`: the bound was reached before there was a verdict. */
export type Verdict = 'passed' | 'failed' | 'unknown';

export interface CheckOptions {
  /**
   * Steps after which the checker gives up with `unknown`, over all keys; about 10 to 30 million make a second.
   * Counted, not timed, so that a verdict can be had again. The story of a failure may take as many once more.
   */
  readonly stepsMax: number;
  /** Memory for what the search has visited, over all keys, in words of 4 bytes. Beyond it: `unknown`. */
  readonly wordsMax: number;
  /** What the search may leave out; for tests. */
  readonly prunings: Prunings;
}

export const CHECK_DEFAULTS: CheckOptions = { stepsMax: 100_000_000, wordsMax: 100_000_000, prunings: ALL_PRUNINGS };

/** Instead of a state. */
export const NOT_KNOWN = 'not known';

/** What the checker found. The fields from `culprit` to `unplaced` tell of a failure and are empty without one. */
export interface CheckResult<Op extends Timed = Operation> {
  readonly verdict: Verdict;
  /** The key that failed, or for `unknown` the first that is undecided; null when all passed. */
  readonly key: string | null;
  /**
   * The operation with whose return the history of this key stops being linearizable: up to just before it
   * all was well. (If the bound was reached on the way to it, the earliest return known to be too late.)
   */
  readonly culprit: Op | null;
  /** Whether the culprit found a value that nobody can have written by then: no order of the others could mend that. */
  readonly isNeverWritten: boolean;
  /** One order in which everything before that return could have happened. */
  readonly prefix: readonly Op[];
  /** The state of the key after that order, in words; {@link NOT_KNOWN} when no order was found within the bound, and `prefix` is empty. */
  readonly prefixState: string;
  /** The culprit, and by return what else was called before its return and returned after it, and is not in the prefix. */
  readonly unplaced: readonly Op[];
  /** Steps taken: the same for the same history and options, on every machine. */
  readonly steps: number;
}
