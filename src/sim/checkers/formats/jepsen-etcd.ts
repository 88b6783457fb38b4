import { spelled, textOf } from '../value.js';
import { EdnTexts, ednValueNamed } from './edn.js';
import { EventLog } from './events.js';
import { nearest } from '../../../core/base/did-you-mean.js';
import { Malformed } from './scanner.js';
import type { HistoryReader, ReadHistory, ReadOptions } from './sourced.js';
import { pairOf, type Structure } from './structure.js';

const NEWLINE = 10;
const TYPES = ['invoke', 'ok', 'fail', 'info'];

/** `process :type :f value`, at the end of a line of any log, or the whole line, as in Jepsen's history.txt. */
const EVENT = /(?:^|\s)(\S+)[ \t]+:(invoke|ok|fail|info)[ \t]+:([^\s,}]+)(?:[ \t]+(.*?))?\s*$/;
/** What stands on a line of Jepsen's logger of operations, whether it is one or a remark. */
const LOGGED = /jepsen\.util(?: -|:)\s+(\S+)[ \t]+(:?)(\S+)/;
const OLD_STYLE = /jepsen\.util - /;

/** Reads logs of Jepsen, whole or the operations alone: docs/FORMATS.md, "Histories of clients". */
export class JepsenLog implements HistoryReader {
  readonly #log = new EventLog();
  readonly #options: ReadOptions;
  readonly #texts = new EdnTexts();
  readonly #processes = new Map<string, Structure>();
  #line = 0;
  #pieces: Buffer[] = [];

  constructor(options: ReadOptions) {
    this.#options = options;
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.#pieces.push(bytes.subarray(start, end));
      this.#takeLine();
      start = end + 1;
    }
    if (start < bytes.length) this.#pieces.push(Buffer.from(bytes.subarray(start)));
  }

  finish(): ReadHistory {
    this.#takeLine();
    return this.#log.finish('empty', this.#options, ednValueNamed);
  }

  #takeLine(): void {
    const text = (this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces)).toString('utf8');
    this.#pieces = [];
    this.#line++;
    const words = EVENT.exec(text);
    if (words !== null) this.#event(text, words[1]!, words[2]!, words[3]!, words[4] ?? '');
    else this.#other(text);
  }

  /** Of what looks like an operation and is none that can be read, nothing is passed over. */
  #other(text: string): void {
    if (text.trim() === '') return;
    const logged = LOGGED.exec(text) ?? /^(\d+)[ \t]+(:)(\S+)/.exec(text);
    const [, process, colon, second] = logged ?? [];
    const isEvent = logged !== null && (colon === ':' || (/^(\d+|:\S+)$/.test(process!) && nearest(second!, TYPES) !== null));
    if (isEvent)
      throw new Malformed(
        this.#line,
        `this is no event that can be read: ${JSON.stringify(`${process} ${colon}${second}`)} …; expected process :invoke|:ok|:fail|:info :f value`,
      );
    this.#log.passedOver.add('lines that are no events');
  }

  #event(text: string, process: string, type: string, f: string, rest: string): void {
    const line = this.#line;
    const isCertain = type === 'invoke' || type === 'ok';
    const values = this.#valuesOf(rest, isCertain, process);
    if (isCertain && values.length !== 1 && process !== ':nemesis')
      throw new Malformed(
        line,
        `an event with :${type} has one value, and this one has ${values.length === 0 ? 'none' : 'more'}: ${JSON.stringify(rest)}`,
      );
    const value = values[0] ?? null;
    // In logs of the first etcd test a cas fails when it was refused. Today an error is told with it, and :fail is what did not happen.
    const isRefused = type === 'fail' && f === 'cas' && OLD_STYLE.test(text) && values.length === 1 && pairOf(value) !== null;
    this.#log.add({
      line,
      process: this.#processOf(process),
      type: isRefused ? 'refused' : type,
      f,
      key: null,
      value: isCertain || isRefused ? value : null,
    });
  }

  #processOf(text: string): Structure {
    const known = this.#processes.get(text);
    if (known !== undefined) return known;
    const process = /^[\w:"-]+$/.test(text) ? (this.#texts.read(text)[0] ?? null) : null;
    if (process === null) throw new Malformed(this.#line, `no process: ${JSON.stringify(text)}`);
    this.#processes.set(text, process);
    return process;
  }

  /** The values behind an operation. Of an outcome that is no answer the rest tells only what went wrong. */
  #valuesOf(rest: string, isCertain: boolean, process: string): readonly Structure[] {
    try {
      const values = this.#texts.read(rest);
      const symbol = values.find((value) => isSymbol(value));
      if (symbol !== undefined && isCertain && process !== ':nemesis') throw new Malformed(1, `it is no value of EDN`);
      return values;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      if (!isCertain || process === ':nemesis') return [];
      throw new Malformed(this.#line, `no value of this operation: ${JSON.stringify(rest)}: ${error.message}`);
    }
  }
}

function isSymbol(value: Structure): boolean {
  if (typeof value !== 'string' || textOf(value) !== null) return false;
  const spelling = spelled(value);
  return /^[A-Za-z]/.test(spelling) && spelling !== 'true' && spelling !== 'false';
}
