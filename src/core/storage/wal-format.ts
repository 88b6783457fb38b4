import { assert } from '../base/assert.js';
import { CRC_BEGIN, crcEnd, crcOf, crcOfU32 } from '../base/crc32c.js';
import type { LogIndex, NodeId, Term } from '../base/units.js';
import { getU64, numberIn, numberedName, setU64, viewOf } from './bytes.js';
import { MEMBERS_MAX, SYSTEM_BYTES_MAX, type Identity, type Label, type StoredEntry } from './types.js';

/**
 * WRITE-AHEAD LOG, format version 2. All integers are unsigned and little-endian; u64 values are below 2^53.
 *
 * The log is a chain of files, "wal-" + segment number in 16 decimal digits + ".log". Numbers only grow
 * and are never used twice; there may be holes. A file is a head of 192 bytes and then records, each at a
 * multiple of 4.
 *
 * HEAD: all that must be known so that older files can be removed.
 *
 *   offset  bytes  field
 *        0      8  magic            73 65 65 64 77 61 6c 0a ("seedwal", newline)
 *        8      4  version          2
 *       12      4  prefixCrc        CRC-32C of bytes 0 .. 11; bytes 0 .. 15 mean the same in every version
 *       16      4  clusterId
 *       20      4  nodeId
 *       24      8  segment          the number in the file's name
 *       32      8  previousSegment  the file before this one in the chain; 0 for the first
 *       40      8  previousEnd      where that file ends, in bytes: all before it was durable when this head
 *                                   was written, all behind it is void for ever
 *       48      8  currentTerm      hard state (thesis §3.8) when this file was begun
 *       56      4  votedFor         0 for nobody
 *       60      4  zero
 *       64      8  prevIndex        the log then: entries prevIndex+1 .. lastIndex; (prevIndex, prevTerm) is what
 *       72      8  prevTerm           the first of them stands behind
 *       80      8  lastIndex
 *       88      8  lastTerm         term of the entry at lastIndex (prevTerm if there is no entry)
 *       96      8  snapshotNumber   the snapshot in force then; 0 for none
 *      104      8  snapshotIndex    its last index and term
 *      112      8  snapshotTerm
 *      120     16  system           what it is a server of, in ASCII, zeros behind it
 *      136      2  memberCount      1 .. 24
 *      138     48  members          their ids, u16 each, ascending, zeros behind them
 *      186      2  zero
 *      188      4  headCrc          CRC-32C of bytes 0 .. 187
 *
 * RECORD: a header of 20 bytes, a payload, and zeros up to the next multiple of 4.
 *
 *   offset  bytes  field
 *        0      4  headerCrc     CRC-32C of clusterId u32, nodeId u32, segment u64, the record's offset in the file
 *                                  u32, and bytes 4 .. 19: so a record counts only where it was put
 *        4      4  payloadCrc    CRC-32C of bytes 20 .. end, zeros included
 *        8      4  payloadBytes
 *       12      4  batchOffset   the durable mark: all of this file before it was durable when this record was written.
 *                                  What stands from there to this record awaits one sync. 0: that begins the file
 *       16      1  kind          1 .. 4, below
 *       17      3  zero
 *       20      n  payload
 *
 * Payloads by kind:
 *   1 hardState     currentTerm u64, votedFor u32: both in one record, so that neither is ever without the other
 *   2 entries       firstIndex u64, count u32 (1 or more), then for each entry: term u64, kind u8, payloadBytes
 *                     u32, payload. Indexes follow one another. firstIndex is lastIndex + 1
 *   3 truncateTail  fromIndex u64: the entries from it on are void. prevIndex+1 .. lastIndex+1
 *   4 snapshot      number u64, lastIndex u64, lastTerm u64, prevIndex u64, prevTerm u64, keepsLog u32 (0 or 1):
 *                     snapshot file `number` is durable and in force. keepsLog 1: entries up to prevIndex are
 *                     dropped. 0: all entries are, and the log goes on behind (prevIndex, prevTerm), which is
 *                     then the snapshot's last
 *
 * A record is valid if and only if its header and payload lie within the file, kind and zeros and
 * batchOffset (0 or >= 192, <= its own offset) are as above, both checksums match and the payload is exactly as long
 * as its kind says. Zeros are never a record: kind 0 does not exist.
 */
export const WAL_VERSION = 2;
export const WAL_HEAD_BYTES = 192;
export const RECORD_HEADER_BYTES = 20;
export const RECORD_ALIGNMENT = 4;
/** Where the log ends in a file is a 32-bit number. */
export const SEGMENT_BYTES_LIMIT = 4_294_967_295;

