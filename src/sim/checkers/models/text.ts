import { withoutOutcome, type Operation } from '../history.js';
import { spelled, textOf, textValue } from '../value.js';
import { ILLEGAL, Interner, type FileModel, type Origins, type Specification, type UniqueValues } from '../specification.js';
import { uniqueValues, type Access } from './values.js';

/**
 * A key that holds a text, at first the empty one unless another is said: get, set (put of other checkers), append.
 *
 * Quotient: a text that is no beginning of any text read here can never be read, whatever is appended; all
 * such texts are one. That is what tames a thousand appends of which few were read.
 */
export const text: FileModel = textHolding('');

function textHolding(initial: string): FileModel {
  return {
    name: 'text',
    problemOf,
    forget: withoutOutcome,
    specify: (operations, isQuotient) => new TextSpecification(operations, isQuotient, initial),
    holding: textHolding,
  };
}

const NAMES = ['get', 'set', 'append'];

function problemOf({ op, outcome, value, resultValue }: Operation): string | null {
  if (!NAMES.includes(op)) return `the text model has no "${op}"`;
  if (op !== 'get' && value === null) return `this ${op} needs a value`;
  if (op === 'append' && textOf(value!) === null) return `an append needs a text, and ${spelled(value!)} is none`;
  if (outcome !== 'ok' && outcome !== 'unknown') return `a ${op} of a text cannot end in ${outcome}`;
  if (op === 'get' && outcome === 'ok' && resultValue === null) return 'a get needs the text that it found';
  return null;
}

const GET = 0;
const SET = 1;
const APPEND = 2;

/** Instead of a state: not yet computed. */
const NOT_YET = -2;
const UNREAD = 1;

class TextSpecification implements Specification {
  readonly initialState: number;
  readonly classes: Int32Array;
  readonly inputs: Int32Array;
  readonly observers: Uint8Array;
  readonly needless: Uint8Array;
  readonly eras = null;
  readonly values: UniqueValues | null;
  readonly origins: Origins | null;
  readonly #kinds: Uint8Array;
  /** The state that a get wants or a set makes. */
  readonly #targets: Int32Array;
  readonly #operations: readonly Operation[];
  readonly #texts = new Interner<string | null>();
  /** Texts read here, ascending; null: no quotient. */
  readonly #read: readonly string[] | null;
  /** For each append class (row of the inner map) the state after it, by the state before. */
  readonly #appended: Map<number, number>[] = [];

  constructor(operations: readonly Operation[], isQuotient: boolean, initial: string) {
    const n = operations.length;
    this.#operations = operations;
    this.#kinds = new Uint8Array(n);
    this.#targets = new Int32Array(n);
    this.classes = new Int32Array(n);
    this.observers = new Uint8Array(n);
    this.needless = new Uint8Array(n);
    const read = new Set<string>();
    for (const { op, resultValue } of operations) if (op === 'get' && resultValue !== null) read.add(resultValue);
    this.#read = isQuotient ? [...read].sort((a, b) => (a < b ? -1 : 1)) : null;
    this.#texts.numberOf('');
    this.#texts.numberOf(null);
    this.initialState = this.#stateOf(initial);
    const classes = new Interner<string>();
    operations.forEach((operation, i) => {
      const kind = operation.op === 'get' ? GET : operation.op === 'set' ? SET : APPEND;
      const argument = (kind === GET ? operation.resultValue : operation.value) ?? '';
      this.#kinds[i] = kind;
      this.#targets[i] = kind === APPEND ? UNREAD : this.#stateOf(argument);
      this.observers[i] = kind === GET || (kind === APPEND && argument === '') ? 1 : 0;
      this.needless[i] = kind === SET && this.#targets[i] === UNREAD ? 1 : 0;
      this.classes[i] = classes.numberOf(kind === APPEND ? `append ${argument}` : `${kind} ${this.#targets[i]}`);
    });
    // The outcome of a set or append tells nothing; only gets differ by it, and those are never compared.
    this.inputs = this.classes;
    this.values = uniqueValues(operations, (operation) => accessOf(operation, initial));
    this.origins = originsOf(operations, this.#kinds, initial);
  }

  step(state: number, i: number): number {
    const kind = this.#kinds[i]!;
    if (kind === GET) return state === this.#targets[i] ? state : ILLEGAL;
    if (kind === SET) return this.#targets[i]!;
    return state === UNREAD ? UNREAD : this.#append(state, i);
  }

  describe(state: number): string {
    return state === UNREAD ? 'a text that nobody read' : spelled(this.#texts.keys[state] ?? '');
  }

  #append(state: number, i: number): number {
    const row = (this.#appended[this.classes[i]!] ??= new Map<number, number>());
    let after = row.get(state) ?? NOT_YET;
    if (after === NOT_YET) {
      after = this.#stateOf(joined(this.#texts.keys[state] ?? '', this.#operations[i]!.value ?? ''));
      row.set(state, after);
    }
    return after;
  }

  #stateOf(value: string): number {
    return this.#read === null || beginsOneOf(this.#read, value) ? this.#texts.numberOf(value) : UNREAD;
  }
}

/** Texts are joined; behind what is none nothing can be read. */
function joined(value: string, appended: string): string {
  const before = textOf(value);
  const text = textOf(appended);
  return before === null || text === null ? `${value}${appended}` : textValue(before + text);
}

/** More lengths than this, and the look over the history is not worth its while. */
const LENGTHS_MAX = 64;

/** A text that was found ends in what was last appended, or is what was last set. */
function originsOf(operations: readonly Operation[], kinds: Uint8Array, initial: string): Origins | null {
  const n = operations.length;
  const found = new Int32Array(n).fill(-1);
  const left = new Int32Array(n).fill(-1);
  const pieces = new Interner<string>();
  const lengths = new Set<number>();
  const pieceOf = (kind: number, value: string): string => `${kind} ${value}`;
  operations.forEach(({ value }, i) => {
    if (kinds[i] === GET || value === null) return;
    left[i] = pieces.numberOf(pieceOf(kinds[i]!, value));
    if (kinds[i] === APPEND) lengths.add(value.length);
  });
  if (lengths.size > LENGTHS_MAX) return null;
  const texts = new Interner<string>();
  operations.forEach(({ outcome, resultValue }, i) => {
    if (kinds[i] === GET && outcome === 'ok' && resultValue !== null && resultValue !== initial) found[i] = texts.numberOf(resultValue);
  });
  const sources = texts.keys.map((text) => {
    const ends = [...lengths].filter((length) => length > 0 && length <= text.length).map((length) => text.slice(-length));
    return [pieceOf(SET, text), ...ends.map((end) => pieceOf(APPEND, end))].flatMap((piece) => pieces.known(piece) ?? []);
  });
  return { found, left, sources };
}

/** Whether `value` is a beginning of one of `texts`, which are ascending: then it is one of the first that is not below it. */
function beginsOneOf(texts: readonly string[], value: string): boolean {
  let low = 0;
  let high = texts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (texts[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low < texts.length && texts[low]!.startsWith(value);
}

function accessOf({ op, value, resultValue }: Operation, initial: string): Access | null {
  if (op === 'set' && value !== null && value !== initial) return { kind: 'write', value };
  return op === 'get' ? { kind: 'read', value: resultValue === initial ? null : resultValue } : null;
}
