import { CRC_BEGIN, crcEnd, crcOf, crcOfU32 } from '../base/crc32c.js';
import type { LogIndex, NodeId, Term } from '../base/units.js';
import { getU64, viewOf } from './bytes.js';
import type { StoredEntry } from './types.js';
import {
  ENTRIES_HEAD_BYTES,
  ENTRY_HEAD_BYTES,
  HARD_STATE_BYTES,
  KIND_ENTRIES,
  KIND_HARD_STATE,
  KIND_SNAPSHOT,
  KIND_TRUNCATE_TAIL,
  RECORD_ALIGNMENT,
  RECORD_HEADER_BYTES,
  SNAPSHOT_RECORD_BYTES,
  TRUNCATE_TAIL_BYTES,
  WAL_HEAD_BYTES,
  recordBytes,
  type WalRecord,
} from './wal-format.js';

/** What stands at one place of a segment. */
export type RecordSight =
  | { readonly kind: 'whole'; readonly record: WalRecord; readonly sizeBytes: number; readonly batchOffset: number }
  /** These bytes end too early to say; so many are needed from the record's start. */
  | { readonly kind: 'short'; readonly neededBytes: number }
  | { readonly kind: 'broken' };

const BROKEN: RecordSight = { kind: 'broken' };

/**
 * Looks at the record at `at`; never throws.
 *
 * @param crc The running checksum of the segment (`segmentCrc`).
 * @param offset Where `at` lies in the file.
 */
export function readRecord(bytes: Uint8Array, view: DataView, at: number, crc: number, offset: number): RecordSight {
  const sizeBytes = sizeOfRecord(bytes, view, at, bytes.length, crc, offset);
  if (sizeBytes < 0) return { kind: 'short', neededBytes: -sizeBytes };
  const record =
    sizeBytes === 0 ? null : decodePayload(bytes, view, bytes[at + 16] as number, at + RECORD_HEADER_BYTES, view.getUint32(at + 8, true));
  return record === null ? BROKEN : { kind: 'whole', record, sizeBytes, batchOffset: view.getUint32(at + 12, true) };
}

/** The size of the record at `at` if both its checksums are right, 0 if not, and -n where n bytes are needed to say. Nothing counts from `end` on. */
function sizeOfRecord(bytes: Uint8Array, view: DataView, at: number, end: number, crc: number, offset: number): number {
  if (at + RECORD_HEADER_BYTES > end) return -RECORD_HEADER_BYTES;
  if (!isHeader(bytes, view, at, crc, offset)) return 0;
  const sizeBytes = recordBytes(view.getUint32(at + 8, true));
  if (at + sizeBytes > end) return -sizeBytes;
  const isWhole = view.getUint32(at + 4, true) === crcEnd(crcOf(CRC_BEGIN, bytes, at + RECORD_HEADER_BYTES, at + sizeBytes));
  return isWhole ? sizeBytes : 0;
}

/**
 * The cheap way for who wants no payloads: if a whole record of entries stands at `at` and before `end`, pushes their terms.
 *
 * @returns Its size; 0 if something else stands there, which {@link readRecord} then tells.
 */
export function pushEntryTerms(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  crc: number,
  offset: number,
  terms: Term[],
): number {
  if (at + RECORD_HEADER_BYTES > end || bytes[at + 16] !== KIND_ENTRIES) return 0;
  const sizeBytes = sizeOfRecord(bytes, view, at, end, crc, offset);
  if (sizeBytes <= 0) return 0;
  let entryAt = at + RECORD_HEADER_BYTES + ENTRIES_HEAD_BYTES;
  for (let left = view.getUint32(entryAt - 4, true); left > 0; left--) {
    terms.push(getU64(view, entryAt) as Term);
    entryAt += ENTRY_HEAD_BYTES + view.getUint32(entryAt + 9, true);
  }
  return sizeBytes;
}

