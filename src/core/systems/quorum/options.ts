import { assert } from '../../base/assert.js';
import { fromMs, type Micros } from '../../base/units.js';
import { DEFAULT_JOURNAL_OPTIONS, type JournalOptions } from '../../journal/journal.js';

/** What a user chooses for the servers of one quorum system: the same on all of them. */
export interface QuorumOptions {
  /** Labels the data directories, so that those of two clusters are never mixed. An unsigned 32-bit number. */
  readonly clusterId: number;
  /** W: how many servers have a write durably before it is answered `OK`, the primary among them. 1 .. N. */
  readonly writeQuorum: number;
  /** R: how many servers a read hears before it is answered, the one that was asked among them. 1 .. N. */
  readonly readQuorum: number;
  /** Microseconds after which a request without its quorum is answered with an error. */
  readonly timeoutUs: Micros;
  /** Microseconds after which a server that has not answered is asked once more. Below `timeoutUs`. */
  readonly resendUs: Micros;
  /** Microseconds between two comparisons with the other servers that nobody asked for; 0 for none. See sweep.ts. */
  readonly sweepUs: Micros;
  /** Keys in one such comparison. 1 or more. */
  readonly sweepKeysMax: number;
  /** Requests of clients that may wait for servers at one time; one more is refused at once. 1 or more. */
  readonly openMax: number;
  /** Bytes of keys and values of writes that may wait so; one always goes, however large. 1 or more. */
  readonly openBytesMax: number;
  /** Of policies but `always` a server forgets what it acknowledged when the power fails, and every promise here is void. */
  readonly journal: JournalOptions;
}

/** Five seconds, as the document has it; W = R = 2 is the majority of three. */
export const DEFAULT_QUORUM_OPTIONS: QuorumOptions = {
  clusterId: 1,
  writeQuorum: 2,
  readQuorum: 2,
  timeoutUs: fromMs(5_000),
  resendUs: fromMs(250),
  sweepUs: fromMs(1_000),
  sweepKeysMax: 64,
  openMax: 65_536,
  openBytesMax: 67_108_864,
  journal: DEFAULT_JOURNAL_OPTIONS,
};

export function checkQuorumOptions(options: QuorumOptions): void {
  assert(options.resendUs >= 1 && options.resendUs < options.timeoutUs, 'a server is asked once more before the time is over');
  assert(options.sweepUs >= 0 && options.sweepKeysMax >= 1, 'a sweep compares at least one key');
  assert(options.openMax >= 1 && options.openBytesMax >= 1, 'at least one request may wait');
}

/** @returns One line that says what of W and R does not fit `count` servers, and what would; null when all does. */
export function quorumProblem({ writeQuorum, readQuorum }: QuorumOptions, count: number): string | null {
  for (const [name, quorum] of [
    ['W', writeQuorum],
    ['R', readQuorum],
  ] as const) {
    if (Number.isInteger(quorum) && quorum >= 1 && quorum <= count) continue;
    return `${name}=${quorum} does not fit ${count} server${count === 1 ? '' : 's'}: choose ${name} from 1 to ${count}`;
  }
  return null;
}

/** Whether every R servers have one in common with every W: only then does a read see every write before it (Gifford 1979). */
export function quorumsMeet({ writeQuorum, readQuorum }: QuorumOptions, count: number): boolean {
  return writeQuorum + readQuorum > count;
}

/**
 * How many copies make a value safe to show: so many that every R servers have one of them, which is N - R + 1.
 * Where W + R <= N that would be more than a write itself asks for, and nothing is gained: then W.
 */
export function copiesToShow({ writeQuorum, readQuorum }: QuorumOptions, count: number): number {
  return Math.min(writeQuorum, count - readQuorum + 1);
}
