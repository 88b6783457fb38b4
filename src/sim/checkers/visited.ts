/** Memory that several searches share, in words of 4 bytes. */
export interface MemoryBudget {
  words: number;
}

/**
 * The configurations that a search has been in (Lowe 2017: reaching one twice is a dead end).
 *
 * A configuration is: the place of the first outstanding return, which of the operations that overlap it
 * are linearized (a bit for each slot), the state, and which optional operations were used. All earlier
 * operations are linearized and no later one is, so this is the whole truth in a few words, however long
 * the history.
 *
 * Dominance: with the first three equal, one that used a subset of the optional operations can do all that
 * the other can, because an unused optional operation is an offer and never a duty.
 *
 * Records lie in one array, all of one width: next record of the same bucket, hash, place, state, mask
 * words, used words. They are compared in full: a hash alone could turn a good history into a bad one.
 */
export class Visited {
  readonly #maskWords: number;
  readonly #usedWords: number;
  readonly #width: number;
  readonly #isDominance: boolean;
  #records = new Int32Array(RECORDS_MIN);
  #buckets = new Int32Array(BUCKETS_MIN);
  #count = 0;
  readonly #budget: MemoryBudget;
  #isFull = false;
  /** Records compared so far: work that the bound on steps has to see. */
  compared = 0;

  constructor(maskWords: number, usedWords: number, isDominance: boolean, budget: MemoryBudget) {
    this.#budget = budget;
    this.#maskWords = maskWords;
    this.#usedWords = usedWords;
    this.#width = 4 + maskWords + usedWords;
    this.#isDominance = isDominance;
  }

  /** The budget did not allow to grow, and something was forgotten: the search has to give up. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Gives the memory back. */
  release(): void {
    this.#budget.words += this.#records.length + this.#buckets.length - RECORDS_MIN - BUCKETS_MIN;
    this.#records = new Int32Array(RECORDS_MIN);
    this.#buckets = new Int32Array(BUCKETS_MIN);
    this.#count = 0;
  }

  /** Remembers a configuration; false if it, or one that dominates it, was known. */
  add(place: number, state: number, mask: Int32Array, used: Int32Array): boolean {
    const hash = hashOf(place, state, mask);
    for (let record = this.#buckets[hash & (this.#buckets.length - 1)]!; record !== 0; record = this.#records[record]!) {
      this.compared++;
      if (this.#isSame(record, hash, place, state, mask) && this.#covers(record, used)) return false;
    }
    this.#insert(hash, place, state, mask, used);
    return true;
  }

  #isSame(record: number, hash: number, place: number, state: number, mask: Int32Array): boolean {
    const records = this.#records;
    if (records[record + 1] !== hash || records[record + 2] !== place || records[record + 3] !== state) return false;
    for (let w = 0; w < this.#maskWords; w++) if (records[record + 4 + w] !== mask[w]) return false;
    return true;
  }

  #covers(record: number, used: Int32Array): boolean {
    const base = record + 4 + this.#maskWords;
    for (let w = 0; w < this.#usedWords; w++) {
      const seen = this.#records[base + w]!;
      const now = used[w]!;
      if (this.#isDominance ? (seen & ~now) !== 0 : seen !== now) return false;
    }
    return true;
  }

  #insert(hash: number, place: number, state: number, mask: Int32Array, used: Int32Array): void {
    const record = (this.#count + 1) * this.#width;
    // Before the write: a typed array ignores a store beyond its end without a word.
    if (record + this.#width > this.#records.length && !this.#lengthen()) return;
    if (this.#count + 1 > this.#buckets.length && !this.#spread()) return;
    this.#count++;
    const records = this.#records;
    const bucket = hash & (this.#buckets.length - 1);
    records[record] = this.#buckets[bucket]!;
    records[record + 1] = hash;
    records[record + 2] = place;
    records[record + 3] = state;
    for (let w = 0; w < this.#maskWords; w++) records[record + 4 + w] = mask[w]!;
    for (let w = 0; w < this.#usedWords; w++) records[record + 4 + this.#maskWords + w] = used[w]!;
    this.#buckets[bucket] = record;
  }

  #lengthen(): boolean {
    if (!this.#take(this.#records.length + this.#width)) return false;
    const longer = new Int32Array(this.#records.length * 2 + this.#width);
    longer.set(this.#records);
    this.#records = longer;
    return true;
  }

  #spread(): boolean {
    if (!this.#take(this.#buckets.length * 3)) return false;
    const buckets = new Int32Array(this.#buckets.length * 4);
    const records = this.#records;
    for (let n = 1; n <= this.#count; n++) {
      const record = n * this.#width;
      const bucket = records[record + 1]! & (buckets.length - 1);
      records[record] = buckets[bucket]!;
      buckets[bucket] = record;
    }
    this.#buckets = buckets;
    return true;
  }

  #take(words: number): boolean {
    this.#isFull = words > this.#budget.words;
    if (!this.#isFull) this.#budget.words -= words;
    return !this.#isFull;
  }
}

/** Small, because many keys of a history are small. */
const RECORDS_MIN = 512;
/** A power of two. */
const BUCKETS_MIN = 64;

/** Multiply and xor-shift; the mask is one or two words, so there is nothing to gain from an incremental hash. */
function hashOf(place: number, state: number, mask: Int32Array): number {
  let hash = Math.imul(place, 0x2c1b3c6d) ^ Math.imul(state, 0x297a2d39);
  for (let w = 0; w < mask.length; w++) {
    hash = Math.imul(hash ^ (hash >>> 15) ^ mask[w]!, 0x7feb352d);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
