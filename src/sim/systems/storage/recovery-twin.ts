import { logIndex, term, NOBODY, type LogIndex, type NodeId, type Term } from '../../../core/base/units.js';
import { viewOf } from '../../../core/storage/bytes.js';
import { CLEAN_STOP_NAME, readCleanStop } from '../../../core/storage/clean-stop.js';
import { readSnapshot, snapshotNumber, unfinishedNumber } from '../../../core/storage/snapshot-format.js';
import type { Identity } from '../../../core/storage/types.js';
import { readWalHead, segmentCrc, walNumber, WAL_HEAD_BYTES, type WalHead, type WalRecord } from '../../../core/storage/wal-format.js';
import { hasMarkAbove, readRecord } from '../../../core/storage/wal-read.js';
import type { FoundFile } from '../../../core/recovery.js';

/** What a server would remember, as far as others may rely on it. */
export interface Remembered {
  readonly currentTerm: Term;
  readonly votedFor: NodeId;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  /** The snapshot that the log names, whether it can be read or an older one must do; 0 for none. */
  readonly snapshotNumber: number;
  /** Whether the entry of this index and term is there, as itself or within a snapshot. */
  holds(index: LogIndex, ofTerm: Term): boolean;
}

/** What a recovery must make of some files: the server refuses to start, or starts and remembers. */
export type StorageOutlook =
  | { readonly kind: 'refuses'; readonly because: string }
  /** `end`: where the log ends, as a place in a file; '' for a server that finds nothing. */
  | { readonly kind: 'starts'; readonly remembered: Remembered; readonly end: string };

interface Segment {
  readonly file: FoundFile;
  readonly head: WalHead;
}

const refuses = (because: string): StorageOutlook => ({ kind: 'refuses', because });

/**
 * The slow twin of `core/storage/recovery.ts`, written from docs/FORMATS.md: all files at once, no state between. It
 * judges what became of a disk that the nemesis has touched, so that the engine's own recovery is never its own judge.
 *
 * @param files Whatever a recovery would read, ascending by name.
 */
export function recoveryTwin(files: readonly FoundFile[], identity: Identity): StorageOutlook {
  const wals = files.filter(({ path }) => walNumber(path) !== null);
  if (wals.some((file) => file.isUnreadable(0, WAL_HEAD_BYTES))) return refuses('a head cannot be read');
  const chain = chainOf(wals, identity);
  if (typeof chain === 'string') return refuses(chain);
  const cleanEnd = cleanEndOf(files, chain, identity);
  if (typeof cleanEnd === 'string') return refuses(cleanEnd);
  if (chain.length === 0) return withoutLog(files, wals);

  const log = new Replay((chain[0] as Segment).head);
  let end = 0;
  for (const [i, segment] of chain.entries()) {
    const declared = chain[i + 1]?.head.previousEnd ?? cleanEnd;
    if (i > 0) log.head(segment.head);
    const read = readSegment(log, segment, declared, identity);
    if (typeof read === 'string') return refuses(read);
    end = read;
  }
  if (log.isHollow) return refuses('entries stood in a file that is missing');
  const problem = snapshotProblem(files, log);
  if (problem !== null) return refuses(problem);
  return { kind: 'starts', remembered: log, end: `${(chain.at(-1) as Segment).file.path}@${end}` };
}

/** The files that count, oldest first: the newest whole head begins, each names the one before it. A sentence: why to refuse. */
function chainOf(wals: readonly FoundFile[], identity: Identity): readonly Segment[] | string {
  let chain: readonly Segment[] = [];
  for (const file of [...wals].reverse()) {
    const number = walNumber(file.path) as number;
    const sight = readWalHead(file.bytes);
    const isNamed = chain[0]?.head.previousSegment === number;
    if (sight.kind === 'otherVersion') return 'a file is of another version';
    if (sight.kind === 'whole') {
      if (sight.head.segment !== number) return 'a head stands in another file';
      if (chain.length === 0 || isNamed) chain = [{ file, head: sight.head }, ...chain];
      continue;
    }
    if (isNamed) return 'the head of a file is damaged that another follows on';
    if (chain.length > 0) continue;
    if (file.isUnreadable(0, file.bytes.length)) return 'a file cannot be searched for marks';
    if (hasMarkAbove(file.bytes, segmentCrc(identity, number), 0, 0)) return 'the head of a file is damaged that records vouch for';
  }
  return chain;
}

/** Where the newest segment ends by the mark of a clean stop; null where no mark says so. A sentence: why to refuse. */
function cleanEndOf(files: readonly FoundFile[], chain: readonly Segment[], identity: Identity): number | null | string {
  const file = files.find(({ path }) => path === CLEAN_STOP_NAME);
  if (file === undefined) return null;
  if (file.isUnreadable(0, file.bytes.length)) return 'the mark of a clean stop cannot be read';
  const sight = readCleanStop(file.bytes);
  if (sight.kind !== 'whole') return 'the mark of a clean stop is damaged';
  if (sight.identity.clusterId !== identity.clusterId || sight.identity.nodeId !== identity.nodeId)
    return 'the mark of a clean stop is of another server';
  const newest = chain.at(-1)?.head.segment ?? 0;
  const { segment, end } = sight.logEnd;
  if (segment > newest) return 'the segment in which a clean stop ended is missing';
  return segment === newest ? end : null;
}

