import { assert } from '../../core/base/assert.js';
import { advance, bitsOf } from '../../core/base/random.js';
import { Overlay, type Damage } from './damage.js';
import { between, bits32, type Stream } from '../base/random-streams.js';

/** Bytes. What a disk writes as one: a torn write is a subset of whole sectors. */
export const SECTOR_BYTES = 512;

const CAPACITY_FIRST = 256;

const EARLIER_ENDS_MAX = 8;

/** Bytes that grow in place, zero behind their end. */
class Content {
  length = 0;
  #bytes = new Uint8Array(CAPACITY_FIRST);

  /** What the bytes are kept in, and more behind them. */
  get buffer(): Uint8Array {
    return this.#bytes;
  }

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
 * the two in the order they were made. Both are kept as they were written; damage lies over them.
 *
 * A file that was only appended to, as a log is, keeps both in one: what is durable is then how far its bytes are.
 */
export class SimFile {
  #cached = new Content();
  /** null while the durable bytes are the first of the cached ones. */
  #durable: Content | null = null;
  /** How long the file is on the medium. */
  #durableBytes = 0;
  /** See {@link earlierEnds}. */
  readonly #earlierEnds: number[] = [];
  #pending: PendingChange[] = [];
  /** How many changes there were before the first of `#pending`, so that a mark stays true while others sync. */
  #settled = 0;
  /** Damage of the medium, and what of it the page cache has taken in. */
  readonly #medium = new Overlay();
  readonly #seen = new Overlay();
  /** Bytes below the end that nobody ever wrote, as [from, to): behind a write or a truncation past the end. */
  #holes: (readonly [from: number, to: number])[] = [];

  get sizeBytes(): number {
    return this.#seen.isEmpty ? this.#cached.length : this.#seen.endOf(this.#cached.length);
  }

