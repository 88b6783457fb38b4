import { assert } from '../../base/assert.js';
import { Fifo } from '../../base/fifo.js';
import { NO_EPOCH, type Replicate } from './messages.js';

/** Bytes that a change takes beside its key and its value, more or less. */
const OVERHEAD_BYTES = 64;

interface Remembered {
  readonly message: Replicate;
  /** Of this change and all before it in the epoch: the difference of two is what lies between. */
  readonly totalBytes: number;
}

/**
 * The newest changes of a primary, as a value: what replicas that are a little behind still need. Bounded in
 * changes and in bytes, so a replica that is far behind costs nothing; it needs a snapshot.
 */
export class Backlog {
  /** The position of the newest change. */
  readonly position: number;
  readonly #changes: Fifo<Remembered>;
  /** Of all changes up to `position`. */
  readonly #totalBytes: number;

  private constructor(position: number, changes: Fifo<Remembered>, totalBytes: number) {
    this.position = position;
    this.#changes = changes;
    this.#totalBytes = totalBytes;
  }

  /** A history that begins behind `position`. */
  static after(position: number): Backlog {
    return new Backlog(position, Fifo.empty(), 0);
  }

  /** The position from which on changes can be followed: that before the oldest one. */
  get from(): number {
    return this.position - this.#changes.size;
  }

  get size(): number {
    return this.#changes.size;
  }

  /** Adds the next change and forgets the oldest ones beyond the bounds; the newest always stays. */
  push(message: Replicate, max: number, bytesMax: number): Backlog {
    assert(message.epoch !== NO_EPOCH && message.position === this.position + 1, 'positions have no gap');
    const totalBytes = this.#totalBytes + sizeOf(message);
    let changes = this.#changes.push({ message, totalBytes });
    while (changes.size > max || (changes.size > 1 && totalBytes - totalBefore(changes.first) > bytesMax)) changes = changes.shift();
    return new Backlog(message.position, changes, totalBytes);
  }

  /** The change at this position; undefined when it is forgotten or yet to come. */
  at(position: number): Replicate | undefined {
    return this.#changes.at(position - this.from - 1)?.message;
  }

  /** Bytes of the changes behind `after` up to `upTo`, as far as they are remembered. */
  bytesBetween(after: number, upTo: number): number {
    return this.#totalTo(upTo) - this.#totalTo(after);
  }

  #totalTo(position: number): number {
    if (position >= this.position) return this.#totalBytes;
    const found = this.#changes.at(position - this.from - 1);
    if (found !== undefined) return found.totalBytes;
    return this.#changes.size === 0 ? this.#totalBytes : totalBefore(this.#changes.first);
  }
}

function totalBefore(change: Remembered | undefined): number {
  return change === undefined ? 0 : change.totalBytes - sizeOf(change.message);
}

function sizeOf({ change }: Replicate): number {
  return change.key.length + (change.op === 'set' ? change.value.length : 0) + OVERHEAD_BYTES;
}
