/** HISTORY AS JSON LINES: docs/FORMATS.md, "Histories of clients", has the fields, and a test reads the examples there. */
import type { Operation, OperationName, OperationOutcome } from '../history.js';
import { unknownLine } from '../../../core/base/did-you-mean.js';
import { otherValue, spelled, textOf } from '../value.js';
import { JsonScanner } from './json-scanner.js';
import { jsonValueNamed } from './json-events.js';
import { jsonNumber } from './numbers.js';
import { Malformed } from './scanner.js';
import { Tally, type HistoryReader, type ReadHistory, type ReadOptions, type SourcedOperation } from './sourced.js';
import type { Structure } from './structure.js';

const FIELDS = [
  'clientId',
  'key',
  'op',
  'value',
  'version',
  'expected',
  'callUs',
  'returnUs',
  'outcome',
  'resultValue',
  'resultVersion',
] as const;
type Field = (typeof FIELDS)[number];
type Fields = { [Name in Field]: Structure };

/** Each operation, and the fields besides those of all operations by which it means something. */
const OPS: Readonly<Record<OperationName, readonly Field[]>> = {
  get: ['resultValue', 'resultVersion'],
  put: ['value', 'version', 'resultVersion'],
  set: ['value', 'resultVersion'],
  delete: ['resultVersion'],
  append: ['value'],
  read: ['resultValue'],
  write: ['value'],
  cas: ['value', 'expected'],
  acquire: ['value'],
  release: ['value'],
};
const NOT_OF_ALL: readonly Field[] = ['value', 'version', 'expected', 'resultValue', 'resultVersion'];

/** Each outcome, and the fields by which it says more. */
const OUTCOMES: Readonly<Record<OperationOutcome | 'failed', readonly Field[]>> = {
  ok: ['resultValue', 'resultVersion', 'returnUs'],
  noKey: ['returnUs'],
  versionConflict: ['resultVersion', 'returnUs'],
  refused: ['returnUs'],
  unknown: [],
  failed: ['resultValue', 'resultVersion', 'returnUs'],
};
const OF_OUTCOMES: readonly Field[] = ['resultValue', 'resultVersion', 'returnUs'];

type Mutable = { -readonly [Name in keyof SourcedOperation]: SourcedOperation[Name] };
const VALUES = ['value', 'expected', 'resultValue'] as const;

const BRACE = 123;
const BYTE_ORDER_MARK = 0xef;

/** Reads the format above. */
export class JsonLines extends JsonScanner implements HistoryReader {
  protected override readonly isByLines = true;
  readonly #operations: Mutable[] = [];
  readonly #passedOver = new Tally();
  readonly #options: ReadOptions;
  /** Lines of the first value that is a text, and of the first that is a number. */
  #textLine: number | null = null;
  #numberLine: number | null = null;
  #lastLine = 0;

  constructor(options: ReadOptions) {
    super();
    this.#options = options;
  }

  finish(): ReadHistory {
    this.readToEnd();
    const assumed: string[] = [];
    this.#settleNumbers(assumed);
    checkClients(this.#operations);
    return {
      operations: this.#operations,
      keyed: null,
      clock: 'us',
      assumed,
      passedOver: this.#passedOver.counts,
      valueNamed: (text) => this.#valueNamed(text),
    };
  }

  protected override readOne(): boolean {
    if (!this.skipBlanks(false)) return false;
    const { line } = this;
    if (this.bytes[this.at] === BYTE_ORDER_MARK) throw this.malformed('it begins with a byte order mark: save it as UTF-8 without one');
    if (this.bytes[this.at] !== BRACE) throw this.malformed('this is not a JSON object');
    if (line === this.#lastLine) throw this.malformed('a line holds one JSON object');
    const fields: Fields = { ...NOTHING };
    let seen = 0;
    this.eachMember((name) => {
      const field = FIELDS.indexOf(name as Field);
      if (field < 0) throw this.malformed(unknownLine('field', textOf(name) ?? name, FIELDS));
      if ((seen & (1 << field)) !== 0) throw this.malformed(`"${name}" stands here twice`);
      seen |= 1 << field;
      fields[name as Field] = this.value(1);
    });
    this.#lastLine = line;
    const operation = this.#operationOf(fields);
    if (operation === null) this.#passedOver.add('operations that failed, and so did not happen');
    else this.#operations.push(operation);
    return true;
  }

  /** Numbers are kept as they are spelled until it is known what they are. */
  protected override numberMeaning(atom: string): string {
    return atom;
  }

  /** The operation of one line, or null when the line does not count. */
  #operationOf(fields: Fields): Mutable | null {
    const op = this.#word(fields.op, 'op', OPS);
    const outcome = this.#word(fields.outcome, 'outcome', OUTCOMES);
    for (const name of NOT_OF_ALL)
      if (fields[name] !== null && !OPS[op].includes(name)) throw this.malformed(`"${name}" means nothing for a ${op}`);
    for (const name of OF_OUTCOMES)
      if (fields[name] !== null && !OUTCOMES[outcome].includes(name))
        throw this.malformed(`${outcome === 'unknown' ? 'an unknown outcome' : `the outcome ${outcome}`} has no "${name}"`);
    const operation: Mutable = {
      clientId: this.#client(fields.clientId),
      key: this.#key(fields.key),
      op,
      value: this.#value(fields.value, 'value'),
      version: this.#version(fields.version, 'version'),
      expected: this.#value(fields.expected, 'expected'),
      outcome: outcome === 'failed' ? 'unknown' : outcome,
      resultValue: this.#value(fields.resultValue, 'resultValue'),
      resultVersion: this.#version(fields.resultVersion, 'resultVersion'),
      callUs: this.#wholeNumber(fields.callUs, 'callUs'),
      returnUs: null,
      line: this.line,
      answerLine: null,
    };
    if (outcome === 'failed') return null;
    if (outcome === 'unknown') return operation;
    operation.returnUs = this.#wholeNumber(fields.returnUs, 'returnUs');
    if (operation.returnUs < operation.callUs) throw this.malformed('it returned before it was called');
    return operation;
  }

  #word<Name extends string>(said: Structure, field: Field, known: Readonly<Record<Name, unknown>>): Name {
    if (typeof said === 'string' && Object.hasOwn(known, said)) return said as Name;
    throw this.malformed(`"${field}" must be one of ${Object.keys(known).join(', ')}`);
  }

