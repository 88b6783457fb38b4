import { assert } from '../base/assert.js';

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
