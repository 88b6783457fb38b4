import { viewOf } from './bytes.js';
import { readWalHead, segmentCrc, WAL_HEAD_BYTES } from './wal-format.js';
import { readRecord } from './wal-read.js';
import type { Identity } from './types.js';

/**
 * Whether bytes of a file of the log that were read once more are still whole, from the first to the last: its head if
 * they begin with it, then records without a gap.
 *
 * What recovery writes back it must have judged in the very bytes that it writes: a disk may give good bytes to one
 * read and bad ones to the next, and bad bytes that are written anew are bad for ever.
 *
 * @param from Where in its file `bytes` begins: 0, or where a record begins.
 */
export function isStillWhole(bytes: Uint8Array, from: number, identity: Identity, segment: number): boolean {
  if (bytes.length === 0) return true;
  if (from === 0) {
    const head = readWalHead(bytes.subarray(0, WAL_HEAD_BYTES));
    if (head.kind !== 'whole' || head.head.segment !== segment) return false;
  }
  const crc = segmentCrc(identity, segment);
  const view = viewOf(bytes);
  let offset = Math.max(from, WAL_HEAD_BYTES);
  while (offset - from < bytes.length) {
    const sight = readRecord(bytes, view, offset - from, crc, offset);
    if (sight.kind !== 'whole') return false;
    offset += sight.sizeBytes;
  }
  return offset - from === bytes.length;
}
