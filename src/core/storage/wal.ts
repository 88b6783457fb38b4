import { assert } from '../base/assert.js';
import { NOBODY, logIndex, term, type LogIndex, type NodeId, type Term } from '../base/units.js';
import { setU64, viewOf } from './bytes.js';
import type { StorageOptions } from './options.js';
import type { Label, StoredEntry } from './types.js';
import {
  ENTRIES_HEAD_BYTES,
  ENTRY_HEAD_BYTES,
  HARD_STATE_BYTES,
  KIND_ENTRIES,
  KIND_HARD_STATE,
  KIND_SNAPSHOT,
  KIND_TRUNCATE_TAIL,
  RECORD_HEADER_BYTES,
  SEGMENT_BYTES_LIMIT,
  SNAPSHOT_RECORD_BYTES,
  TRUNCATE_TAIL_BYTES,
  WAL_HEAD_BYTES,
  recordBytes,
  sealRecord,
  segmentCrc,
  walName,
  writeWalHead,
} from './wal-format.js';

/** Bytes of the buffers that records are encoded into; consecutive flushes share one. The first of a log is short, since most logs live in a simulation, and not for long. */
const SLAB_BYTES_FIRST = 2_048;
const SLAB_BYTES = 65_536;

/**
 * A buffer that versions of a {@link Wal} share. Bytes below `used` never change: they may have been
 * handed to the host, or an older version may still see them.
 */
export class Slab {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  used = 0;

  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(sizeBytes);
    this.view = viewOf(this.bytes);
  }
}

/** From this index on, entries have this term. */
export interface TermRun {
  readonly from: LogIndex;
  readonly term: Term;
}

/**
 * The writing end of the log as a value: what it says so far, and the records that no flush has taken yet.
 */
export interface Wal {
  readonly identity: Label;
  readonly segmentBytesMax: number;
  readonly recordBytesMax: number;

  /** The segment that the next record goes to, its name and its running checksum. */
  readonly segment: number;
  readonly path: string;
  readonly crc: number;
  /** Where in it the next record goes. */
  readonly offset: number;
  /** Where in it begins what no sync was asked to cover yet, pending or not. 0: that begins the file. */
  readonly batchOffset: number;
  /** The pending records: slab bytes start .. end-1. */
  readonly slab: Slab;
  readonly start: number;
  readonly end: number;

  // What all records so far add up to.
  readonly currentTerm: Term;
  readonly votedFor: NodeId;
  readonly prevIndex: LogIndex;
  readonly prevTerm: Term;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  /** Terms of prevIndex+1 .. lastIndex, ascending; empty if there is no entry. */
  readonly termRuns: readonly TermRun[];
  readonly snapshotNumber: number;
  readonly snapshotIndex: LogIndex;
  readonly snapshotTerm: Term;
}

type Draft = { -readonly [Field in keyof Wal]: Wal[Field] };

/** A private copy to change, of the same shape. */
function draftOf(wal: Wal): Draft {
  return {
    identity: wal.identity,
    segmentBytesMax: wal.segmentBytesMax,
    recordBytesMax: wal.recordBytesMax,
    segment: wal.segment,
    path: wal.path,
    crc: wal.crc,
    offset: wal.offset,
    batchOffset: wal.batchOffset,
    slab: wal.slab,
    start: wal.start,
    end: wal.end,
    currentTerm: wal.currentTerm,
    votedFor: wal.votedFor,
    prevIndex: wal.prevIndex,
    prevTerm: wal.prevTerm,
    lastIndex: wal.lastIndex,
    lastTerm: wal.lastTerm,
    termRuns: wal.termRuns,
    snapshotNumber: wal.snapshotNumber,
    snapshotIndex: wal.snapshotIndex,
    snapshotTerm: wal.snapshotTerm,
  };
}

/** What a log says before its first record. */
export type WalStart = Pick<
  Wal,
  | 'currentTerm'
  | 'votedFor'
  | 'prevIndex'
  | 'prevTerm'
  | 'lastIndex'
  | 'lastTerm'
  | 'termRuns'
  | 'snapshotNumber'
  | 'snapshotIndex'
  | 'snapshotTerm'
