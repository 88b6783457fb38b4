import { assert } from '../base/assert.js';
import { DEFAULT_STORAGE_OPTIONS, type StorageOptions } from '../storage/storage.js';
import type { Micros } from '../base/units.js';

/**
 * When what was written is also synced, and so what an answer is worth:
 *
 *   always     append, sync, apply, answer. Whatever was answered outlives the power.
 *   interval   append, apply, answer; a sync at most `everyUs` after the first append that it covers. Whatever was answered
 *              outlives the process; a power cut may take what was answered since the last sync.
 *   never      append, apply, answer; the operating system writes when it likes. A sync only where the log needs one to
 *              stay readable (a new segment, a snapshot) and at a stop in good order. A power cut may take all since then.
 */
export type SyncPolicy =
  | { readonly kind: 'always' }
  /** Microseconds, 1 or more. */
  | { readonly kind: 'interval'; readonly everyUs: Micros }
  | { readonly kind: 'never' };

export interface JournalOptions {
  /** null: nothing is kept on disk, and a state is as old as its process. */
  readonly storage: StorageOptions | null;
  /** Without meaning where nothing is kept. */
  readonly sync: SyncPolicy;
  /**
   * A snapshot is taken when so many entries were applied since the last one, and at least as many as the state has keys: what is
   * written then stays in proportion to what was asked for, however large the state. 1 or more.
   */
  readonly snapshotEveryEntries: number;
  /**
   * A snapshot is also taken when the entries that were applied since the last one have so many bytes, and at least as many as that
   * snapshot has. 1 or more.
   */
  readonly snapshotEveryBytes: number;
  /** Bytes of entries that may wait for the disk, as {@link isFull} tells; one always goes, however large. 1 or more. */
  readonly waitingBytesMax: number;
}

export const DEFAULT_JOURNAL_OPTIONS: JournalOptions = {
  storage: DEFAULT_STORAGE_OPTIONS,
  sync: { kind: 'always' },
  snapshotEveryEntries: 10_000,
  snapshotEveryBytes: 67_108_864,
  waitingBytesMax: 33_554_432,
};

export function checkJournalOptions({ sync, snapshotEveryEntries, snapshotEveryBytes, waitingBytesMax }: JournalOptions): void {
  assert(sync.kind !== 'interval' || sync.everyUs >= 1, 'a sync comes some time after what it covers');
  assert(snapshotEveryEntries >= 1, 'a snapshot follows at least one applied entry');
  assert(snapshotEveryBytes >= 1 && waitingBytesMax >= 1, 'each bound in bytes lets one through');
}
