import type { Operation } from '../history.js';

/** Why a text is not a history: the line, from 1, and what is wrong there. */
export interface HistoryProblem {
  readonly line: number;
  readonly problem: string;
}

/** An operation, and the line on which it was said (for events: of its invocation). */
export interface SourcedOperation {
  readonly operation: Operation;
  readonly line: number;
}