>;

/** What the log of a server says that has never run. */
export const EMPTY_WAL_START: WalStart = {
  currentTerm: term(0),
  votedFor: NOBODY,
  prevIndex: logIndex(0),
  prevTerm: term(0),
  lastIndex: logIndex(0),
  lastTerm: term(0),
  termRuns: [],
  snapshotNumber: 0,
  snapshotIndex: logIndex(0),
  snapshotTerm: term(0),
};

/** A log that goes on in a new file `segment`, behind `previousEnd` of file `previousSegment`; its head is pending. */
export function beginWal(
  options: StorageOptions,
  identity: Label,
  start: WalStart,
  segment: number,
  previousSegment: number,
  previousEnd: number,
): Wal {
  const draft: Draft = {
    identity,
    segmentBytesMax: options.segmentBytesMax,
    recordBytesMax: options.recordBytesMax,
    segment,
    path: walName(segment),
    crc: segmentCrc(identity, segment),
    offset: 0,
    batchOffset: 0,
    slab: new Slab(SLAB_BYTES_FIRST),
    start: 0,
    end: 0,
    currentTerm: start.currentTerm,
    votedFor: start.votedFor,
    prevIndex: start.prevIndex,
    prevTerm: start.prevTerm,
    lastIndex: start.lastIndex,
    lastTerm: start.lastTerm,
    termRuns: start.termRuns,
    snapshotNumber: start.snapshotNumber,
    snapshotIndex: start.snapshotIndex,
    snapshotTerm: start.snapshotTerm,
  };
  putHead(draft, previousSegment, previousEnd);
  return draft;
}

/** Whether records wait for a flush. */
export const hasPending = (wal: Wal): boolean => wal.end > wal.start;

/** The bytes that wait for a flush. They never change. */
export const pendingBytes = (wal: Wal): Uint8Array => wal.slab.bytes.subarray(wal.start, wal.end);

/** The log after a flush has taken what was pending, to write and sync it. Records from now on bear witness of that sync. */
export function takePending(wal: Wal): Wal {
  const draft = draftOf(wal);
  draft.start = wal.end;
  draft.batchOffset = wal.offset;
  return draft;
}

/** As {@link takePending}, only to write it: a later sync will cover it, and no record says that it is durable before that. */
export function takeUnsynced(wal: Wal): Wal {
  const draft = draftOf(wal);
  draft.start = wal.end;
  return draft;
}

/** Term and vote, in one record (thesis §3.8). */
export function putHardState(wal: Wal, currentTerm: Term, votedFor: NodeId): Wal {
  assert(currentTerm >= wal.currentTerm, 'the term never goes back (§3.3)');
  const draft = openBatch(wal);
  const at = reserve(draft, HARD_STATE_BYTES) + RECORD_HEADER_BYTES;
  setU64(draft.slab.view, at, currentTerm);
  draft.slab.view.setUint32(at + 8, votedFor, true);
  seal(draft, KIND_HARD_STATE, HARD_STATE_BYTES);
  draft.currentTerm = currentTerm;
  draft.votedFor = votedFor;
  return draft;
}

/** Entries behind the last one, in as few records as recordBytesMax allows. */
export function putEntries(wal: Wal, entries: readonly StoredEntry[]): Wal {
  const draft = openBatch(wal);
  for (let from = 0; from < entries.length; ) {
    let to = from;
    let payloadBytes = ENTRIES_HEAD_BYTES;
    do {
      payloadBytes += ENTRY_HEAD_BYTES + (entries[to] as StoredEntry).payload.length;
      to += 1;
    } while (to < entries.length && payloadBytes + ENTRY_HEAD_BYTES + (entries[to] as StoredEntry).payload.length <= wal.recordBytesMax);
    putEntriesRecord(draft, entries, from, to, payloadBytes);
    from = to;
  }
  return draft;
}

