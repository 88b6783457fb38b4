import { assert } from '../../base/assert.js';
import type { ByteString } from '../../base/bytestring.js';

/** The two wire types of Protobuf that our messages use (protobuf.dev, "Encoding"). */
export const VARINT = 0;
export const BYTES = 2;

const SCRATCH_BYTES = 16_384;
/** Scratch above this is given back after use, so that one large snapshot piece is not held for ever. */
const SCRATCH_BYTES_MAX = 4_194_304;
/** Below this a loop beats the call of `set`. */
const SHORT_BYTES = 24;
const TWO_28 = 0x1000_0000;

/**
 * Writes one Protobuf message from its last byte to its first.
 *
 * Backwards, because a nested message is preceded by its length: written this way the length is known
 * when its turn comes, and nothing is measured twice or moved. So fields are written in descending
 * order, and a nested message is its fields, then {@link Writer.nested}. The result has them ascending.
 *
 * The scratch buffer is reused from message to message and holds nothing between them.
 */
export class Writer {
  #buffer = new Uint8Array(SCRATCH_BYTES);
  /** Where the first written byte stands. */
  #at = SCRATCH_BYTES;

  /** Forgets what an encoder that broke off in the middle (an assertion) may have left. Each encoder begins with it. */
  begin(): void {
    this.#at = this.#buffer.length;
  }

  /** Bytes written so far. Taken before the fields of a nested message, given to {@link Writer.nested} behind them. */
  get writtenBytes(): number {
    return this.#buffer.length - this.#at;
  }

  /** A uint32, uint64 or enum field, 0 .. 2^53-1. Left out when 0, as proto3 has it. */
  uint(field: number, value: number): void {
    if (value !== 0) this.presentUint(field, value);
  }

  /** The same, written also when 0: for `optional` fields. */
  presentUint(field: number, value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, 'numbers on the wire are whole, from 0 to 2^53-1');
    this.#varint(value);
    this.#byte((field << 3) | VARINT);
  }

  /** A bool field. Left out when false. */
  bool(field: number, value: boolean): void {
    if (value) this.presentUint(field, 1);
  }

  /** A bytes field from an array. Left out when empty. */
  bytes(field: number, value: Uint8Array): void {
    const length = value.length;
    if (length === 0) return;
    const at = this.#take(length);
    if (length > SHORT_BYTES) this.#buffer.set(value, at);
    else for (let i = 0; i < length; i++) this.#buffer[at + i] = value[i] as number;
    this.#head(field, length);
  }

  /** A bytes or string field from a byte string. Left out when empty. */
  byteString(field: number, value: ByteString): void {
    const length = value.length;
    if (length === 0) return;
    const at = this.#take(length);
    const buffer = this.#buffer;
    for (let i = 0; i < length; i++) buffer[at + i] = value.charCodeAt(i);
    this.#head(field, length);
  }

  /** Closes a nested message whose fields were written since `writtenBefore`. Written also when empty: presence means something. */
  nested(field: number, writtenBefore: number): void {
    this.#head(field, this.writtenBytes - writtenBefore);
  }

  /** The message, as a fresh array. */
  finish(): Uint8Array {
    const message = this.#buffer.slice(this.#at);
    if (this.#buffer.length > SCRATCH_BYTES_MAX) this.#buffer = new Uint8Array(SCRATCH_BYTES);
    this.#at = this.#buffer.length;
    return message;
  }

  #head(field: number, length: number): void {
    this.#varint(length);
    this.#byte((field << 3) | BYTES);
  }

  #byte(value: number): void {
    const at = this.#take(1);
    this.#buffer[at] = value;
  }

  #varint(value: number): void {
    if (value < 0x80) {
      this.#byte(value);
      return;
    }
    if (value < 0x4000) {
      const at = this.#take(2);
      this.#buffer[at] = (value & 0x7f) | 0x80;
      this.#buffer[at + 1] = value >>> 7;
      return;
    }
    if (value < TWO_28) {
      const isShort = value < 0x20_0000;
      const at = this.#take(isShort ? 3 : 4);
      this.#buffer[at] = (value & 0x7f) | 0x80;
      this.#buffer[at + 1] = ((value >>> 7) & 0x7f) | 0x80;
      this.#buffer[at + 2] = isShort ? value >>> 14 : ((value >>> 14) & 0x7f) | 0x80;
      if (!isShort) this.#buffer[at + 3] = value >>> 21;
      return;
    }
    // Bit operations end at 32 bits: the part above 28 of them goes first (that is, behind).
    this.#varint(Math.floor(value / TWO_28));
    const low = value % TWO_28;
    const at = this.#take(4);
    this.#buffer[at] = (low & 0x7f) | 0x80;
    this.#buffer[at + 1] = ((low >>> 7) & 0x7f) | 0x80;
    this.#buffer[at + 2] = ((low >>> 14) & 0x7f) | 0x80;
    this.#buffer[at + 3] = (low >>> 21) | 0x80;
  }

  /** Makes room for `count` bytes in front of what is written, and says where they go. */
  #take(count: number): number {
    if (this.#at < count) this.#grow(count);
    this.#at -= count;
    return this.#at;
  }

  #grow(count: number): void {
    const written = this.#buffer.subarray(this.#at);
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, written.length + count));
    this.#at = larger.length - written.length;
    larger.set(written, this.#at);
    this.#buffer = larger;
  }
}