export const KIND_HARD_STATE = 1;
export const KIND_ENTRIES = 2;
export const KIND_TRUNCATE_TAIL = 3;
export const KIND_SNAPSHOT = 4;

export const HARD_STATE_BYTES = 12;
export const ENTRIES_HEAD_BYTES = 12;
export const ENTRY_HEAD_BYTES = 13;
export const TRUNCATE_TAIL_BYTES = 8;
export const SNAPSHOT_RECORD_BYTES = 44;

const MAGIC = [0x73, 0x65, 0x65, 0x64, 0x77, 0x61, 0x6c, 0x0a] as const;

const SYSTEM_AT = 120;
const MEMBERS_AT = SYSTEM_AT + SYSTEM_BYTES_MAX;
const HEAD_CRC_AT = WAL_HEAD_BYTES - 4;
const SYSTEM_NAME = /^[a-z][a-z-]*$/;

/** The file name of a segment, and the number in such a name or null. */
export const walName = (segment: number): string => numberedName('wal-', segment, '.log');
export const walNumber = (name: string): number | null => numberIn(name, 'wal-', '.log');

/** See HEAD above. */
export interface WalHead {
  readonly segment: number;
  readonly previousSegment: number;
  readonly previousEnd: number;
  readonly currentTerm: Term;
  readonly votedFor: NodeId;
  readonly prevIndex: LogIndex;
  readonly prevTerm: Term;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  readonly snapshotNumber: number;
  readonly snapshotIndex: LogIndex;
  readonly snapshotTerm: Term;
}

/** What a record says. */
export type WalRecord =
  | { readonly kind: 'hardState'; readonly currentTerm: Term; readonly votedFor: NodeId }
  | { readonly kind: 'entries'; readonly entries: readonly StoredEntry[] }
  | { readonly kind: 'truncateTail'; readonly fromIndex: LogIndex }
  | {
      readonly kind: 'snapshot';
      readonly number: number;
      readonly lastIndex: LogIndex;
      readonly lastTerm: Term;
      readonly prevIndex: LogIndex;
      readonly prevTerm: Term;
      readonly keepsLog: boolean;
    };

/** The running checksum that every record header of a segment begins with. */
export function segmentCrc(identity: Identity, segment: number): number {
  let crc = crcOfU32(CRC_BEGIN, identity.clusterId);
  crc = crcOfU32(crc, identity.nodeId);
  crc = crcOfU32(crc, segment >>> 0);
  return crcOfU32(crc, Math.floor(segment / 4_294_967_296));
}

/** Bytes of a record with a payload of `payloadBytes`. */
export function recordBytes(payloadBytes: number): number {
  return RECORD_HEADER_BYTES + Math.ceil(payloadBytes / RECORD_ALIGNMENT) * RECORD_ALIGNMENT;
}

/** Writes a head at `at`; there is room for {@link WAL_HEAD_BYTES}. */
export function writeWalHead(bytes: Uint8Array, view: DataView, at: number, label: Label, head: WalHead): void {
  bytes.set(MAGIC, at);
  view.setUint32(at + 8, WAL_VERSION, true);
  view.setUint32(at + 12, crcEnd(crcOf(CRC_BEGIN, bytes, at, at + 12)), true);
  view.setUint32(at + 16, label.clusterId, true);
  view.setUint32(at + 20, label.nodeId, true);
  setU64(view, at + 24, head.segment);
  setU64(view, at + 32, head.previousSegment);
  setU64(view, at + 40, head.previousEnd);
  setU64(view, at + 48, head.currentTerm);
  view.setUint32(at + 56, head.votedFor, true);
  view.setUint32(at + 60, 0, true);
  setU64(view, at + 64, head.prevIndex);
  setU64(view, at + 72, head.prevTerm);
  setU64(view, at + 80, head.lastIndex);
  setU64(view, at + 88, head.lastTerm);
  setU64(view, at + 96, head.snapshotNumber);
  setU64(view, at + 104, head.snapshotIndex);
  setU64(view, at + 112, head.snapshotTerm);
  bytes.fill(0, at + SYSTEM_AT, at + HEAD_CRC_AT);
  for (let i = 0; i < label.system.length; i++) bytes[at + SYSTEM_AT + i] = label.system.charCodeAt(i);
  view.setUint16(at + MEMBERS_AT, label.members.length, true);
  for (const [i, member] of label.members.entries()) view.setUint16(at + MEMBERS_AT + 2 + 2 * i, member, true);
  view.setUint32(at + HEAD_CRC_AT, crcEnd(crcOf(CRC_BEGIN, bytes, at, at + HEAD_CRC_AT)), true);
}

