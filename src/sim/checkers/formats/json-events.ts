import { textValue } from '../value.js';
import { EventLog, type RawEvent } from './events.js';
import { JsonScanner } from './json-scanner.js';
import { jsonNumber } from './numbers.js';
import type { HistoryReader, ReadHistory, ReadOptions } from './sourced.js';
import { otherValue } from '../value.js';

const [COMMA, SQUARE, SQUARE_END, BRACE] = [44, 91, 93, 123];

const UNUSED: readonly string[] = ['time', 'index', 'error', 'exception'];

type Fields = { -readonly [Name in keyof RawEvent]: RawEvent[Name] };

/** Reads the events of {@link EdnHistory} as JSON objects, in one array or one after the other, as elle-cli takes them. */
export class JsonEvents extends JsonScanner implements HistoryReader {
  protected override readonly isByLines = false;
  readonly #log = new EventLog();
  readonly #options: ReadOptions;
  #isOpen = false;
  #isClosed = false;
  /** Whether a comma must come before the next event of the array. */
  #isSeparated = true;

  constructor(options: ReadOptions) {
    super();
    this.#options = options;
  }

  finish(): ReadHistory {
    this.readToEnd();
    if (this.#isOpen && !this.#isClosed) throw this.noJson('the text ends before a "]"');
    return this.#log.finish('nothing', this.#options, jsonValueNamed);
  }

  protected override readOne(): boolean {
    if (!this.skipBlanks(false)) return false;
    const byte = this.bytes[this.at]!;
    if (this.#isClosed) throw this.malformed('more stands behind the array of events');
    if (byte === SQUARE && !this.#isOpen && this.#log.isEmpty) this.#isOpen = true;
    else if (this.#isOpen && byte === SQUARE_END) this.#isClosed = true;
    else if (this.#isOpen && byte === COMMA && !this.#isSeparated) this.#isSeparated = true;
    else {
      if (this.#isOpen && !this.#isSeparated) throw this.noJson('a "," or "]" should be here');
      this.#event(byte);
      this.#isSeparated = false;
      return true;
    }
    this.at++;
    return true;
  }

  #event(byte: number): void {
    const { line } = this;
    if (byte !== BRACE) throw this.malformed('an event is a JSON object');
    const fields: Fields = { line, process: null, type: null, f: null, key: null, value: null };
    const seen: string[] = [];
    this.eachMember((name) => {
      if (seen.includes(name)) throw this.malformed(`the event has "${name}" twice`);
      seen.push(name);
      const value = this.value(1);
      if (name === 'process' || name === 'type' || name === 'f' || name === 'key' || name === 'value') fields[name] = value;
    });
    this.#log.add(fields);
    for (const name of seen) if (!(name in fields) && !UNUSED.includes(name)) this.#log.passedOver.add(`fields "${name}"`);
  }
}

/** The value that JSON means by a text; what is no number, null, true or false is a text, with or without quotation marks. */
export function jsonValueNamed(text: string): string | null {
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return otherValue(text);
  const number = jsonNumber(text);
  if (number !== null) return otherValue(number);
  return textValue(text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? (JSON.parse(text) as string) : text);
}
