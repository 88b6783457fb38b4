import { otherValue } from '../value.js';
import { ednNumber } from './numbers.js';
import { Scanner } from './scanner.js';
import { spellingOf, twiceIn, type Compound, type Structure } from './structure.js';

/** Deeper nesting is refused: no history needs it, and it must not exhaust the stack. */
const DEPTH_MAX = 64;

const NIL = otherValue('nil');

const tableOf = (characters: string): Uint8Array => {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
};
const BLANKS = tableOf(' \t\r\n\f\v,');
const ENDS = tableOf(' \t\r\n\f\v,()[]{}";');

const [NEWLINE, QUOTE, HASH, COLON, SEMICOLON, BACKSLASH, CARET, UNDERSCORE] = [10, 34, 35, 58, 59, 92, 94, 95];
const [ROUND, ROUND_END, SQUARE, SQUARE_END, BRACE, BRACE_END] = [40, 41, 91, 93, 123, 125];
const closerOf = (byte: number): number => (byte === ROUND ? ROUND_END : byte === SQUARE ? SQUARE_END : BRACE_END);

/**
 * EDN as Clojure prints it: nil, keywords, symbols, numbers, characters, strings, lists, vectors, sets, maps, tagged values (`#inst "…"`,
 * `#jepsen.history.Op{…}`), patterns (`#"…"`), maps of a namespace (`#:ns{…}`), comments, what is taken back with `#_`.
 */
export abstract class EdnScanner extends Scanner {
  /** Goes to the next byte of a value; false: there is none yet. */
  protected skipBlanks(depth = 0): boolean {
    const { bytes } = this;
    for (; this.at < bytes.length; this.at++) {
      const byte = bytes[this.at]!;
      if (byte === NEWLINE) this.line++;
      else if (byte === SEMICOLON) {
        const end = bytes.indexOf(NEWLINE, this.at);
        this.at = (end < 0 ? bytes.length : end) - 1;
      } else if (byte === HASH && bytes[this.at + 1] === UNDERSCORE) {
        this.at += 2;
        this.value(depth + 1);
        this.at--;
      } else if (BLANKS[byte] === 0) return true;
    }
    return false;
  }

  protected value(depth = 0): Structure {
    if (depth > DEPTH_MAX) throw this.malformed('nested too deeply');
    if (!this.skipBlanks(depth)) throw this.cutOff('the text ends where a value should be');
    const byte = this.bytes[this.at]!;
    switch (byte) {
      case QUOTE:
        return this.string(true);
      case ROUND:
      case SQUARE:
        return this.#compound('list', depth);
      case BRACE:
        return this.#compound('map', depth);
      case HASH:
        return this.#dispatched(depth);
      case CARET:
        // What is said about a value, and not the value.
        this.at++;
        this.value(depth + 1);
        return this.value(depth + 1);
      case BACKSLASH:
        return this.#character();
      default: {
        const value = this.atom(ENDS);
        return value === NIL ? null : value;
      }
    }
  }

  /** Passes over a value of which nothing is wanted. */
  protected skipValue(depth: number): void {
    if (!this.skipBlanks(depth)) throw this.cutOff('the text ends where a value should be');
    const { bytes } = this;
    const byte = bytes[this.at]!;
    if (ENDS[byte] === 1 || byte === HASH || byte === CARET || byte === BACKSLASH) return void this.value(depth);
    let end = this.at;
    while (end < bytes.length && ENDS[bytes[end]!] === 0) end++;
    if (end === bytes.length) return void this.atom(ENDS);
    this.at = end;
  }

  /** Enters a map whose brace is here; `take` must read a key and its value. */
  protected eachEntry(take: () => void): void {
    this.at++;
    while (!this.closes(BRACE_END)) take();
  }

  /** Whether the brace that closes a map is next. */
  protected endsMap(): boolean {
    return this.skipBlanks() && this.bytes[this.at] === BRACE_END;
  }

  /** Passes over the tag that is here, up to what is tagged. */
  protected passTag(): void {
    this.atom(ENDS);
    if (!this.skipBlanks()) throw this.cutOff('the text ends behind a tag');
  }

