import { assert } from '../../base/assert.js';
import { byteStringFromText, byteStringOf, bytesOf, EMPTY, type ByteString } from '../../base/bytestring.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Codec } from '../../machine.js';
import { base64Of, bytesOfBase64 } from '../bytes/base64.js';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../limits.js';

/**
 * LINES BETWEEN SERVERS: messages that people can read, and type. One message, one line; the line feed at
 * its end belongs to the stream, not to the line. Bytes are bytes, and one space divides.
 *
 *   line     verb, then words, each behind one space
 *   field    a word name=value; the name in small letters and _, the value without a space
 *   change   SET key value          the value is the rest of the line, spaces included
 *            DELETE key
 *            SET_BASE64 k v         the same for keys and values that do not fit into a line: a key that is
 *            DELETE_BASE64 k        empty or has a space, either with a line feed or a carriage return in it
 *
 *   token    key or value as one word among others: as it is, or = and its base64 when it is empty or has a
 *            =, a space, a line feed or a carriage return in it
 *
 * A change is always the last part of a line. Base64 (RFC 4648 §4) is written only where it must be, so what
 * people type and read is what it says.
 */
export type Change =
  | { readonly op: 'set'; readonly key: ByteString; readonly value: ByteString }
  | { readonly op: 'delete'; readonly key: ByteString };

const SPACE = ' ';
const FIELD = /^[a-z_]{1,32}=/;
const WHOLE = /^(?:0|[1-9][0-9]{0,15})$/;

/** One line: the verb and what stands behind it. Each part is without a line feed. */
export function lineOf(verb: string, ...parts: readonly string[]): ByteString {
  const line = [verb, ...parts].join(SPACE);
  assert(!line.includes('\n'), 'a message is one line');
  return line as ByteString;
}

/** The word `name=value`. A text is written as it is: ASCII without spaces, which is the caller's to know. */
export function field(name: string, value: number | boolean | string): string {
  return `${name}=${value}`;
}

export function changeText(change: Change): string {
  const { key } = change;
  const isPlain = key !== EMPTY && !key.includes(SPACE) && !breaksLine(key);
  if (change.op === 'delete') return isPlain ? `DELETE ${key}` : `DELETE_BASE64 ${base64Of(key)}`;
  const { value } = change;
  return isPlain && !breaksLine(value) ? `SET ${key} ${value}` : `SET_BASE64 ${base64Of(key)} ${base64Of(value)}`;
}

/** Bytes as one word, which is never taken for a field. */
export function token(bytes: ByteString): string {
  const isPlain = bytes !== EMPTY && !bytes.includes('=') && !bytes.includes(SPACE) && !breaksLine(bytes);
  return isPlain ? bytes : `=${base64Of(bytes)}`;
}

/** A carriage return is kept out too: readers of lines take one at the end for a part of the line's end. */
function breaksLine(bytes: ByteString): boolean {
  return bytes.includes('\n') || bytes.includes('\r');
}

/**
 * Reads one line from left to right. Never throws: the first thing found wrong is kept as {@link problem},
 * one line, and whatever is read from then on is of no worth; {@link LineReader.result} says which it was.
 */
export class LineReader {
  /** The first word. */
  readonly verb: string;
  problem: string | null = null;
  readonly #line: ByteString;
  /** Where the next word begins; beyond the end when there is none. */
  #at: number;
  #fields: Map<string, string> | null = null;

  constructor(line: ByteString) {
    this.#line = line;
    const space = line.indexOf(SPACE);
    this.verb = space === -1 ? line : line.slice(0, space);
    this.#at = this.verb.length + 1;
  }

  /** Whether anything stands behind what was read. */
  hasMore(): boolean {
    return this.problem === null && this.#at <= this.#line.length;
  }

  /** The next word, whatever it is. */
  word(what: string): string {
    if (!this.hasMore()) this.fail(`${what} is missing`);
    const space = this.#line.indexOf(SPACE, this.#at);
    const end = space === -1 ? this.#line.length : space;
    const word = this.#line.slice(this.#at, end);
    this.#at = end + 1;
    return word;
  }

  /** The next word as a whole number, 0 .. 2^53-1, without leading zeros. */
  wholeWord(what: string): number {
    return this.#whole(this.word(what), what);
  }

  /** The next word as bytes that {@link token} wrote. */
  token(what: string): ByteString {
    const word = this.word(what);
    return word.startsWith('=') ? this.#bytes(word.slice(1), true, what) : (word as ByteString);
  }

  /** All that is left, spaces included; empty when there is nothing. */
  rest(): ByteString {
    const rest = this.#line.slice(this.#at) as ByteString;
    this.#at = this.#line.length + 1;
    return rest;
  }

  /** The field of this name among those that stand here, null when it is not among them. Each is to be asked for. */
  optional(name: string): string | null {
    this.#fields ??= this.#readFields();
    const value = this.#fields.get(name) ?? null;
    this.#fields.delete(name);
    return value;
  }