/** Whether a header of this segment and this very place stands at `at`, where 20 bytes are. */
function isHeader(bytes: Uint8Array, view: DataView, at: number, crc: number, offset: number): boolean {
  const kind = view.getUint32(at + 16, true);
  if (kind < KIND_HARD_STATE || kind > KIND_SNAPSHOT) return false;
  const batchOffset = view.getUint32(at + 12, true);
  if (batchOffset > offset || (batchOffset !== 0 && batchOffset < WAL_HEAD_BYTES)) return false;
  return view.getUint32(at, true) === crcEnd(crcOf(crcOfU32(crc, offset), bytes, at + 4, at + RECORD_HEADER_BYTES));
}

/**
 * Whether any header in these bytes bears a durable mark above `floor`: then all that stands before
 * the mark was once reported durable, even what can no longer be read.
 *
 * @param offset Where the bytes begin in the file; a multiple of 4.
 */
export function hasMarkAbove(bytes: Uint8Array, crc: number, offset: number, floor: number): boolean {
  const view = viewOf(bytes);
  for (let at = 0; at + RECORD_HEADER_BYTES <= bytes.length; at += RECORD_ALIGNMENT) {
    if (view.getUint32(at + 12, true) > floor && isHeader(bytes, view, at, crc, offset + at)) return true;
  }
  return false;
}

function decodePayload(bytes: Uint8Array, view: DataView, kind: number, at: number, payloadBytes: number): WalRecord | null {
  switch (kind) {
    case KIND_HARD_STATE: {
      const currentTerm = payloadBytes === HARD_STATE_BYTES ? getU64(view, at) : Number.NaN;
      return currentTerm >= 0
        ? { kind: 'hardState', currentTerm: currentTerm as Term, votedFor: view.getUint32(at + 8, true) as NodeId }
        : null;
    }
    case KIND_ENTRIES:
      return decodeEntries(bytes, view, at, payloadBytes);
    case KIND_TRUNCATE_TAIL: {
      const fromIndex = payloadBytes === TRUNCATE_TAIL_BYTES ? getU64(view, at) : Number.NaN;
      return fromIndex >= 1 ? { kind: 'truncateTail', fromIndex: fromIndex as LogIndex } : null;
    }
    case KIND_SNAPSHOT:
      return payloadBytes === SNAPSHOT_RECORD_BYTES ? decodeSnapshotMark(view, at) : null;
    default:
      return null;
  }
}

function decodeEntries(bytes: Uint8Array, view: DataView, start: number, payloadBytes: number): WalRecord | null {
  if (payloadBytes < ENTRIES_HEAD_BYTES) return null;
  const end = start + payloadBytes;
  const firstIndex = getU64(view, start);
  const count = view.getUint32(start + 8, true);
  if (!(firstIndex >= 1) || count < 1 || count * ENTRY_HEAD_BYTES > payloadBytes) return null;
  const entries: StoredEntry[] = [];
  let at = start + ENTRIES_HEAD_BYTES;
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_HEAD_BYTES > end) return null;
    const term = getU64(view, at);
    const payloadEnd = at + ENTRY_HEAD_BYTES + view.getUint32(at + 9, true);
    if (!(term >= 0) || payloadEnd > end) return null;
    entries.push({
      index: (firstIndex + i) as LogIndex,
      term: term as Term,
      kind: bytes[at + 8] as number,
      payload: bytes.subarray(at + ENTRY_HEAD_BYTES, payloadEnd),
    });
    at = payloadEnd;
  }
  return at === end ? { kind: 'entries', entries } : null;
}

function decodeSnapshotMark(view: DataView, at: number): WalRecord | null {
  const number = getU64(view, at);
  const lastIndex = getU64(view, at + 8);
  const lastTerm = getU64(view, at + 16);
  const prevIndex = getU64(view, at + 24);
  const prevTerm = getU64(view, at + 32);
  const keeps = view.getUint32(at + 40, true);
  if (!(number >= 1 && lastIndex >= 0 && lastTerm >= 0 && prevIndex <= lastIndex && prevTerm <= lastTerm) || keeps > 1) return null;
  return {
    kind: 'snapshot',
    number,
    lastIndex: lastIndex as LogIndex,
    lastTerm: lastTerm as Term,
    prevIndex: prevIndex as LogIndex,
    prevTerm: prevTerm as Term,
    keepsLog: keeps === 1,
  };
}
