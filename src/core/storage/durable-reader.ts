import { NOBODY, logIndex, term, type LogIndex, type NodeId, type Term } from '../base/units.js';
import { viewOf } from './bytes.js';
import type { Identity } from './types.js';
import { WAL_HEAD_BYTES, readWalHead, segmentCrc, walNumber, type WalHead, type WalRecord } from './wal-format.js';
import { pushEntryTerms, readRecord } from './wal-read.js';

/**
 * What one server's disk would still say after a power cut, followed file by file as bytes become durable:
 * for an oracle that asks whether a quorum holds an entry, and for anyone who watches a running log.
 *
 * Not a value: it is an observer's own, never part of a machine. It reads each byte once. One reader is
 * for one life of a server; after a crash, give a new one all files that are there, ascending by name.
 */
export class DurableLogReader {
  readonly #identity: Identity;
  #segment = 0;
  /** The name of the file that was told last, and the segment that it is. Most tellings are of the same one. */
  #path = '';
  #pathIs: number | null = null;
  #crc = 0;
  /** Where in the segment the next record is expected. */
  #offset = 0;
  #isBroken = false;
  /** What was told of last, and a view of it: a file that grows in place is told of again and again. */
  #bytes: Uint8Array = new Uint8Array(0);
  #view = viewOf(this.#bytes);
  #terms: Term[] = [];
  #prevIndex = logIndex(0);
  #prevTerm = term(0);
  /** Entries up to this stand in files that were not given; their terms are not known. */
  #absentTo = logIndex(0);
  #currentTerm = term(0);
  #votedFor = NOBODY;
  #snapshotIndex = logIndex(0);

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  get currentTerm(): Term {
    return this.#currentTerm;
  }

  get votedFor(): NodeId {
    return this.#votedFor;
  }

  get lastIndex(): LogIndex {
    return logIndex(this.#prevIndex + this.#terms.length);
  }

  /** Last index of the snapshot in force, 0 if there is none. All entries up to it are durable as part of it. */
  get snapshotIndex(): LogIndex {
    return this.#snapshotIndex;
  }

  /** Whether the entry of `index` and `term` is durable, as itself or within the snapshot. */
  holds(index: LogIndex, ofTerm: Term): boolean {
    return index <= this.#snapshotIndex || this.termAt(index) === ofTerm;
  }

  /** The term of the durable entry at `index`; -1 where there is none or it is not known any more. */
  termAt(index: LogIndex): Term {
    if (index === this.#prevIndex) return this.#prevTerm;
    if (index < this.#prevIndex || index > this.lastIndex || index <= this.#absentTo) return term(-1);
    return this.#terms[index - this.#prevIndex - 1] as Term;
  }

  /**
   * Tells that a file is durable as far as `bytes` reach. Files that are not of the log are passed over.
   *
   * @param bytes The file from `from` on; what was told before may be among it or not.
   * @param from Offset of the first byte; at most where the last telling of this file ended.
   * @param lengthBytes So many of the bytes are the file's; what stands behind them means nothing.
   */
  tell(path: string, bytes: Uint8Array, from = 0, lengthBytes = bytes.length): void {
    if (path !== this.#path) {
      this.#path = path;
      this.#pathIs = walNumber(path);
    }
    const segment = this.#pathIs;
    if (segment === null || segment < this.#segment) return;
    if (segment > this.#segment) {
      const sight = from === 0 ? readWalHead(bytes.subarray(0, lengthBytes)) : { kind: 'broken' as const };
      if (sight.kind !== 'whole' || sight.head.segment !== segment) return;
      this.#begin(sight.head);
    }
    this.#readOn(bytes, from, lengthBytes);
  }

  /** A head repeats what the files before it add up to, or cuts it at what recovery kept. */
  #begin(head: WalHead): void {
    if (head.previousSegment !== this.#segment || head.prevIndex !== this.#prevIndex || head.lastIndex > this.lastIndex) {
      this.#prevIndex = head.prevIndex;
      this.#prevTerm = head.prevTerm;
      this.#absentTo = head.lastIndex;
      this.#terms = new Array<Term>(head.lastIndex - head.prevIndex).fill(term(-1));
    }
    this.#terms.length = head.lastIndex - head.prevIndex;
    this.#currentTerm = head.currentTerm;
    this.#votedFor = head.votedFor;
    this.#snapshotIndex = head.snapshotIndex;
    this.#segment = head.segment;
    this.#crc = segmentCrc(this.#identity, head.segment);
    this.#offset = WAL_HEAD_BYTES;
    this.#isBroken = false;
  }

  #readOn(bytes: Uint8Array, from: number, lengthBytes: number): void {
    if (this.#isBroken || lengthBytes === 0) return;
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = viewOf(bytes);
    }
    while (this.#offset - from < lengthBytes) {
      const entriesBytes = pushEntryTerms(bytes, this.#view, this.#offset - from, lengthBytes, this.#crc, this.#offset, this.#terms);
      this.#offset += entriesBytes;
      if (entriesBytes > 0) continue;
      const sight = readRecord(bytes.subarray(0, lengthBytes), this.#view, this.#offset - from, this.#crc, this.#offset);
      if (sight.kind === 'short') return;
      this.#isBroken = sight.kind === 'broken';
      if (sight.kind === 'broken') return;
      this.#apply(sight.record);
      this.#offset += sight.sizeBytes;
    }
  }

  #apply(record: WalRecord): void {
    switch (record.kind) {
      case 'hardState':
        this.#currentTerm = record.currentTerm;
        this.#votedFor = record.votedFor;
        return;
      case 'entries':
        for (const entry of record.entries) this.#terms.push(entry.term);
        return;
      case 'truncateTail':
        this.#terms.length = record.fromIndex - 1 - this.#prevIndex;
        this.#absentTo = logIndex(Math.min(this.#absentTo, record.fromIndex - 1));
        return;
      case 'snapshot':
        this.#terms = record.keepsLog ? this.#terms.slice(record.prevIndex - this.#prevIndex) : [];
        if (!record.keepsLog) this.#absentTo = logIndex(0);
        this.#prevIndex = record.prevIndex;
        this.#prevTerm = record.prevTerm;
        this.#snapshotIndex = record.lastIndex;
    }
  }
}
