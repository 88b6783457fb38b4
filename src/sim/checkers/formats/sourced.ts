import type { Operation } from '../history.js';

/** Why a file is not a history: the line, from 1, and what is wrong there. */
export interface HistoryProblem {
  readonly line: number;
  readonly problem: string;
}

/** An operation of a file, and where it stands there. */
export interface SourcedOperation extends Operation {
  /** The line of the operation; of events, where its call begins. */
  readonly line: number;
  /** The line of its answer, when that is another one; null: none came, or it is the same. */
  readonly answerLine: number | null;
}

/** What a reader must be told. */
export interface ReadOptions {
  /** Whether each value is a pair of a key and the value under that key; null: when the file leaves no doubt. */
  readonly isIndependent: boolean | null;
  /** Whether a number is the text that it is spelled with; null: when the file has texts as values, too. */
  readonly numbersAreTexts: boolean | null;
}

/** What was read. */
export interface ReadHistory {
  readonly operations: readonly SourcedOperation[];
  /** `us`: moments are microseconds of one clock. `events`: the file has none; moments are the numbers of its events, from 0. */
  readonly clock: 'us' | 'events';
  /** When every value is a pair and nothing tells whether it is [key value]: the operations read so. Else null. */
  readonly keyed: (() => readonly SourcedOperation[]) | null;
  /** What was taken for granted that the file does not say, each as a line. */
  readonly assumed: readonly string[];
  /** What of the file has no part in the verdict, and how often. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** How a value is written in this format, for one that is said elsewhere; throws for what is none. */
  valueNamed(text: string): string | null;
}

/** Reads one file, given to it in pieces. Both throw `Malformed` for what is no history. */
export interface HistoryReader {
  push(chunk: Uint8Array): void;
  finish(): ReadHistory;
}

/** Counts by name. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(name: string, count = 1): void {
    if (count > 0) this.counts.set(name, (this.counts.get(name) ?? 0) + count);
  }
}