function putEntriesRecord(draft: Draft, entries: readonly StoredEntry[], from: number, to: number, payloadBytes: number): void {
  let at = reserve(draft, payloadBytes) + RECORD_HEADER_BYTES;
  const { bytes, view } = draft.slab;
  setU64(view, at, draft.lastIndex + 1);
  view.setUint32(at + 8, to - from, true);
  at += ENTRIES_HEAD_BYTES;
  for (let i = from; i < to; i++) {
    const entry = entries[i] as StoredEntry;
    assert(entry.index === draft.lastIndex + 1, 'the log has no gap (§3.5)');
    assert(entry.term >= draft.lastTerm, 'terms in a log never descend (§3.6.2)');
    if (entry.term !== draft.lastTerm || draft.termRuns.length === 0) {
      draft.termRuns = [...draft.termRuns, { from: entry.index, term: entry.term }];
    }
    draft.lastIndex = entry.index;
    draft.lastTerm = entry.term;
    setU64(view, at, entry.term);
    bytes[at + 8] = entry.kind;
    view.setUint32(at + 9, entry.payload.length, true);
    bytes.set(entry.payload, at + ENTRY_HEAD_BYTES);
    at += ENTRY_HEAD_BYTES + entry.payload.length;
  }
  seal(draft, KIND_ENTRIES, payloadBytes);
}

/** The entries from `fromIndex` on are void. */
export function putTruncateTail(wal: Wal, fromIndex: LogIndex): Wal {
  assert(fromIndex > wal.prevIndex && fromIndex <= wal.lastIndex + 1, 'only entries that are held can be cut');
  const draft = openBatch(wal);
  const at = reserve(draft, TRUNCATE_TAIL_BYTES) + RECORD_HEADER_BYTES;
  setU64(draft.slab.view, at, fromIndex);
  seal(draft, KIND_TRUNCATE_TAIL, TRUNCATE_TAIL_BYTES);
  draft.lastIndex = logIndex(fromIndex - 1);
  draft.lastTerm = termAt(wal, draft.lastIndex);
  draft.termRuns = wal.termRuns.filter((run) => run.from < fromIndex);
  return draft;
}

/** A durable snapshot file and what it does to the log. */
export interface SnapshotMark {
  readonly number: number;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  readonly keepsLog: boolean;
  /** With keepsLog: entries up to this are dropped. */
  readonly dropHeadTo: LogIndex;
}

/** Snapshot `mark.number` is in force. The flush that takes this record must come after the file is durable. */
export function putSnapshotMark(wal: Wal, mark: SnapshotMark): Wal {
  const prevIndex = logIndex(mark.keepsLog ? Math.max(wal.prevIndex, mark.dropHeadTo) : mark.lastIndex);
  assert(prevIndex <= mark.lastIndex, 'no entry is dropped that the snapshot does not cover');
  assert(!mark.keepsLog || mark.lastIndex <= wal.lastIndex, 'a log that is kept reaches the snapshot');
  const prevTerm = mark.keepsLog ? termAt(wal, prevIndex) : mark.lastTerm;

  const draft = openBatch(wal);
  const at = reserve(draft, SNAPSHOT_RECORD_BYTES) + RECORD_HEADER_BYTES;
  const { view } = draft.slab;
  setU64(view, at, mark.number);
  setU64(view, at + 8, mark.lastIndex);
  setU64(view, at + 16, mark.lastTerm);
  setU64(view, at + 24, prevIndex);
  setU64(view, at + 32, prevTerm);
  view.setUint32(at + 40, mark.keepsLog ? 1 : 0, true);
  seal(draft, KIND_SNAPSHOT, SNAPSHOT_RECORD_BYTES);

  draft.snapshotNumber = mark.number;
  draft.snapshotIndex = mark.lastIndex;
  draft.snapshotTerm = mark.lastTerm;
  draft.prevIndex = prevIndex;
  draft.prevTerm = prevTerm;
  if (mark.keepsLog) draft.termRuns = runsBehind(wal.termRuns, prevIndex, wal.lastIndex);
  else {
    draft.lastIndex = mark.lastIndex;
    draft.lastTerm = mark.lastTerm;
    draft.termRuns = [];
  }
  return draft;
}

