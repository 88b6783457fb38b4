import { isUtf8 } from 'node:buffer';
import { otherValue, textValue } from '../value.js';

/** Why a file is no history: leaves a reader, and never this folder. */
export class Malformed extends Error {
  readonly line: number;

  constructor(line: number, problem: string) {
    super(problem);
    this.line = line;
  }
}

/** The bytes at hand end within a value, and more are to come: thrown, and caught by {@link Scanner.each}. */
const NEED_MORE = new Error('more bytes are needed');

/** One value of a file may be so long; what is longer is no event of anybody. */
const VALUE_BYTES_MAX = 64 * 1024 * 1024;

const NEWLINE = 10;
const QUOTE = 34;
const BACKSLASH = 92;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', '\\': '\\', '/': '/' };

/** Words that were met are kept, so that those of a million events are each made once. A power of two. */
const KNOWN = 4_096;
/** Strings longer than this are not looked for among them. */
const KNOWN_BYTES_MAX = 48;

const [DIGIT_0, DIGIT_9] = [48, 57];
/** As many digits always fit a double. */
const DIGITS_MAX = 15;
const SMALL_NUMBERS: readonly string[] = Array.from({ length: 1_024 }, (_, number) => otherValue(String(number)));

/**
 * Reads values out of bytes that come in pieces, so that a file need be held neither whole nor as one string. What is common to EDN and
 * JSON: the window on the bytes, lines, strings, atoms.
 */
export abstract class Scanner {
  line = 1;
  protected bytes: Buffer = Buffer.alloc(0);
  protected at = 0;
  /** No more bytes come. */
  protected isLast = false;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #needed = 0;
  readonly #atoms = new Known();
  readonly #strings = new Known();
  readonly #texts = new Map<string, string>();

  /** Reads all values that are complete by now. */
  push(chunk: Uint8Array): void {
    this.#waiting.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#waitingBytes += chunk.byteLength;
    if (this.#waitingBytes >= this.#needed) this.#readOn();
  }

  /** Forgets what was read, and reads all values of these bytes. */
  protected readAll(bytes: Buffer): void {
    this.bytes = bytes;
    this.at = 0;
    this.line = 1;
    this.isLast = true;
    while (this.readOne());
  }

  /** Reads the rest, which must be complete. */
  protected readToEnd(): void {
    this.isLast = true;
    this.#readOn();
  }

  /** Reads one value, or what stands between values, and advances; false at the end of the bytes. */
  protected abstract readOne(): boolean;

  #readOn(): void {
    const rest = this.bytes.subarray(this.at);
    this.bytes = Buffer.concat([rest, ...this.#waiting]);
    this.at = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (;;) {
      const { at, line } = this;
      try {
        if (!this.readOne()) break;
      } catch (error) {
        if (error !== NEED_MORE) throw error;
        this.at = at;
        this.line = line;
        break;
      }
    }
    // Each try has at least twice the bytes of the one before, or a long value would be begun again and again.
    this.#needed = this.bytes.length - this.at;
    if (this.#needed > VALUE_BYTES_MAX) throw this.malformed(`one value is longer than ${VALUE_BYTES_MAX} bytes; is this a history?`);
  }

  protected malformed(problem: string): Malformed {
    return new Malformed(this.line, problem);
  }

  /** What to throw where the bytes end within something. */
  protected cutOff(problem: string): Error {
    return this.isLast ? this.malformed(problem) : NEED_MORE;
  }

  /** The string whose opening quotation mark is here, as a value. */
  protected string(canSpanLines: boolean): string {
    const { bytes } = this;
    const start = this.at + 1;
    let isAscii = true;
    let hasEscapes = false;
    let end = start;
    let hash = 0;
    for (; ; end++) {
      const byte = bytes[end];
      if (byte === QUOTE) break;
      hash = (Math.imul(hash, 31) + byte!) | 0;
      if (byte === undefined) throw this.cutOff('the text ends within a string');
      if (byte === BACKSLASH) {
        hasEscapes = true;
        end++;
      } else if (byte > 127) isAscii = false;
      else if (byte === NEWLINE) {
        if (!canSpanLines) throw this.malformed('the line ends within a string');
        this.line++;
      }
    }
    this.at = end + 1;
    if (isAscii && !hasEscapes && end - start <= KNOWN_BYTES_MAX) {
      const known = this.#strings.find(hash, bytes, start, end);
      return (
        known ?? this.#strings.keep(hash, bytes.toString('latin1', start, end), this.#once(textValue(bytes.toString('latin1', start, end))))
      );
    }
    if (!isAscii && !isUtf8(bytes.subarray(start, end))) return otherValue(`#bytes "${bytesText(bytes, start, end)}"`);
    const raw = bytes.toString(isAscii ? 'latin1' : 'utf8', start, end);
    return this.#once(textValue(hasEscapes ? this.#unescaped(raw) : raw));
  }

  /** The same string for equal ones: a history says the same things over and over. */
  #once(value: string): string {
    const known = this.#texts.get(value);
    if (known === undefined) this.#texts.set(value, value);
    return known ?? value;
  }

  #unescaped(raw: string): string {
    return raw.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gsu, (_, code: string | undefined, letter: string | undefined) => {
      if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
      const character = ESCAPES[letter ?? ''];
      if (character === undefined) throw this.malformed(`a string has an unknown escape: \\${letter}`);
      return character;
    });
  }

