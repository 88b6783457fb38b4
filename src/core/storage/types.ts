import { assert } from '../base/assert.js';
import type { LogIndex, NodeId, Term } from '../base/units.js';
import type { Effect } from '../machine.js';

/** A disk operation that a host is asked for. */
export type DiskEffect = Extract<Effect<never, never>, { kind: 'disk' }>;

/** Numbers of the storage that a user may set. */
export interface StorageOptions {
  /** Bytes. A segment that has grown to this is followed by a new one at the next flush. At most 1 GiB. */
  readonly segmentBytesMax: number;
  /** Bytes of entries in one record; one entry always goes, however large. At most 64 MiB. */
  readonly recordBytesMax: number;
  /** Bytes. Recovery reads files in pieces of this; a longer record is read whole. 4 KiB or more. */
  readonly readBytes: number;
  /** Snapshots kept on disk, the newest first. 1 or more; 2 give recovery something to fall back on. */
  readonly snapshotsKept: number;
}

export const DEFAULT_STORAGE_OPTIONS: StorageOptions = {
  segmentBytesMax: 16_777_216,
  recordBytesMax: 1_048_576,
  readBytes: 1_048_576,
  snapshotsKept: 2,
};

/** Refuses options that the file format cannot express. */
export function checkStorageOptions(options: StorageOptions): void {
  assert(options.segmentBytesMax >= 1 && options.segmentBytesMax <= 1_073_741_824, 'offsets in a segment are 32-bit numbers');
  assert(options.recordBytesMax >= 1 && options.recordBytesMax <= 67_108_864, 'a record fits into memory several times');
  assert(options.readBytes >= 4_096, 'a piece holds at least a file head');
  assert(options.snapshotsKept >= 1, 'the newest snapshot is kept');
}

/** Whose files these are. It is part of every checksum, so that bytes of another server never pass. */
export interface Identity {
  /** An unsigned 32-bit number, the same on all servers of a cluster. */
  readonly clusterId: number;
  readonly nodeId: NodeId;
}

/** An entry of the replicated log, as bytes. */
export interface StoredEntry {
  readonly index: LogIndex;
  readonly term: Term;
  /** 0 .. 255; what it means is for the node above. */
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** The state machine as it was when the entry at `lastIndex` had been applied, as bytes. */
export interface StoredSnapshot {
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  readonly data: Uint8Array;
}

/** What the disk remembered. All of it is durable when it is handed over. */
export interface Recovered {
  readonly currentTerm: Term;
  /** NOBODY if no vote was given in currentTerm. */
  readonly votedFor: NodeId;
  readonly snapshot: StoredSnapshot | null;
  /** Index of the first entry, or where the next one goes if there is none. At most one behind the snapshot. */
  readonly firstIndex: LogIndex;
  /** Term of the entry at firstIndex - 1, 0 if that is 0. */
  readonly prevTerm: Term;
  readonly entries: readonly StoredEntry[];
  /** The directory was empty: this server has never promised anything. */
  readonly isFresh: boolean;
  /** One line for each thing worth telling, such as "cut a torn tail of 37 bytes in wal-0000000000000003.log". */
  readonly notes: readonly string[];
}

