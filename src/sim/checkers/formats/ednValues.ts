/**
 * As much of EDN as histories use: nil, keywords, symbols (also true and false), numbers, strings, lists,
 * vectors, sets, maps whose keys are keywords, comments to the end of the line, commas as blanks, `#_` and
 * tags are refused. Each value knows its line, from 1.
 */
import { fail, ok, type Result } from '../../../core/base/result.js';
import type { HistoryProblem } from './sourced.js';

export interface EdnMap {
  readonly kind: 'map';
  readonly line: number;
  /** By the keyword's name, without the colon. */
  readonly entries: ReadonlyMap<string, EdnValue>;
}
export interface EdnList {
  /** Lists, vectors and sets. */
  readonly kind: 'list';
  readonly line: number;
  readonly items: readonly EdnValue[];
}
export interface EdnAtom {
  readonly kind: 'nil' | 'keyword' | 'number' | 'string' | 'symbol';
  readonly line: number;
  /** Of a keyword without the colon, of a string without quotes and escapes. */
  readonly text: string;
}
export type EdnValue = EdnMap | EdnList | EdnAtom;

/** Deeper nesting is refused: no history needs it, and it must not exhaust the stack. */
const DEPTH_MAX = 64;

/** All values of a text, one after the other. */
export function parseEdn(source: string): Result<EdnValue[], HistoryProblem> {
  const parser = new Parser(source);
  try {
    return ok(parser.all());
  } catch (error) {
    if (error instanceof Malformed) return fail({ line: parser.line, problem: error.message });
    throw error;
  }
}

/** A value as one text, the same for equal values; strings and numbers as they are. */
export function textOf(value: EdnValue): string {
  if (value.kind === 'list') return `[${value.items.map(textOf).join(' ')}]`;
  if (value.kind === 'map') return `{${[...value.entries].map(([name, item]) => `:${name} ${textOf(item)}`).join(', ')}}`;
  return value.kind === 'keyword' ? `:${value.text}` : value.text;
}

/** Leaves the parser; never leaves this file. */
class Malformed extends Error {}

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };
const BLANK = /[\s,]/;
const ATOM = /[^\s,()[\]{}";]+/y;
const NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?[NM]?$/;

class Parser {
  line = 1;
  #at = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  all(): EdnValue[] {
    const values: EdnValue[] = [];
    for (this.#skipBlanks(); this.#at < this.#source.length; this.#skipBlanks()) values.push(this.#value(0));
    return values;
  }

  #value(depth: number): EdnValue {
    if (depth > DEPTH_MAX) throw new Malformed('nested too deeply');
    const { line } = this;
    const isSet = this.#source.startsWith('#{', this.#at);
    if (isSet) this.#at++;
    const first = this.#source[this.#at]!;
    const closer = CLOSERS[first];
    if (closer === undefined) return first === '"' ? this.#string() : this.#atom();
    this.#at++;
    const items = this.#itemsUntil(closer, depth);
    return first === '{' && !isSet ? mapOf(items, line) : { kind: 'list', line, items };
  }

  #itemsUntil(closer: string, depth: number): EdnValue[] {
    const items: EdnValue[] = [];
    for (;;) {
      this.#skipBlanks();
      const next = this.#source[this.#at];
      if (next === undefined) throw new Malformed(`the text ends before a "${closer}"`);
      if (next === closer) {
        this.#at++;
        return items;
      }
      items.push(this.#value(depth + 1));
    }
  }

  #string(): EdnAtom {
    const { line } = this;
    const parts: string[] = [];
    for (let at = this.#at + 1; ; at++) {
      const character = this.#source[at];
      if (character === undefined) throw new Malformed('the text ends within a string');
      if (character === '"') {
        this.#at = at + 1;
        return { kind: 'string', line, text: parts.join('') };
      }
      if (character === '\n') this.line++;
      if (character !== '\\') parts.push(character);
      else {
        const escaped = ESCAPES[this.#source[++at] ?? ''];
        if (escaped === undefined) throw new Malformed('a string has an unknown escape');
        parts.push(escaped);
      }
    }
  }

  #atom(): EdnAtom {
    const { line } = this;
    ATOM.lastIndex = this.#at;
    const text = ATOM.exec(this.#source)?.[0];
    if (text === undefined || text.startsWith('#')) throw new Malformed(`unexpected ${JSON.stringify(this.#source[this.#at])}`);
    this.#at += text.length;
    if (text === 'nil') return { kind: 'nil', line, text };
    if (text.startsWith(':')) return { kind: 'keyword', line, text: text.slice(1) };
    return { kind: NUMBER.test(text) ? 'number' : 'symbol', line, text };
  }

  #skipBlanks(): void {
    for (let isComment = false; this.#at < this.#source.length; this.#at++) {
      const character = this.#source[this.#at]!;
      if (character === '\n') {
        this.line++;
        isComment = false;
      } else if (character === ';') isComment = true;
      else if (!isComment && !BLANK.test(character)) return;
    }
  }
}

function mapOf(items: readonly EdnValue[], line: number): EdnMap {
  if (items.length % 2 === 1) throw new Malformed('a map has a key without a value');
  const entries = new Map<string, EdnValue>();
  for (let n = 0; n < items.length; n += 2) {
    const name = items[n]!;
    if (name.kind !== 'keyword') throw new Malformed('a key of a map is a keyword');
    entries.set(name.text, items[n + 1]!);
  }
  return { kind: 'map', line, entries };
}
