import type { ByteString } from '../../base/bytestring.js';
import type { LogIndex, NodeId, Term } from '../../base/units.js';
import { byteStringFrom } from '../bytes/bytes.js';
import { NODE_ID_MAX } from '../limits.js';
import { BYTES, VARINT } from './writer.js';
import { textFromUtf8 } from '../bytes/utf8.js';

const FIXED64 = 1;
const FIXED32 = 5;
/** A varint has at most this many bytes (64 bits by sevens). */
const VARINT_BYTES_MAX = 10;
const TAG_MAX = 0xffff_ffff;

/**
 * Reads one Protobuf message, in place.
 *
 * Never throws. The first thing found wrong is kept as {@link Reader.problem}, one line, and from then on
 * {@link Reader.hasMore} is false at every level, so that the loops of decoders end; what they have read by
 * then is thrown away by whoever looks at `problem`, which each decoder does once, at its end.
 */
export class Reader {
  problem: string | null = null;
  readonly #bytes: Uint8Array;
  #at = 0;
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** There is another field in the message being read. */
  hasMore(): boolean {
    return this.#at < this.#end;
  }

  /** The next field's number and wire type: `(number << 3) | type`. */
  tag(): number {
    const tag = this.#varint();
    if (tag > TAG_MAX || (tag >>> 3 === 0 && this.problem === null)) this.fail('a field has an impossible number');
    return tag;
  }

  /** A uint64 field, 0 .. 2^53-1: what is above cannot be kept exactly here, and no counter of ours comes there. */
  uint(): number {
    const value = this.#varint();
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    this.fail('a number is above 2^53-1');
    return 0;
  }

  term(): Term {
    return this.uint() as Term;
  }

  logIndex(): LogIndex {
    return this.uint() as LogIndex;
  }

  /** A node, or nobody. */
  nodeId(): NodeId {
    const id = this.uint();
    if (id > NODE_ID_MAX) this.fail(`node id ${id} is above ${NODE_ID_MAX}`);
    return id as NodeId;
  }

  /** Any number but 0 is true, as everywhere in Protobuf. */
  bool(): boolean {
    return this.#varint() !== 0;
  }

  /** A bytes field, at most `max` long. */
  byteString(max: number, what: string): ByteString {
    const start = this.#lengthDelimited(max, what);
    return byteStringFrom(this.#bytes, start, this.#at);
  }

  /** A bytes field as a fresh array, at most `max` long. */
  bytes(max: number, what: string): Uint8Array {
    const start = this.#lengthDelimited(max, what);
    return this.#bytes.slice(start, this.#at);
  }

  /** A string field, at most `max` bytes of UTF-8. */
  text(max: number, what: string): string {
    const start = this.#lengthDelimited(max, what);
    const text = textFromUtf8(this.#bytes, start, this.#at);
    if (text !== null) return text;
    this.fail(`${what} is not UTF-8`);
    return '';
  }

  /** Steps into a nested message. @returns What {@link Reader.leave} needs. */
  enter(what: string): number {
    const outerEnd = this.#end;
    const start = this.#lengthDelimited(outerEnd - this.#at, what);
    const end = this.#at;
    if (this.problem === null) {
      this.#at = start;
      this.#end = end;
    }
    return outerEnd;
  }

  leave(outerEnd: number): void {
    this.#end = outerEnd;
  }

  /**
   * Steps over a field that this version does not know.
   *
   * @param knownMax The highest field number that the message has here; all from 1 on are in use. One of
   *   those comes here only when its wire type is wrong.
   */
  skip(tag: number, knownMax: number): void {
    if (this.problem !== null) return;
    const field = tag >>> 3;
    if (field <= knownMax) {
      this.fail(`field ${field} has the wrong wire type ${tag & 7}`);
      return;
    }
    const type = tag & 7;
    if (type === VARINT) this.#varint();
    else if (type === BYTES) this.#lengthDelimited(this.#end - this.#at, 'an unknown field');
    else if (type === FIXED64) this.#step(8);
    else if (type === FIXED32) this.#step(4);
    else this.fail(`field ${field} has the unknown wire type ${type}`);
  }

  /** Keeps the first problem and ends all reading. */
  fail(problem: string): void {
    this.problem ??= problem;
    this.#at = this.#bytes.length;
  }

  #step(count: number): void {
    if (count > this.#end - this.#at) this.fail('the message ends inside a field');
    else this.#at += count;
  }

  /** Reads a length and steps over so many bytes. @returns Where they start. */
  #lengthDelimited(max: number, what: string): number {
    const length = this.#varint();
    const start = this.#at;
    if (length > this.#end - start) this.fail(`${what} is cut short`);
    else if (length > max) this.fail(`${what} has ${length} bytes, more than ${max}`);
    else this.#at = start + length;
    return this.problem === null ? start : this.#at;
  }

  /** Exact up to 2^53-1; above that some number above that. */
  #varint(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    if (at < end) {
      const first = bytes[at] as number;
      if (first < 0x80) {
        this.#at = at + 1;
        return first;
      }
    }
    let value = 0;
    let scale = 1;
    for (const last = at + VARINT_BYTES_MAX; at < end && at < last; at++, scale *= 128) {
      const byte = bytes[at] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.#at = at + 1;
        return value;
      }
    }
    this.fail(at < end ? 'a varint has more than 10 bytes' : 'the message ends inside a varint');
    return 0;
  }
}