  text(name: string): string {
    const value = this.optional(name);
    if (value === null) this.fail(`${name}= is missing`);
    return value ?? '';
  }

  /** A field that is a whole number, 0 .. 2^53-1, without leading zeros. */
  whole(name: string): number {
    return this.#whole(this.text(name), name);
  }

  /** The same; null when the field is absent. */
  optionalWhole(name: string): number | null {
    const value = this.optional(name);
    return value === null ? null : this.#whole(value, name);
  }

  /** A field that is `true` or `false`. */
  flag(name: string): boolean {
    const value = this.text(name);
    if (value !== 'true' && value !== 'false') this.fail(`${name} is neither true nor false`);
    return value === 'true';
  }

  /** The change that ends the line. */
  change(): Change {
    const verb = this.word('SET or DELETE');
    const isCoded = verb.endsWith('_BASE64');
    const op = isCoded ? verb.slice(0, -'_BASE64'.length) : verb;
    if (op !== 'SET' && op !== 'DELETE') this.fail('a change begins with SET, DELETE, SET_BASE64 or DELETE_BASE64');
    const key = this.#bytes(this.word('the key'), isCoded, 'the key');
    const value = op === 'SET' ? this.#value(isCoded) : EMPTY;
    if (!isCoded && key === EMPTY) this.fail('the key is empty');
    if (key.length > KEY_BYTES_MAX) this.fail(`the key is longer than ${KEY_BYTES_MAX} bytes`);
    if (value.length > VALUE_BYTES_MAX) this.fail(`the value is longer than ${VALUE_BYTES_MAX} bytes`);
    return op === 'SET' ? { op: 'set', key, value } : { op: 'delete', key };
  }

  /** Keeps the first problem only. */
  fail(problem: string): void {
    this.problem ??= problem;
  }

  /** The value, if the line was good and was read whole; else one line that says what is wrong with it. */
  result<Value>(value: Value): Result<Value, string> {
    if (this.problem === null && this.#at <= this.#line.length) this.fail('something stands behind its end');
    const unknown = this.#fields?.keys().next().value;
    if (unknown !== undefined) this.fail(`${unknown}= is not known`);
    return this.problem === null ? ok(value) : fail(`${this.verb}: ${this.problem}`);
  }

  #value(isCoded: boolean): ByteString {
    if (!this.hasMore()) this.fail('the value is missing');
    return isCoded ? this.#bytes(this.word('the value'), true, 'the value') : this.rest();
  }

  #bytes(word: string, isCoded: boolean, what: string): ByteString {
    if (!isCoded) return word as ByteString;
    const bytes = bytesOfBase64(word);
    if (bytes === null) this.fail(`${what} is not base64`);
    return bytes ?? EMPTY;
  }

  #whole(text: string, what: string): number {
    const value = WHOLE.test(text) ? Number(text) : -1;
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value;
    this.fail(`${what} is not a whole number from 0 to 2^53-1`);
    return 0;
  }

  /** The fields that stand here, up to the first word that is none. */
  #readFields(): Map<string, string> {
    const fields = new Map<string, string>();
    while (this.hasMore()) {
      const name = FIELD.exec(this.#line.slice(this.#at, this.#at + 33))?.[0].slice(0, -1);
      if (name === undefined) break;
      if (fields.has(name)) this.fail(`${name}= stands there twice`);
      fields.set(name, this.word(name).slice(name.length + 1));
    }
    return fields;
  }
}

/** How the messages of one system stand on lines. */
export interface LineRules<Message> {
  readonly write: (message: Message) => ByteString;
  /** By verb, in capitals: reads what stands behind it. */
  readonly read: Readonly<Record<string, (line: LineReader) => Message>>;
}

/** A codec of lines without their line feed. A carriage return at the end is overlooked, for those who type. */
export function lineCodec<Message>({ write, read }: LineRules<Message>): Codec<Message> {
  const verbs = Object.keys(read).join(SPACE);
  return {
    encode: (message) => bytesOf(write(message)),
    decode: (bytes) => {
      const whole = byteStringOf(bytes);
      const line = (whole.endsWith('\r') ? whole.slice(0, -1) : whole) as ByteString;
      if (line.includes('\n')) return fail('a message is one line, and a line feed stands in this one');
      const reader = new LineReader(line);
      const readRest = Object.hasOwn(read, reader.verb) ? read[reader.verb] : undefined;
      return readRest === undefined ? fail(`unknown message; known are ${verbs}`) : reader.result(readRest(reader));
    },
  };
}

/** One line for a person, with its end, such as the answer to a line that could not be read. */
export function textLine(text: string): ByteString {
  return byteStringFromText(`${text.replace(/[\r\n]/g, SPACE)}\n`);
}
