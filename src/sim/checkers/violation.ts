import type { Operation } from './history.js';

/**
 * A property that did not hold: what, when, and who and what has a part in it. Plain data, the same for an oracle that throws it, the
 * report of a run, a campaign and a test; nothing is ever read back out of `message`.
 */
export interface Violation extends About {
  /** The property's name as docs/INVARIANTS.md lists it, such as "Election Safety", or as the simulation of a machine has it. */
  readonly property: string;
  /** One line for a person. */
  readonly message: string;
  /** World time in milliseconds, fractions kept. */
  readonly atMs: number;
  /** Where in code it was thrown, the innermost place first, at most five; absent when nothing was thrown, or no place of a user's is known. */
  readonly thrownAt?: readonly string[];
}

/** Who and what has a part in a violation. An empty list: nobody or nothing in particular. */
export interface About {
  /** By their numbers, from 1. */
  readonly servers: readonly number[];
  /** Terms, ballots or epochs: what the system under test numbers its leaders' times of office by. */
  readonly terms: readonly number[];
  /** Of the store, or of its locks. */
  readonly keys: readonly string[];
  /** What clients did that shows it: an answer that no order explains comes first. */
  readonly operations: readonly Operation[];
}

const US_PER_MS = 1_000;

/** A property did not hold. Thrown by who sees it and caught by the run, which reports what is in it. */
export class Violated extends Error {
  override readonly name = 'Violated';
  readonly violation: Violation;

  /** @param cause What was thrown in its place, whose stack leads to who wrote it; null for nothing. */
  constructor(violation: Violation, cause: Error | null = null) {
    super(violation.message, { cause });
    this.violation = violation;
  }
}

/** @param atUs World time in microseconds. */
export function violationOf(property: string, message: string, atUs: number, about: Partial<About> = {}): Violation {
  return { property, message, atMs: atUs / US_PER_MS, servers: [], terms: [], keys: [], operations: [], ...about };
}

/**
 * Ends the run.
 *
 * @param property By its name in docs/INVARIANTS.md.
 * @param message One line that says who, where and in which term; `about` says the same as data.
 * @param atUs World time in microseconds.
 * @param cause What was thrown in its place; null for nothing.
 */
export function violated(property: string, message: string, atUs: number, about: Partial<About> = {}, cause: Error | null = null): never {
  throw new Violated(violationOf(property, message, atUs, about), cause);
}

/** What was thrown, if it is a {@link Violated}. @throws Anything else, again. */
export function violationIn(error: unknown): Violation {
  if (!(error instanceof Violated)) throw error;
  return error.violation;
}

/** When it was seen, and how. Behind the name of the property, or below it. */
export function whenAndHow({ atMs, message }: Violation): string {
  return `at ${atMs} ms: ${message}`;
}

/** All of it on one line: `Linearizability at 15720 ms: key k0: no order explains …`. */
export function violationText(violation: Violation): string {
  return `${violation.property} ${whenAndHow(violation)}`;
}
