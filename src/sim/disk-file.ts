import { advance, bitsOf } from '../core/base/random.js';
import { between, bits32, type Stream } from './random.js';

/** Bytes. What a disk writes as one: a torn write is a subset of whole sectors. */
export const SECTOR_BYTES = 512;

const CAPACITY_FIRST = 256;

/** Bytes that grow in place, zero behind their end. */
class Content {
  length = 0;
  #bytes = new Uint8Array(CAPACITY_FIRST);

  /** A view, valid until the next change. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(bytes, offset);
    if (end > this.length) this.length = end;
  }

  truncate(length: number): void {
    if (length > this.#bytes.length) this.#grow(length);
    if (length < this.length) this.#bytes.fill(0, length, this.length);
    this.length = length;
  }

  flip(offset: number, bit: number): void {
    if (offset < this.length) this.#bytes[offset] = (this.#bytes[offset] as number) ^ (1 << bit);
  }

  become(other: Content): void {
    this.truncate(0);
    this.write(0, other.view());
  }

  #grow(needed: number): void {
    let capacity = this.#bytes.length * 2;
    while (capacity < needed) capacity *= 2;
    const wide = new Uint8Array(capacity);
    wide.set(this.view());
    this.#bytes = wide;
  }
}

/** A change of a file that no sync has covered yet. */
type PendingChange =
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly length: number };

/** How many pending changes of each fate a power loss left behind. */
export interface WriteFates {
  kept: number;
  lost: number;
  torn: number;
}

const KEPT = 0;
const LOST = 1;

/**
 * One file: what its users see (the page cache), what a power loss would leave, and the changes between
 * the two in the order they were made.
 */
export class SimFile {
  readonly #cached = new Content();
  readonly #durable = new Content();
  #pending: PendingChange[] = [];
  /** How many changes there were before the first of `#pending`, so that a mark stays true while others sync. */
  #settled = 0;

  get sizeBytes(): number {
    return this.#cached.length;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** The content that would survive a power loss for certain. A view, valid until the next change. */
  durable(): Uint8Array {
    return this.#durable.view();
  }

  read(offset: number, length: number): Uint8Array {
    return this.#cached.view().slice(offset, offset + length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#cached.write(offset, bytes);
    this.#pending.push({ kind: 'write', offset, bytes });
  }

  truncate(length: number): void {
    this.#cached.truncate(length);
    this.#pending.push({ kind: 'truncate', length });
  }

  /** A place in the order of changes: a sync that starts now covers what lies before it, and nothing later. */
  mark(): number {
    return this.#settled + this.#pending.length;
  }

  /** Makes everything before `mark` durable. */
  settle(mark: number): void {
    const count = mark - this.#settled;
    for (let i = 0; i < count; i++) {
      const change = this.#pending[i] as PendingChange;
      if (change.kind === 'write') this.#durable.write(change.offset, change.bytes);
      else this.#durable.truncate(change.length);
    }
    this.#forget(count);
  }

  /**
   * What a failed sync does on common systems: the pages are marked clean and never written, readers go on
   * seeing them, and the next sync has nothing to do and succeeds.
   */
  dropPages(mark: number): void {
    this.#forget(mark - this.#settled);
  }

  /** Flips one bit on the medium, for good. */
  rot(offset: number, bit: number): void {
    this.#durable.flip(offset, bit);
    this.#cached.flip(offset, bit);
  }

  /**
   * The power goes: each pending write is kept, lost or torn, each pending truncation kept or lost. Two
   * draws for each pending change, whatever becomes of it.
   *
   * Two dependencies hold, as on a real file system. A sector reaches the disk as the cache held it, so
   * a write that survives there brings the earlier ones to the same sector. And what survives behind a
   * truncation brings that truncation: sizes change in order, in a journal.
   */
  losePower(stream: Stream, fates: WriteFates): void {
    const latest = this.#drawSurvivors(stream, fates);
    const changes = this.#pending;
    for (let i = 0; i < changes.length; i++) {
      const change = changes[i] as PendingChange;
      if (change.kind === 'truncate') {
        if (latest.truncations.has(i)) this.#durable.truncate(change.length);
        continue;
      }
      for (const [sector, part] of sectorsOf(change.offset, change.bytes)) {
        if ((latest.writes.get(sector) ?? -1) >= i) this.#durable.write(part.offset, part.bytes);
      }
    }
    this.#forget(changes.length);
    this.#cached.become(this.#durable);
  }

  /** The last surviving write to each sector, and the truncations that survive. */
  #drawSurvivors(stream: Stream, fates: WriteFates): { writes: Map<number, number>; truncations: Set<number> } {
    const writes = new Map<number, number>();
    const truncations = new Set<number>();
    let lastSurvivor = -1;
    this.#pending.forEach((change, i) => {
      const fate = between(stream, 0, 2);
      let bits = bits32(stream);
      if (change.kind === 'truncate') {
        if (fate !== KEPT) return;
        truncations.add(i);
        lastSurvivor = i;
        return;
      }
      let kept = 0;
      let lost = 0;
      for (const [sector] of sectorsOf(change.offset, change.bytes)) {
        bits = advance(bits);
        const survives = fate === KEPT || (fate !== LOST && (bitsOf(bits) & 1) === 1);
        if (survives) {
          writes.set(sector, i);
          lastSurvivor = i;
          kept++;
        } else lost++;
      }
      if (lost === 0) fates.kept++;
      else if (kept === 0) fates.lost++;
      else fates.torn++;
    });
    this.#pending.forEach((change, i) => {
      if (change.kind === 'truncate' && i < lastSurvivor) truncations.add(i);
    });
    return { writes, truncations };
  }

  #forget(count: number): void {
    if (count <= 0) return;
    if (count === this.#pending.length) this.#pending = [];
    else this.#pending.splice(0, count);
    this.#settled += count;
  }
}

/** The parts of a write, one for each sector that it touches. */
function* sectorsOf(offset: number, bytes: Uint8Array): Generator<[sector: number, part: { offset: number; bytes: Uint8Array }]> {
  let at = 0;
  while (at < bytes.length) {
    const sector = Math.floor((offset + at) / SECTOR_BYTES);
    const end = Math.min(bytes.length, (sector + 1) * SECTOR_BYTES - offset);
    yield [sector, { offset: offset + at, bytes: bytes.subarray(at, end) }];
    at = end;
  }
}
