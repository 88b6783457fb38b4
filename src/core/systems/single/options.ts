import { assert } from '../../base/assert.js';
import { DEFAULT_JOURNAL_OPTIONS, type JournalOptions } from '../../journal/options.js';
import type { StoreOptions } from '../../store/store.js';

/** Everything a single server may be told by its user. */
export interface SingleOptions {
  /** Names the data directory, 32 bits: that of another name is refused. */
  readonly clusterId: number;
  readonly store: StoreOptions;
  /** What is kept, and what an answer is worth. `storage: null`: a server in memory only. */
  readonly journal: JournalOptions;
  /** Commands that may wait for the disk; one more is told to try again. 1 or more. */
  readonly waitingMax: number;
}

/** A server whose answers outlive the power. */
export const DEFAULT_SINGLE_OPTIONS: SingleOptions = {
  clusterId: 1,
  store: { sessionsMax: 10_000 },
  journal: DEFAULT_JOURNAL_OPTIONS,
  waitingMax: 65_536,
};

/** A server that keeps nothing: a cache. */
export const MEMORY_OPTIONS: SingleOptions = { ...DEFAULT_SINGLE_OPTIONS, journal: { ...DEFAULT_JOURNAL_OPTIONS, storage: null } };

export function checkSingleOptions({ waitingMax }: SingleOptions): void {
  assert(waitingMax >= 1, 'at least one command may wait for the disk');
}