  /** Whether the closing bracket is next; it is passed. */
  protected closes(closer: number): boolean {
    if (!this.skipBlanks()) throw this.cutOff(`the text ends before a "${String.fromCharCode(closer)}"`);
    if (this.bytes[this.at] !== closer) return false;
    this.at++;
    return true;
  }

  #compound(kind: Compound['kind'], depth: number): Compound {
    const closer = closerOf(this.bytes[this.at++]!);
    const items: Structure[] = [];
    while (!this.closes(closer)) items.push(this.value(depth + 1));
    if (kind === 'map' && items.length % 2 === 1) throw this.malformed('a map has a key without a value');
    const compound = { kind, items };
    const twice = kind === 'list' ? null : twiceIn(compound);
    if (twice !== null) throw this.malformed(`a ${kind} has ${twice} twice`);
    return compound;
  }

  /** What begins with `#`. */
  #dispatched(depth: number): Structure {
    const next = this.bytes[this.at + 1];
    if (next === undefined) throw this.cutOff('the text ends behind a "#"');
    if (next === BRACE) {
      this.at++;
      return this.#compound('set', depth);
    }
    if (next === QUOTE) {
      this.at++;
      return { kind: 'tagged', tag: '"', items: [this.#pattern()] };
    }
    if (next === HASH) return this.atom(ENDS);
    if (next === COLON) return this.#mapOfNamespace(depth);
    const tag = spellingOf(this.atom(ENDS)).slice(1);
    if (tag === '') throw this.malformed(`unexpected ${JSON.stringify(String.fromCharCode(next))} behind a "#"`);
    return { kind: 'tagged', tag, items: [this.value(depth + 1)] };
  }

  /** A pattern is not escaped as strings are. */
  #pattern(): string {
    const { bytes } = this;
    let end = this.at + 1;
    for (; bytes[end] !== QUOTE; end += bytes[end] === BACKSLASH ? 2 : 1) {
      if (end >= bytes.length) throw this.cutOff('the text ends within a pattern');
      if (bytes[end] === NEWLINE) this.line++;
    }
    const text = bytes.toString('utf8', this.at, end + 1);
    this.at = end + 1;
    return otherValue(text);
  }

  /** `#:a{:b 1}` is `{:a/b 1}`. */
  #mapOfNamespace(depth: number): Compound {
    this.at++;
    const namespace = spellingOf(this.atom(ENDS));
    if (!this.skipBlanks(depth)) throw this.cutOff('the text ends where a map should be');
    if (this.bytes[this.at] !== BRACE) throw this.malformed(`#${namespace} stands before a map`);
    const { items } = this.#compound('map', depth);
    const named = items.map((item, n) => {
      const spelling = n % 2 === 0 ? spellingOf(item) : '';
      if (!spelling.startsWith(':')) return item;
      return otherValue(
        spelling.startsWith(':_/') ? `:${spelling.slice(3)}` : spelling.includes('/') ? spelling : `${namespace}/${spelling.slice(1)}`,
      );
    });
    return { kind: 'map', items: named };
  }

  /** `\a`, `\newline`, `\u0061`; the character itself may be one that ends other atoms. */
  #character(): string {
    const { bytes } = this;
    let end = this.at + 2;
    while (end < bytes.length && (ENDS[bytes[end]!] === 0 || bytes[end]! > 127)) end++;
    if (end >= bytes.length && !this.isLast) throw this.cutOff('');
    const name = bytes.toString('utf8', this.at + 1, Math.min(end, bytes.length));
    this.at = Math.min(end, bytes.length);
    const code = /^u([0-9a-fA-F]{4})$/.exec(name)?.[1];
    return otherValue(`\\${code === undefined ? name : String.fromCharCode(parseInt(code, 16))}`);
  }

  protected override meaningOf(atom: string): string {
    if (atom.includes('\ufffd')) throw this.malformed('bytes that are not UTF-8 stand outside of a string');
    if (!/^[+-]?\d/.test(atom)) return otherValue(atom);
    const number = ednNumber(atom);
    if (number === null) throw this.malformed(`this is no number: ${atom}`);
    return otherValue(number);
  }
}