/** Nothing of a log: a new server, if nothing says that it has lived before. */
function withoutLog(files: readonly FoundFile[], wals: readonly FoundFile[]): StorageOutlook {
  if (files.some(({ path }) => snapshotNumber(path) !== null || unfinishedNumber(path) !== null))
    return refuses('a snapshot without a log');
  const [oldest] = wals;
  if (oldest !== undefined && walNumber(oldest.path) !== 1) return refuses('the beginning of the log is gone');
  return { kind: 'starts', remembered: new Replay(null), end: '' };
}

/** @returns Where the segment ends; a sentence where it must be refused. */
function readSegment(log: Replay, { file, head }: Segment, declared: number | null, identity: Identity): number | string {
  const { bytes } = file;
  const end = declared ?? bytes.length;
  if (end > bytes.length) return 'a file is shorter than the next one says';
  if (file.isUnreadable(WAL_HEAD_BYTES, end)) return 'a record cannot be read';
  const crc = segmentCrc(identity, head.segment);
  const view = viewOf(bytes);
  let offset = WAL_HEAD_BYTES;
  while (offset < end) {
    const sight = readRecord(bytes, view, offset, crc, offset);
    if (sight.kind === 'whole' && offset + sight.sizeBytes <= end) {
      log.record(sight.record);
      offset += sight.sizeBytes;
      continue;
    }
    if (declared !== null) return 'a record is damaged that was durable before the next file';
    return hasMarkAbove(bytes.subarray(offset), crc, offset, offset) ? 'a record is damaged that later ones vouch for' : offset;
  }
  return offset;
}

/** The snapshot in force, or an older one that the log reaches back to, or a log from the first entry on. */
function snapshotProblem(files: readonly FoundFile[], log: Replay): string | null {
  if (log.snapshotNumber === 0) return log.prevIndex === 0 ? null : 'the entries that a snapshot covered are gone';
  const candidates = files.filter(({ path }) => (snapshotNumber(path) ?? Infinity) <= log.snapshotNumber).reverse();
  for (const file of candidates) {
    if (file.isUnreadable(0, file.bytes.length)) return 'a snapshot cannot be read';
    const number = snapshotNumber(file.path) as number;
    const sight = readSnapshot(file.bytes);
    if (sight.kind === 'otherVersion') return 'a snapshot is of another version';
    if (sight.kind === 'broken') continue;
    if (sight.number !== number) return 'a snapshot stands in another file';
    const { lastIndex, lastTerm } = sight.snapshot;
    const isInForce = number === log.snapshotNumber;
    if (isInForce ? lastIndex !== log.snapshotIndex || lastTerm !== log.snapshotTerm : lastIndex > log.snapshotIndex) continue;
    return lastIndex >= log.prevIndex ? null : 'the snapshots that can be read are too old';
  }
  return log.prevIndex === 0 ? null : 'no snapshot can be read';
}

/** What heads and records add up to. */
class Replay implements Remembered {
  currentTerm = term(0);
  votedFor = NOBODY;
  prevIndex = logIndex(0);
  prevTerm = term(0);
  snapshotNumber = 0;
  snapshotIndex = logIndex(0);
  snapshotTerm = term(0);
  /** Of the entries behind prevIndex; -1 for one in a file that is gone. */
  #terms: Term[] = [];

  constructor(first: WalHead | null) {
    if (first === null) return;
    this.prevIndex = first.prevIndex;
    this.prevTerm = first.prevTerm;
    this.#terms = new Array<Term>(first.lastIndex - first.prevIndex).fill(term(-1));
    this.head(first);
  }

  get lastIndex(): LogIndex {
    return logIndex(this.prevIndex + this.#terms.length);
  }

  get lastTerm(): Term {
    return this.#terms.at(-1) ?? this.prevTerm;
  }

  /** Some entries are known by number only. */
  get isHollow(): boolean {
    return this.#terms.some((each) => each < 0);
  }

  holds(index: LogIndex, ofTerm: Term): boolean {
    if (index <= this.prevIndex) return index < this.prevIndex || ofTerm === this.prevTerm;
    return this.#terms[index - this.prevIndex - 1] === ofTerm;
  }

  head(head: WalHead): void {
    this.currentTerm = head.currentTerm;
    this.votedFor = head.votedFor;
    this.snapshotNumber = head.snapshotNumber;
    this.snapshotIndex = head.snapshotIndex;
    this.snapshotTerm = head.snapshotTerm;
  }

  record(record: WalRecord): void {
    switch (record.kind) {
      case 'hardState':
        this.currentTerm = record.currentTerm;
        this.votedFor = record.votedFor;
        return;
      case 'entries':
        for (const entry of record.entries) this.#terms.push(entry.term);
        return;
      case 'truncateTail':
        this.#terms.length = Math.max(record.fromIndex - 1 - this.prevIndex, 0);
        return;
      case 'snapshot':
        this.#terms = record.keepsLog ? this.#terms.slice(record.prevIndex - this.prevIndex) : [];
        this.prevIndex = record.prevIndex;
        this.prevTerm = record.prevTerm;
        this.snapshotNumber = record.number;
        this.snapshotIndex = record.lastIndex;
        this.snapshotTerm = record.lastTerm;
    }
  }
}
