import { assert } from '../../base/assert.js';
import { DEFAULT_RAFT_OPTIONS, type RaftOptions } from '../../raft/options.js';
import { DEFAULT_STORAGE_OPTIONS, type StorageOptions } from '../../storage/storage.js';
import type { StoreOptions } from '../../store/store.js';

/** Everything a node of the raft system may be told by its user. */
export interface NodeOptions {
  /** Names the cluster, 32 bits. Servers of another cluster, and data directories of it, are refused. */
  readonly clusterId: number;
  readonly raft: RaftOptions;
  readonly store: StoreOptions;
  /** null: nothing is kept on disk, and whatever was said counts as durable. For measuring, and for caches. */
  readonly storage: StorageOptions | null;
  /**
   * A snapshot is taken when so many entries were applied since the last one, and at least as many as the store has keys: what is
   * written then stays in proportion to what was asked for, however large the store. 1 or more.
   */
  readonly snapshotEveryEntries: number;
  /**
   * A snapshot is also taken when the entries that were applied since the last one have so many bytes, and at least as many as that
   * snapshot has. 1 or more.
   */
  readonly snapshotEveryBytes: number;
  /** Applied entries kept in memory behind a snapshot, for followers that are a little late. 0 or more. */
  readonly entriesKept: number;
  /** Bytes of them at most. 0 or more. */
  readonly entriesKeptBytesMax: number;
}

export const DEFAULT_NODE_OPTIONS: NodeOptions = {
  clusterId: 1,
  raft: DEFAULT_RAFT_OPTIONS,
  store: { sessionsMax: 10_000 },
  storage: DEFAULT_STORAGE_OPTIONS,
  snapshotEveryEntries: 10_000,
  snapshotEveryBytes: 67_108_864,
  entriesKept: 1_000,
  entriesKeptBytesMax: 16_777_216,
};

export function checkNodeOptions(options: NodeOptions): void {
  assert(options.snapshotEveryEntries >= 1, 'a snapshot follows at least one applied entry');
  assert(options.snapshotEveryBytes >= 1, 'a snapshot follows at least one byte');
  assert(options.entriesKeptBytesMax >= 0, 'a log cannot keep less than nothing');
  assert(options.entriesKept >= 0, 'a log cannot keep fewer than no entries');
}