/** The label in a head whose checksum matches; null where no writer would have written it so. */
function readLabel(bytes: Uint8Array, view: DataView): Label | null {
  let system = '';
  for (let at = SYSTEM_AT; at < MEMBERS_AT && bytes[at] !== 0; at++) system += String.fromCharCode(bytes[at] as number);
  const count = view.getUint16(MEMBERS_AT, true);
  if (!SYSTEM_NAME.test(system) || count < 1 || count > MEMBERS_MAX) return null;
  const members: NodeId[] = [];
  for (let i = 0; i < count; i++) members.push(view.getUint16(MEMBERS_AT + 2 + 2 * i, true) as NodeId);
  return { clusterId: view.getUint32(16, true), nodeId: view.getUint32(20, true) as NodeId, system, members };
}

/** Refuses a label that a head has no room for. */
export function checkLabel({ system, members }: Label): void {
  assert(SYSTEM_NAME.test(system) && system.length <= SYSTEM_BYTES_MAX, 'the name of a system is short and of lower-case letters');
  assert(members.length >= 1 && members.length <= MEMBERS_MAX, `a log is labelled with 1 to ${MEMBERS_MAX} servers`);
  assert(
    members.every((id, i) => id >= 1 && id <= 65_535 && id > (members[i - 1] ?? 0)),
    'members are ascending ids of 16 bits',
  );
}

/** What stands at the start of a file: our head, or why it is not. */
export type HeadSight =
  | { readonly kind: 'whole'; readonly head: WalHead; readonly identity: Label }
  | { readonly kind: 'otherVersion'; readonly version: number }
  | { readonly kind: 'broken' };

/** Looks at the first bytes of a file; never throws. */
export function readWalHead(bytes: Uint8Array): HeadSight {
  if (bytes.length < 16 || !MAGIC.every((byte, i) => bytes[i] === byte)) return { kind: 'broken' };
  const view = viewOf(bytes);
  if (view.getUint32(12, true) !== crcEnd(crcOf(CRC_BEGIN, bytes, 0, 12))) return { kind: 'broken' };
  const version = view.getUint32(8, true);
  if (version !== WAL_VERSION) return { kind: 'otherVersion', version };
  if (bytes.length < WAL_HEAD_BYTES) return { kind: 'broken' };
  if (view.getUint32(HEAD_CRC_AT, true) !== crcEnd(crcOf(CRC_BEGIN, bytes, 0, HEAD_CRC_AT))) return { kind: 'broken' };
  const head = {
    segment: getU64(view, 24),
    previousSegment: getU64(view, 32),
    previousEnd: getU64(view, 40),
    currentTerm: getU64(view, 48) as Term,
    votedFor: view.getUint32(56, true) as NodeId,
    prevIndex: getU64(view, 64) as LogIndex,
    prevTerm: getU64(view, 72) as Term,
    lastIndex: getU64(view, 80) as LogIndex,
    lastTerm: getU64(view, 88) as Term,
    snapshotNumber: getU64(view, 96),
    snapshotIndex: getU64(view, 104) as LogIndex,
    snapshotTerm: getU64(view, 112) as Term,
  };
  const identity = readLabel(bytes, view);
  if (identity === null || !Object.values(head).every((n) => n >= 0)) return { kind: 'broken' };
  return { kind: 'whole', head, identity };
}

/**
 * Closes a record whose payload already stands at `at` + 20: zeros behind it, header and checksums.
 *
 * @param offset Where the record stands in its file.
 */
export function sealRecord(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  crc: number,
  offset: number,
  batchOffset: number,
  kind: number,
  payloadBytes: number,
): void {
  const end = at + recordBytes(payloadBytes);
  for (let i = at + RECORD_HEADER_BYTES + payloadBytes; i < end; i++) bytes[i] = 0;
  view.setUint32(at + 4, crcEnd(crcOf(CRC_BEGIN, bytes, at + RECORD_HEADER_BYTES, end)), true);
  view.setUint32(at + 8, payloadBytes, true);
  view.setUint32(at + 12, batchOffset, true);
  view.setUint32(at + 16, kind, true);
  view.setUint32(at, crcEnd(crcOf(crcOfU32(crc, offset), bytes, at + 4, at + RECORD_HEADER_BYTES)), true);
}
