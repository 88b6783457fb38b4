import { unreachable } from '../base/assert.js';
import { logIndex, term, type LogIndex, type NodeId, type Term } from '../base/units.js';
import type { StoredEntry } from './types.js';
import type { WalHead, WalRecord } from './wal-format.js';

/**
 * A list of entries as a value; versions share one buffer, as those of the replicated log do.
 */
export class EntryList {
  static readonly EMPTY = new EntryList(0, []);
  readonly length: number;
  readonly #buffer: StoredEntry[];

  private constructor(length: number, buffer: StoredEntry[]) {
    this.length = length;
    this.#buffer = buffer;
  }

  append(entries: readonly StoredEntry[]): EntryList {
    // The buffer of the empty list is shared by all lists of a process, so it is never written to.
    const buffer = this.length > 0 && this.#buffer.length === this.length ? this.#buffer : this.#buffer.slice(0, this.length);
    for (const entry of entries) buffer.push(entry);
    return new EntryList(buffer.length, buffer);
  }

  /** The first `length` of them. */
  keep(length: number): EntryList {
    return length >= this.length ? this : new EntryList(length, this.#buffer.slice(0, length));
  }

  /** All but the first `count`. */
  drop(count: number): EntryList {
    return count <= 0
      ? this
      : count >= this.length
        ? EntryList.EMPTY
        : new EntryList(this.length - count, this.#buffer.slice(count, this.length));
  }

  get last(): StoredEntry | undefined {
    return this.length === 0 ? undefined : this.#buffer[this.length - 1];
  }

  toArray(): readonly StoredEntry[] {
    return this.#buffer.slice(0, this.length);
  }
}

/** A segment of the chain, and the highest index of a live entry that stands in an older one. */
export interface Carried {
  readonly number: number;
  readonly carriedTo: LogIndex;
}

/** The term of an entry in a file that is gone. Every true term is above it, and a later head or record says the true one. */
const UNKNOWN_TERM = term(-1);

/** What heads and records add up to, as far as they have been read. */
export interface LogImage {
  readonly currentTerm: Term;
  readonly votedFor: NodeId;
  readonly prevIndex: LogIndex;
  readonly prevTerm: Term;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  /** Entries up to this stand in files that are gone. Harmless if a later record drops them: then absentTo <= prevIndex. */
  readonly absentTo: LogIndex;
  /** The entries from max(prevIndex, absentTo) + 1 to lastIndex. */
  readonly entries: EntryList;
  readonly snapshotNumber: number;
  readonly snapshotIndex: LogIndex;
  readonly snapshotTerm: Term;
  readonly segments: readonly Carried[];
}

/** What the head of the oldest file says: its entries stand in files before it. */
export function imageOf(head: WalHead): LogImage {
  return {
    currentTerm: head.currentTerm,
    votedFor: head.votedFor,
    prevIndex: head.prevIndex,
    prevTerm: head.prevTerm,
    lastIndex: head.lastIndex,
    lastTerm: head.lastTerm,
    absentTo: head.lastIndex,
    entries: EntryList.EMPTY,
    snapshotNumber: head.snapshotNumber,
    snapshotIndex: head.snapshotIndex,
    snapshotTerm: head.snapshotTerm,
    segments: [{ number: head.segment, carriedTo: head.lastIndex }],
  };
}

/** The image with one more file begun, or null if its head does not say what the files before it add up to. */
export function applyHead(image: LogImage, head: WalHead): LogImage | null {
  const follows =
    head.currentTerm === image.currentTerm &&
    head.votedFor === image.votedFor &&
    head.prevIndex === image.prevIndex &&
    head.prevTerm === image.prevTerm &&
    head.lastIndex === image.lastIndex &&
    (head.lastTerm === image.lastTerm || image.lastTerm === UNKNOWN_TERM) &&
    head.snapshotNumber <= image.snapshotNumber;
  if (!follows) return null;
  // A recovery that fell back to an older snapshot says so in the head that it wrote.
  return {
    ...image,
    lastTerm: head.lastTerm,
    snapshotNumber: head.snapshotNumber,
    snapshotIndex: head.snapshotIndex,
    snapshotTerm: head.snapshotTerm,
    segments: [...image.segments, { number: head.segment, carriedTo: head.lastIndex }],
  };
}

/** The image with one more record, or null if it cannot follow on what is before it. */
export function applyRecord(image: LogImage, record: WalRecord): LogImage | null {
  switch (record.kind) {
    case 'hardState':
      if (record.currentTerm < image.currentTerm) return null;
      return { ...image, currentTerm: record.currentTerm, votedFor: record.votedFor };
    case 'entries':
      return applyEntries(image, record.entries);
    case 'truncateTail':
      return record.fromIndex > image.prevIndex && record.fromIndex <= image.lastIndex + 1 ? truncateTail(image, record.fromIndex) : null;
    case 'snapshot':
      return record.keepsLog ? dropHead(image, record) : restart(image, record);
    default:
      return unreachable(record);
  }
}

function applyEntries(image: LogImage, entries: readonly StoredEntry[]): LogImage | null {
  let { lastIndex, lastTerm } = image;
  for (const entry of entries) {
    if (entry.index !== lastIndex + 1 || entry.term < lastTerm) return null;
    lastIndex = entry.index;
    lastTerm = entry.term;
  }
  return { ...image, entries: image.entries.append(entries), lastIndex, lastTerm };
}

function truncateTail(image: LogImage, fromIndex: LogIndex): LogImage {
  const lastIndex = logIndex(fromIndex - 1);
  const absentTo = logIndex(Math.min(image.absentTo, lastIndex));
  const entries = image.entries.keep(Math.max(lastIndex - Math.max(image.prevIndex, image.absentTo), 0));
  const lastTerm = lastIndex === image.prevIndex ? image.prevTerm : (entries.last?.term ?? UNKNOWN_TERM);
  return { ...image, lastIndex, lastTerm, absentTo, entries, segments: carriedAtMost(image.segments, lastIndex) };
}

type SnapshotRecord = Extract<WalRecord, { kind: 'snapshot' }>;

function dropHead(image: LogImage, record: SnapshotRecord): LogImage | null {
  const { prevIndex, prevTerm } = record;
  if (prevIndex < image.prevIndex || record.lastIndex > image.lastIndex || record.number <= image.snapshotNumber) return null;
  const held = Math.max(image.prevIndex, image.absentTo);
  const lastTerm = prevIndex === image.lastIndex ? prevTerm : image.lastTerm;
  return { ...withSnapshot(image, record), prevIndex, prevTerm, lastTerm, entries: image.entries.drop(prevIndex - held) };
}

function restart(image: LogImage, record: SnapshotRecord): LogImage | null {
  if (record.number <= image.snapshotNumber || record.prevIndex !== record.lastIndex) return null;
  return {
    ...withSnapshot(image, record),
    prevIndex: record.lastIndex,
    prevTerm: record.lastTerm,
    lastIndex: record.lastIndex,
    lastTerm: record.lastTerm,
    absentTo: logIndex(0),
    entries: EntryList.EMPTY,
    segments: carriedAtMost(image.segments, logIndex(0)),
  };
}

function withSnapshot(image: LogImage, { number, lastIndex, lastTerm }: SnapshotRecord): LogImage {
  return { ...image, snapshotNumber: number, snapshotIndex: lastIndex, snapshotTerm: lastTerm };
}

/** The segments when the entries behind `index` are void. */
export function carriedAtMost(segments: readonly Carried[], index: LogIndex): readonly Carried[] {
  return segments.map((segment) => (segment.carriedTo <= index ? segment : { number: segment.number, carriedTo: index }));
}