/** The term of the entry at `index`, prevIndex .. lastIndex. */
function termAt(wal: Wal, index: LogIndex): Term {
  if (index === wal.prevIndex) return wal.prevTerm;
  assert(index > wal.prevIndex && index <= wal.lastIndex, 'a term is asked for where the log knows one');
  const run = wal.termRuns.findLast(({ from }) => from <= index);
  assert(run !== undefined, 'every entry lies in a run');
  return run.term;
}

/** The runs of the entries behind `prevIndex`. */
export function runsBehind(runs: readonly TermRun[], prevIndex: LogIndex, lastIndex: LogIndex): readonly TermRun[] {
  if (prevIndex >= lastIndex) return [];
  const first = runs.findLastIndex(({ from }) => from <= prevIndex + 1);
  return runs.slice(Math.max(first, 0)).map((run) => (run.from > prevIndex ? run : { from: logIndex(prevIndex + 1), term: run.term }));
}

/** A draft that is ready for one more record: in a new file if this flush is the first behind segmentBytesMax. */
function openBatch(wal: Wal): Draft {
  const draft = draftOf(wal);
  if (wal.end > wal.start || wal.offset < wal.segmentBytesMax) return draft;
  draft.segment = wal.segment + 1;
  draft.path = walName(draft.segment);
  draft.crc = segmentCrc(wal.identity, draft.segment);
  draft.offset = 0;
  draft.batchOffset = 0;
  putHead(draft, wal.segment, wal.offset);
  return draft;
}

function putHead(draft: Draft, previousSegment: number, previousEnd: number): void {
  makeRoom(draft, WAL_HEAD_BYTES);
  const head = {
    segment: draft.segment,
    previousSegment,
    previousEnd,
    currentTerm: draft.currentTerm,
    votedFor: draft.votedFor,
    prevIndex: draft.prevIndex,
    prevTerm: draft.prevTerm,
    lastIndex: draft.lastIndex,
    lastTerm: draft.lastTerm,
    snapshotNumber: draft.snapshotNumber,
    snapshotIndex: draft.snapshotIndex,
    snapshotTerm: draft.snapshotTerm,
  };
  writeWalHead(draft.slab.bytes, draft.slab.view, draft.end, draft.identity, head);
  advance(draft, WAL_HEAD_BYTES);
}

/** Room for a record. @returns Where in the slab it begins. */
function reserve(draft: Draft, payloadBytes: number): number {
  makeRoom(draft, recordBytes(payloadBytes));
  return draft.end;
}

/** Room for `sizeBytes` behind the pending bytes, which move to another slab if this one is full or a newer version wrote there. */
function makeRoom(draft: Draft, sizeBytes: number): void {
  const { slab, start, end } = draft;
  if (slab.used === end && end + sizeBytes <= slab.bytes.length) return;
  const pending = end - start;
  const other = new Slab(Math.max(Math.min(2 * slab.bytes.length, SLAB_BYTES), 2 * (pending + sizeBytes)));
  other.bytes.set(slab.bytes.subarray(start, end));
  other.used = pending;
  draft.slab = other;
  draft.start = 0;
  draft.end = pending;
}

function seal(draft: Draft, kind: number, payloadBytes: number): void {
  const { bytes, view } = draft.slab;
  sealRecord(bytes, view, draft.end, draft.crc, draft.offset, draft.batchOffset, kind, payloadBytes);
  advance(draft, recordBytes(payloadBytes));
}

function advance(draft: Draft, sizeBytes: number): void {
  draft.end += sizeBytes;
  draft.offset += sizeBytes;
  draft.slab.used = draft.end;
  assert(draft.offset <= SEGMENT_BYTES_LIMIT, 'offsets in a segment are 32-bit numbers');
}