  /** How long it was on the medium after syncs that ended, the latest last: a few of those that are shorter than it is now. */
  get earlierEnds(): readonly number[] {
    return this.#earlierEnds.filter((end) => end < this.#durableBytes);
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** How long the file would be after a power loss. */
  get durableBytes(): number {
    return this.#durableBytes;
  }

  /** Bytes of which the first `durableBytes` were made durable, damage left out. Valid until the next change; one object for as long as it can be. */
  get pristineBuffer(): Uint8Array {
    return (this.#durable ?? this.#cached).buffer;
  }

  /** What the medium would give after a power loss, damage and all. Valid until the next change. */
  durable(): Uint8Array {
    const pristine = this.pristine();
    return this.#medium.isEmpty ? pristine : this.#medium.paint(pristine.slice(0, this.#medium.endOf(pristine.length)), 0);
  }

  /** What was made durable, as if no damage had ever come over it. A view, valid until the next change. */
  pristine(): Uint8Array {
    return this.pristineBuffer.subarray(0, this.#durableBytes);
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = this.#cached.view().slice(offset, Math.min(offset + length, this.sizeBytes));
    return this.#seen.isEmpty ? bytes : this.#seen.paint(bytes, offset);
  }

  /** Whether a read of these bytes fails for the damage there. */
  isUnreadable(offset: number, length: number): boolean {
    return !this.#seen.isEmpty && this.#seen.isUnreadable(offset, offset + length);
  }

  /** Throws where a user reads what was never written: zeros there mean nothing. */
  checkWritten(offset: number, length: number): void {
    for (const [from, to] of this.#holes) {
      assert(to <= offset || offset + length <= from, 'what was never written is not read');
    }
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#endWhereItSeemsTo();
    if (offset > this.#cached.length) this.#holes.push([this.#cached.length, offset]);
    else if (this.#holes.length > 0) this.#fillHoles(offset, offset + bytes.length);
    this.#seen.heal(offset, offset + bytes.length);
    if (offset < this.#cached.length) this.#part();
    this.#cached.write(offset, bytes);
    this.#change({ kind: 'write', offset, bytes });
  }

  truncate(length: number): void {
    this.#endWhereItSeemsTo();
    this.#truncateCached(length);
  }

  /** Before a user changes a file whose end is missing: what follows is done to the file as its user sees it. */
  #endWhereItSeemsTo(): void {
    const { sizeBytes } = this;
    if (sizeBytes < this.#cached.length) this.#truncateCached(sizeBytes);
  }

  #truncateCached(length: number): void {
    if (length > this.#cached.length) this.#holes.push([this.#cached.length, length]);
    else if (this.#holes.length > 0) this.#fillHoles(length, Number.MAX_SAFE_INTEGER);
    this.#seen.truncate(length);
    this.#part();
    this.#cached.truncate(length);
    this.#change({ kind: 'truncate', length });
  }

  /** A place in the order of changes: a sync that starts now covers what lies before it, and nothing later. */
  mark(): number {
    return this.#settled + this.#pending.length;
  }

  /** Makes everything before `mark` durable. */
  settle(mark: number): void {
    const count = mark - this.#settled;
    this.#noteEnd();
    for (let i = 0; i < count; i++) {
      const change = this.#pending[i] as PendingChange;
      if (change.kind === 'write') this.#writeDurably(change.offset, change.bytes);
      else this.#truncateDurably(change.length);
    }
    this.#forget(count);
  }

  /**
   * What a failed sync does on common systems: the pages are marked clean and never written, readers go on
   * seeing them, and the next sync has nothing to do and succeeds.
   */
  dropPages(mark: number): void {
    this.#part();
    this.#forget(mark - this.#settled);
  }

  /**
   * Lays damage over the medium. What was read before stays in the page cache until the power goes, unless
   * `reachesCache`: then the page had to be read again and readers see the damage at once. What is still to be written
   * back is never read again: readers go on seeing what they wrote, and the sync heals the medium with it.
   *
   * @param bytes What the medium gives instead; null where a read fails.
   */
  lay(damage: Damage, bytes: Uint8Array | null, reachesCache: boolean): void {
    this.#medium.lay(damage, bytes);
    if (!reachesCache || damage.offset >= this.#cached.length) return;
    this.#seen.lay(damage, bytes);
    for (const change of this.#pending) {
      if (change.kind === 'write') this.#seen.heal(change.offset, change.offset + change.bytes.length);
      else this.#seen.truncate(change.length);
    }
  }

  /** This damage never came. */
  takeBack(damage: Damage): void {
    this.#medium.takeBack(damage);
    this.#seen.takeBack(damage);
  }

  /** What of this file a recovery would see: see {@link SimDisk.survey}. */
  look(from: 'medium' | 'cache', withDamage: boolean): { readonly bytes: Uint8Array; isUnreadable(from: number, to: number): boolean } {
    const overlay = from === 'medium' ? this.#medium : this.#seen;
    const pristine = (from === 'medium' ? this.pristine() : this.#cached.view()).slice();
    if (!withDamage || overlay.isEmpty) return { bytes: pristine, isUnreadable: () => false };
    return {
      bytes: overlay.paint(pristine.subarray(0, overlay.endOf(pristine.length)), 0),
      isUnreadable: (start, end) => overlay.isUnreadable(start, end),
    };
  }

  /** The damage of this file's medium of which something is left. */
  damages(): readonly Damage[] {
    return this.#medium.damages();
  }

  /** A file that holds what is durable here, damage included, as if read from another disk. */
  durableCopy(): SimFile {
    const copy = new SimFile();
    copy.#cached.write(0, this.pristine());
    copy.#durableBytes = this.#durableBytes;
    copy.#medium.become(this.#medium);
    copy.#seen.become(this.#medium);
    copy.#holes = [...this.#holes];
    return copy;
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
    const durable = this.#part();
    for (let i = 0; i < changes.length; i++) {
      const change = changes[i] as PendingChange;
      if (change.kind === 'truncate') {
        if (latest.truncations.has(i)) this.#truncateDurably(change.length);
        continue;
      }
      for (const [sector, part] of sectorsOf(change.offset, change.bytes)) {
        if ((latest.writes.get(sector) ?? -1) >= i) this.#writeDurably(part.offset, part.bytes);
      }
    }
    this.#forget(changes.length);
    this.#cached = durable;
    this.#durable = null;
    this.#seen.become(this.#medium);
  }

  #noteEnd(): void {
    const ends = this.#earlierEnds;
    if (this.#durableBytes === 0 || ends.at(-1) === this.#durableBytes) return;
    if (ends.length === EARLIER_ENDS_MAX) ends.shift();
    ends.push(this.#durableBytes);
  }

  #change(change: PendingChange): void {
    // As a rule each change is synced before the next one, so a list of one is made.
    if (this.#pending.length === 0) this.#pending = [change];
    else this.#pending.push(change);
  }

  #writeDurably(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    this.#medium.heal(offset, end);
    this.#durable?.write(offset, bytes);
    if (end > this.#durableBytes) this.#durableBytes = end;
  }

  #truncateDurably(length: number): void {
    this.#medium.truncate(length);
    this.#part().truncate(length);
    this.#durableBytes = length;
  }

  /** Before the cached bytes become something else than the durable ones with appends behind them: gives the durable ones a place of their own. */
  #part(): Content {
    if (this.#durable !== null) return this.#durable;
    const own = new Content();
    own.write(0, this.pristine());
    this.#durable = own;
    return own;
  }

  #fillHoles(from: number, to: number): void {
    this.#holes = this.#holes
      .flatMap(([start, end]) => (end <= from || to <= start ? [[start, end] as const] : [[start, from] as const, [to, end] as const]))
      .filter(([start, end]) => start < end);
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
