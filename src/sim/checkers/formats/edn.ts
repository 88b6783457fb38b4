import { otherValue } from '../value.js';
import { EdnScanner } from './edn-scanner.js';
import { EventLog, type RawEvent } from './events.js';
import type { HistoryReader, ReadHistory, ReadOptions } from './sourced.js';
import { spellingOf, valueOf, type Structure } from './structure.js';

const [HASH, ROUND, SQUARE, BRACE] = [35, 40, 91, 123];
const [ROUND_END, SQUARE_END] = [41, 93];

const FIELDS = ['process', 'type', 'f', 'key', 'value'] as const;
const NAMES = new Map<Structure, number>(FIELDS.map((name, n) => [otherValue(`:${name}`), n]));

/** What every event of Jepsen has, and means nothing for the verdict: the order of the events is their time. */
const UNUSED = new Set<Structure>([':time', ':index', ':error', ':exception'].map(otherValue));

type Fields = { -readonly [Name in keyof RawEvent]: RawEvent[Name] };

/** Reads events as EDN maps, as Jepsen, Knossos and Porcupine's key-value tests write them: docs/FORMATS.md, "Histories of clients". */
export class EdnHistory extends EdnScanner implements HistoryReader {
  readonly #log = new EventLog();
  readonly #options: ReadOptions;
  /** The bracket that closes the list of all events, once one is open. */
  #closer: number | null = null;
  #isClosed = false;

  constructor(options: ReadOptions) {
    super();
    this.#options = options;
  }

  finish(): ReadHistory {
    this.readToEnd();
    if (this.#closer !== null && !this.#isClosed) throw this.malformed(`the text ends before a "${String.fromCharCode(this.#closer)}"`);
    return this.#log.finish('nothing', this.#options, ednValueNamed);
  }

  protected override readOne(): boolean {
    if (!this.skipBlanks()) return false;
    const byte = this.bytes[this.at]!;
    if (this.#isClosed) throw this.malformed('more stands behind the list of events');
    if (byte === this.#closer) {
      this.#isClosed = true;
      this.at++;
    } else if (this.#closer === null && this.#log.isEmpty && (byte === ROUND || byte === SQUARE)) {
      this.#closer = byte === ROUND ? ROUND_END : SQUARE_END;
      this.at++;
    } else this.#event(byte);
    return true;
  }

  #event(byte: number): void {
    const { line } = this;
    // A record is a map with its type as a tag: #jepsen.history.Op{…}.
    const isTagged = byte === HASH && this.bytes[this.at + 1] !== BRACE;
    if (isTagged) this.passTag();
    if (this.bytes[this.at] !== BRACE) {
      this.value(); // what is no value at all is said to be that
      this.line = line;
      throw this.malformed('an event is a map');
    }
    const fields: Fields = { line, process: null, type: null, f: null, key: null, value: null };
    let seen = 0;
    const others: Structure[] = [];
    this.eachEntry(() => {
      const key = this.value(1);
      if (this.endsMap()) throw this.malformed('a map has a key without a value');
      const field = NAMES.get(key);
      const isTwice = field === undefined ? others.includes(key) : (seen & (1 << field)) !== 0;
      if (isTwice) throw this.malformed(`the event has ${spellingOf(key)} twice`);
      if (field === undefined) {
        this.skipValue(1);
        others.push(key);
      } else {
        seen |= 1 << field;
        fields[FIELDS[field]!] = this.value(1);
      }
    });
    this.#log.add(fields);
    for (const key of others) if (!UNUSED.has(key)) this.#log.passedOver.add(`fields ${spellingOf(key)}`);
  }
}

/** Reads short texts of EDN, one after the other. */
export class EdnTexts extends EdnScanner {
  #values: Structure[] = [];

  /** All values of a text; throws `Malformed`. */
  read(text: string): readonly Structure[] {
    this.#values = [];
    this.readAll(Buffer.from(text));
    return this.#values;
  }

  protected override readOne(): boolean {
    if (!this.skipBlanks()) return false;
    this.#values.push(this.value());
    return true;
  }
}

/** The value that EDN means by a text; throws for what is no single value. */
export function ednValueNamed(text: string): string | null {
  const values = new EdnTexts().read(text);
  if (values.length !== 1) throw new Error('it is no single value of EDN, such as 0, nil, :a or "text"');
  const value = valueOf(values[0]!);
  if (value !== null && /^[A-Za-z]/.test(spellingOf(value)) && !['true', 'false'].includes(spellingOf(value)))
    throw new Error(`it is a symbol of EDN; a text is written "${text}", a keyword :${text}`);
  return value;
}
