import type { Verdict } from '../verdict.js';
import type { ClientOperation } from './model.js';

/** How much work a check may be. */
export interface CheckLimits {
  /**
   * Steps after which it gives up with `unknown`; some millions make a second. Counted, not timed, so that a verdict can be had again.
   * By default 100 000 000.
   */
  readonly stepsMax: number;
}

/** What `check` found. */
export interface Judgement<Input, Output> {
  /**
   * `passed`: some order of the operations, in which each lies between its call and its return, is one that the model can go through.
   * `failed`: there is none. `unknown`: the limit was reached before either was certain.
   */
  readonly verdict: Verdict;
  /** The part (see {@link Model.partition}) that failed, or that is undecided; null when all passed. */
  readonly partition: string | null;
  /**
   * `failed`: the operation for which there is no place in any order. Until just before its return all was well. Else null.
   */
  readonly culprit: ClientOperation<Input, Output> | null;
  /** `failed`: the longest order found: one in which all that returned before the culprit can have happened. Else empty. */
  readonly order: readonly ClientOperation<Input, Output>[];
  /** The state after {@link order}, in words; else empty. */
  readonly state: string;
  /**
   * `failed`: the operations in conflict, the culprit among them, in the order of their calls: whatever all others were answered, the
   * answers of these contradict each other. As few as could be found. Else empty.
   */
  readonly conflict: readonly ClientOperation<Input, Output>[];
  /** Steps taken: the same for the same history, model and limits, on every machine. */
  readonly steps: number;
  /** All of it in plain text, several lines for a failure. */
  readonly message: string;
}
