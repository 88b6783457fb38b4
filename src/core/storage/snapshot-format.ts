import { CRC_BEGIN, crc32c, crcEnd, crcOf } from '../base/crc32c.js';
import type { LogIndex, NodeId, Term } from '../base/units.js';
import { getU64, numberIn, numberedName, setU64, viewOf } from './bytes.js';
import type { Identity, StoredSnapshot } from './types.js';

/**
 * SNAPSHOT FILE, format version 1. All integers are unsigned and little-endian; u64 values are below 2^53.
 *
 * "snapshot-" + number in 16 decimal digits + ".snap"; while it is written ".tmp" stands in the place of ".snap".
 * Numbers only grow and are never used twice; a higher number is a newer snapshot. A snapshot is in force
 * once a snapshot record of the write-ahead log names its number.
 *
 *   offset  bytes  field
 *        0      8  magic      73 65 65 64 73 6e 70 0a ("seedsnp", newline)
 *        8      4  version    1
 *       12      4  prefixCrc  CRC-32C of bytes 0 .. 11; bytes 0 .. 15 mean the same in every version
 *       16      4  clusterId
 *       20      4  nodeId
 *       24      8  number     the number in the file's name
 *       32      8  lastIndex  the last entry that it covers, and its term
 *       40      8  lastTerm
 *       48      8  dataBytes
 *       56      4  dataCrc    CRC-32C of the data
 *       60      4  headCrc    CRC-32C of bytes 0 .. 59
 *       64      n  data       the state machine's own format; the file ends behind it
 */
export const SNAPSHOT_VERSION = 1;
export const SNAPSHOT_HEAD_BYTES = 64;

const MAGIC = [0x73, 0x65, 0x65, 0x64, 0x73, 0x6e, 0x70, 0x0a] as const;

/** File names of a snapshot, finished and not, and the numbers in such names or null. */
export const snapshotName = (number: number): string => numberedName('snapshot-', number, '.snap');
export const snapshotNumber = (name: string): number | null => numberIn(name, 'snapshot-', '.snap');
export const unfinishedName = (number: number): string => numberedName('snapshot-', number, '.tmp');
export const unfinishedNumber = (name: string): number | null => numberIn(name, 'snapshot-', '.tmp');

/** The head of a snapshot file. */
export function snapshotHead(identity: Identity, number: number, snapshot: StoredSnapshot): Uint8Array {
  const bytes = new Uint8Array(SNAPSHOT_HEAD_BYTES);
  const view = viewOf(bytes);
  bytes.set(MAGIC, 0);
  view.setUint32(8, SNAPSHOT_VERSION, true);
  view.setUint32(12, crcEnd(crcOf(CRC_BEGIN, bytes, 0, 12)), true);
  view.setUint32(16, identity.clusterId, true);
  view.setUint32(20, identity.nodeId, true);
  setU64(view, 24, number);
  setU64(view, 32, snapshot.lastIndex);
  setU64(view, 40, snapshot.lastTerm);
  setU64(view, 48, snapshot.data.length);
  view.setUint32(56, crc32c(snapshot.data), true);
  view.setUint32(60, crcEnd(crcOf(CRC_BEGIN, bytes, 0, 60)), true);
  return bytes;
}

/** What a snapshot file is: whole, of somebody else, of another version, or broken. */
export type SnapshotSight =
  | { readonly kind: 'whole'; readonly number: number; readonly identity: Identity; readonly snapshot: StoredSnapshot }
  | { readonly kind: 'otherVersion'; readonly version: number }
  | { readonly kind: 'broken' };

/** Looks at a whole file; never throws. The data is a view of `bytes`. */
export function readSnapshot(bytes: Uint8Array): SnapshotSight {
  if (bytes.length < 16 || !MAGIC.every((byte, i) => bytes[i] === byte)) return { kind: 'broken' };
  const view = viewOf(bytes);
  if (view.getUint32(12, true) !== crcEnd(crcOf(CRC_BEGIN, bytes, 0, 12))) return { kind: 'broken' };
  const version = view.getUint32(8, true);
  if (version !== SNAPSHOT_VERSION) return { kind: 'otherVersion', version };
  if (bytes.length < SNAPSHOT_HEAD_BYTES) return { kind: 'broken' };
  if (view.getUint32(60, true) !== crcEnd(crcOf(CRC_BEGIN, bytes, 0, 60))) return { kind: 'broken' };
  const data = bytes.subarray(SNAPSHOT_HEAD_BYTES);
  if (data.length !== getU64(view, 48) || view.getUint32(56, true) !== crc32c(data)) return { kind: 'broken' };
  return {
    kind: 'whole',
    number: getU64(view, 24),
    identity: { clusterId: view.getUint32(16, true), nodeId: view.getUint32(20, true) as NodeId },
    snapshot: { lastIndex: getU64(view, 32) as LogIndex, lastTerm: getU64(view, 40) as Term, data },
  };
}
