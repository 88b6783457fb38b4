import { assert } from '../../base/assert.js';
import { fromMs, type Micros } from '../../base/units.js';
import { DEFAULT_JOURNAL_OPTIONS, type JournalOptions } from '../../journal/journal.js';

/** What a user chooses for the servers of one cluster: the same on all of them. */
export interface ElectionOptions {
  /** Labels the data directories, so that those of two clusters are never mixed. An unsigned 32-bit number. */
  readonly clusterId: number;
  /** Microseconds between two heartbeats of a leader. */
  readonly heartbeatUs: Micros;
  /** Microseconds without a heartbeat after which a server stands for election. Above `heartbeatUs`. */
  readonly timeoutUs: Micros;
  /** Bounds of the random pause, in microseconds, after which a candidate that did not win stands again. */
  readonly retryUsMin: Micros;
  readonly retryUsMax: Micros;
  /** How many servers have a write before it is answered `OK`, the leader among them; null: a majority. 1 is asynchronous replication. */
  readonly writeQuorum: number | null;
  /** Microseconds after which a write without its quorum is rolled back on the leader and answered with an error. */
  readonly writeTimeoutUs: Micros;
  /** Writes of clients that may wait for other servers at one time; one more is refused at once. 1 or more. */
  readonly openMax: number;
  /** Bytes of keys and values of such writes; one always goes, however large. 1 or more. */
  readonly openBytesMax: number;
  /** Writes are kept here; terms and votes are not, which is what this system teaches. */
  readonly journal: JournalOptions;
}

/** A heartbeat each second and five seconds of patience, as the document has it. */
export const DEFAULT_ELECTION_OPTIONS: ElectionOptions = {
  clusterId: 1,
  heartbeatUs: fromMs(1_000),
  timeoutUs: fromMs(5_000),
  retryUsMin: fromMs(500),
  retryUsMax: fromMs(3_000),
  writeQuorum: null,
  writeTimeoutUs: fromMs(5_000),
  openMax: 65_536,
  openBytesMax: 67_108_864,
  journal: DEFAULT_JOURNAL_OPTIONS,
};

export function checkElectionOptions(options: ElectionOptions): void {
  assert(options.heartbeatUs >= 1 && options.heartbeatUs < options.timeoutUs, 'a leader is heard before its followers lose patience');
  assert(options.retryUsMin >= 1 && options.retryUsMin <= options.retryUsMax, 'a candidate stands again after some time');
  assert(options.writeTimeoutUs >= 1, 'a write has some time');
  assert(options.openMax >= 1 && options.openBytesMax >= 1, 'at least one write may wait');
  assert(options.writeQuorum === null || options.writeQuorum >= 1, 'at least the leader has a write');
}

/** The smallest number of servers that is more than half of them. */
export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}