  #client(said: Structure): number | string {
    const text = typeof said === 'string' ? textOf(said) : null;
    if (text !== null) return JSON.stringify(text);
    const number = numberOf(said);
    if (number === null) throw this.malformed('"clientId" must be a whole number or a text');
    return number;
  }

  #key(said: Structure): string {
    if (said === null) return '';
    if (typeof said !== 'string' || isNumber(said) || said === otherValue('true') || said === otherValue('false'))
      throw this.malformed('"key" must be a text');
    return said;
  }

  #value(said: Structure, field: Field): string | null {
    if (said === null) return null;
    if (typeof said !== 'string' || said === otherValue('true') || said === otherValue('false'))
      throw this.malformed(`"${field}" must be a text or a number`);
    if (isNumber(said)) this.#numberLine ??= this.line;
    else this.#textLine ??= this.line;
    return said;
  }

  #version(said: Structure, field: Field): number | null {
    if (said === null) return null;
    const number = numberOf(said);
    if (number === null || number < 0) throw this.malformed(`"${field}" must be a whole number, 0 or more and below 2^53`);
    return number;
  }

  #wholeNumber(said: Structure, field: Field): number {
    const number = numberOf(said);
    if (number === null) throw this.malformed(`"${field}" must be a whole number below 2^53`);
    return number;
  }

  /** Numbers are compared as numbers. Where texts are values too, the store keeps texts, and a number is the one that it is written as. */
  #settleNumbers(assumed: string[]): void {
    if (this.#numberLine === null) return;
    const areTexts = this.#areTexts();
    if (areTexts && this.#textLine !== null && this.#options.numbersAreTexts === null)
      assumed.push(
        `values are texts (line ${this.#textLine}) and numbers (line ${this.#numberLine}): a number is the text that it is written as`,
      );
    for (const operation of this.#operations) {
      for (const name of VALUES) {
        const value = operation[name];
        if (value !== null && isNumber(value)) operation[name] = areTexts ? spelled(value) : otherValue(jsonNumber(spelled(value))!);
      }
    }
  }

  #areTexts(): boolean {
    return this.#options.numbersAreTexts ?? this.#textLine !== null;
  }

  #valueNamed(text: string): string | null {
    const value = jsonValueNamed(text);
    return value !== null && isNumber(value) && this.#areTexts() ? text : value;
  }
}

const NOTHING: Fields = {
  clientId: null,
  key: null,
  op: null,
  value: null,
  version: null,
  expected: null,
  callUs: null,
  returnUs: null,
  outcome: null,
  resultValue: null,
  resultVersion: null,
};

/** One operation as a line of the format above, without the line's end. */
export function jsonLineOf(operation: Operation): string {
  const record = operation as unknown as Readonly<Record<string, unknown>>;
  return JSON.stringify(Object.fromEntries(FIELDS.filter((field) => record[field] !== null).map((field) => [field, record[field]])));
}

function isNumber(value: string): boolean {
  return textOf(value) === null && /^[-\d]/.test(spelled(value));
}

/** A whole number that a double holds, or null. */
function numberOf(said: Structure): number | null {
  if (typeof said !== 'string' || textOf(said) !== null) return null;
  const number = Number(spelled(said));
  return Number.isSafeInteger(number) ? number : null;
}

/** A client does one thing at a time. Throws for one that calls before its last answer. */
function checkClients(operations: readonly SourcedOperation[]): void {
  let isInOrder = true;
  for (let n = 1; n < operations.length && isInOrder; n++) isInOrder = operations[n]!.callUs >= operations[n - 1]!.callUs;
  const inOrder = isInOrder
    ? operations
    : operations.toSorted((a, b) => a.callUs - b.callUs || (a.returnUs ?? a.callUs) - (b.returnUs ?? b.callUs));
  const last = new Map<number | string, SourcedOperation>();
  for (const operation of inOrder) {
    const { clientId, callUs, line } = operation;
    const before = last.get(clientId);
    if (before !== undefined && before.returnUs! > callUs)
      throw new Malformed(
        line,
        `client ${clientId} calls at ${callUs}, before its operation of line ${before.line} returns at ${before.returnUs}; a client does one thing at a time`,
      );
    if (operation.returnUs !== null) last.set(clientId, operation);
  }
}
