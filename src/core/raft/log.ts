import { assert } from '../base/assert.js';
import { logIndex, term, type LogIndex, type Term } from '../base/units.js';

/** One place in the replicated log. The payload is opaque to Raft; what it means is for the state machine above. */
export interface Entry {
  readonly index: LogIndex;
  readonly term: Term;
  readonly kind: EntryKind;
  /** Whatever the proposer gave; null for a no-op. Never changed by anyone. */
  readonly payload: unknown;
  /** What the entry costs in a message, in bytes: an estimate by the proposer, used to bound batches. */
  readonly sizeBytes: number;
}

export type EntryKind = 'noop' | 'command';

/**
 * The log as a value. Every method returns another log and leaves this one as it was.
 *
 * Laws, which only this file can break:
 *   1. it holds the entries firstIndex .. lastIndex, without a gap, terms never descending;
 *   2. prevTerm is the term of the entry at firstIndex - 1 (which a snapshot covers), 0 if there is none.
 *
 * Versions of one log share one buffer: an append to the newest version pushes onto it, and older
 * versions do not see what lies behind their own end. Appending to an older version copies. That makes
 * the common case, one append after the other, cost no copy at all (docs/ARCHITECTURE.md, "Speed").
 */
export class Log {
  readonly firstIndex: LogIndex;
  readonly lastIndex: LogIndex;
  readonly prevTerm: Term;
  readonly lastTerm: Term;
  readonly #buffer: Entry[];
  /** For each entry the `sizeBytes` of it and of all before it, from some beginning on: the difference of two is what lies between. */
  readonly #totals: number[];
  /** The total before the first entry. */
  readonly #totalBefore: number;

  private constructor(
    firstIndex: LogIndex,
    prevTerm: Term,
    lastIndex: LogIndex,
    lastTerm: Term,
    buffer: Entry[],
    totals: number[],
    totalBefore: number,
  ) {
    this.firstIndex = firstIndex;
    this.prevTerm = prevTerm;
    this.lastIndex = lastIndex;
    this.lastTerm = lastTerm;
    this.#buffer = buffer;
    this.#totals = totals;
    this.#totalBefore = totalBefore;
  }

  /** A log without entries that goes on behind `index`, whose entry had `prevTerm`. (0, 0) for a new server. */
  static emptyAfter(index: LogIndex, prevTerm: Term): Log {
    return new Log(logIndex(index + 1), prevTerm, index, prevTerm, [], [], 0);
  }

  /** @returns The entry at `index`, which this log must hold. */
  entryAt(index: LogIndex): Entry {
    assert(index >= this.firstIndex && index <= this.lastIndex, 'an entry is asked for where the log holds one');
    return this.#buffer[index - this.firstIndex] as Entry;
  }

  /** The term of the entry at `index`, -1 where this log cannot say: behind its end, or compacted away. Before all entries, at 0, it is 0 in every log. */
  termAt(index: LogIndex): Term {
    if (index === this.lastIndex) return this.lastTerm;
    if (index === 0) return term(0);
    if (index > this.lastIndex || index < this.firstIndex - 1) return term(-1);
    if (index === this.firstIndex - 1) return this.prevTerm;
    return (this.#buffer[index - this.firstIndex] as Entry).term;
  }

  /** `sizeBytes` of the entries behind `after` up to `upTo`; of those that this log no longer holds nothing counts. */
  bytesBetween(after: number, upTo: number): number {
    return this.#totalAt(upTo) - this.#totalAt(after);
  }

  /** The lowest index at or above `from` behind which the entries up to `upTo` have at most `bytesMax`; `upTo` where not even the last has. */
  startOfLast(bytesMax: number, from: number, upTo: number): LogIndex {
    const total = this.#totalAt(upTo);
    let [low, high] = [Math.min(Math.max(from, this.firstIndex - 1), upTo), upTo];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (total - this.#totalAt(middle) <= bytesMax) high = middle;
      else low = middle + 1;
    }
    return logIndex(low);
  }

  #totalAt(index: number): number {
    if (index < this.firstIndex) return this.#totalBefore;
    return this.#totals[Math.min(index, this.lastIndex) - this.firstIndex] ?? this.#totalBefore;
  }

  /** The entries from .. to, both inclusive, as a fresh array. `from` may be to + 1. */
  slice(from: LogIndex, to: LogIndex): readonly Entry[] {
    assert(from >= this.firstIndex && to <= this.lastIndex, 'a slice lies inside the log');
    return this.#buffer.slice(from - this.firstIndex, to - this.firstIndex + 1);
  }

  /** This log with one entry more. */
  append(entry: Entry): Log {
    assert(entry.index === this.lastIndex + 1, 'the log has no gap (§3.5)');
    assert(entry.term >= this.lastTerm, 'terms in a log never descend (§3.6.2)');
    const length = this.lastIndex - this.firstIndex + 1;
    const isNewest = this.#buffer.length === length;
    const buffer = isNewest ? this.#buffer : this.#buffer.slice(0, length);
    const totals = isNewest ? this.#totals : this.#totals.slice(0, length);
    totals.push((length === 0 ? this.#totalBefore : (totals[length - 1] as number)) + entry.sizeBytes);
    buffer.push(entry);
    return new Log(this.firstIndex, this.prevTerm, entry.index, entry.term, buffer, totals, this.#totalBefore);
  }

  /** This log with `entries` behind its end. */
  appendAll(entries: readonly Entry[]): Log {
    const length = this.lastIndex - this.firstIndex + 1;
    const isNewest = this.#buffer.length === length;
    const buffer = isNewest ? this.#buffer : this.#buffer.slice(0, length);
    const totals = isNewest ? this.#totals : this.#totals.slice(0, length);
    let total = length === 0 ? this.#totalBefore : (totals[length - 1] as number);
    let lastIndex = this.lastIndex;
    let lastTerm = this.lastTerm;
    for (const entry of entries) {
      assert(entry.index === lastIndex + 1, 'the log has no gap (§3.5)');
      assert(entry.term >= lastTerm, 'terms in a log never descend (§3.6.2)');
      buffer.push(entry);
      total += entry.sizeBytes;
      totals.push(total);
      lastIndex = entry.index;
      lastTerm = entry.term;
    }
    return new Log(this.firstIndex, this.prevTerm, lastIndex, lastTerm, buffer, totals, this.#totalBefore);
  }

  /** This log without the entries from `index` on (thesis §3.5: what conflicts is removed). */
  truncateTail(index: LogIndex): Log {
    assert(index >= this.firstIndex && index <= this.lastIndex + 1, 'only entries that are held can be cut');
    const lastIndex = logIndex(index - 1);
    const length = index - this.firstIndex;
    return new Log(
      this.firstIndex,
      this.prevTerm,
      lastIndex,
      this.termAt(lastIndex),
      this.#buffer.slice(0, length),
      this.#totals.slice(0, length),
      this.#totalBefore,
    );
  }

  /** This log without the entries up to and with `index`, which a snapshot covers. */
  dropHead(index: LogIndex): Log {
    assert(index >= this.firstIndex - 1 && index <= this.lastIndex, 'only entries that are held can be dropped');
    return new Log(
      logIndex(index + 1),
      this.termAt(index),
      this.lastIndex,
      this.lastTerm,
      this.#buffer.slice(index - this.firstIndex + 1, this.lastIndex - this.firstIndex + 1),
      this.#totals.slice(index - this.firstIndex + 1, this.lastIndex - this.firstIndex + 1),
      this.#totalAt(index),
    );
  }
}