  /** The value of the atom here, which goes on to the next byte of `ends`. */
  protected atom(ends: Uint8Array): string {
    const { bytes } = this;
    const start = this.at;
    let hash = 0;
    let number = 0;
    let isNumber = true;
    let end = start;
    for (let byte = bytes[end]; byte !== undefined && ends[byte] === 0; byte = bytes[++end]) {
      hash = (Math.imul(hash, 31) + byte) | 0;
      if (byte < DIGIT_0 || byte > DIGIT_9) isNumber = false;
      else number = number * 10 + (byte - DIGIT_0);
    }
    if (end === bytes.length && !this.isLast) throw NEED_MORE;
    if (end === start) throw this.malformed(`unexpected ${JSON.stringify(String.fromCharCode(bytes[end] ?? 0))}`);
    this.at = end;
    // The most usual atom by far, in the one spelling that all numbers are brought to.
    if (isNumber && end - start <= DIGITS_MAX && (bytes[start] !== DIGIT_0 || end - start === 1))
      return SMALL_NUMBERS[number] ?? otherValue(String(number));
    const known = this.#atoms.find(hash, bytes, start, end);
    if (known !== null) return known;
    const text = bytes.toString('utf8', start, end);
    const value = this.#once(this.meaningOf(text));
    return text.length === end - start ? this.#atoms.keep(hash, text, value) : value;
  }

  /** The value of an atom that is spelled like this, which is not empty; throws for what is none. */
  protected abstract meaningOf(atom: string): string;
}

/** Some words and their values; a new one takes the place of an old one. */
class Known {
  readonly #texts: string[] = new Array<string>(KNOWN).fill('');
  readonly #values: string[] = new Array<string>(KNOWN).fill('');

  find(hash: number, bytes: Buffer, start: number, end: number): string | null {
    const slot = hash & (KNOWN - 1);
    return end > start && isSame(this.#texts[slot]!, bytes, start, end) ? this.#values[slot]! : null;
  }

  keep(hash: number, text: string, value: string): string {
    const slot = hash & (KNOWN - 1);
    this.#texts[slot] = text;
    this.#values[slot] = value;
    return value;
  }
}

function isSame(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let n = 0; n < text.length; n++) if (text.charCodeAt(n) !== bytes[start + n]) return false;
  return true;
}

/** Bytes that are not UTF-8, each of them visible. */
function bytesText(bytes: Buffer, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === BACKSLASH) text += '\\\\';
    else text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}
