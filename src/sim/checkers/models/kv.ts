import type { Operation } from '../history.js';
import { ILLEGAL, Interner, type Model, type Specification } from '../model.js';

/**
 * The versioned store. A key is missing, or has a value and a version: the first put (version 0) or set
 * makes version 1, each later one adds 1, delete makes it missing again.
 *
 * If no operation here asks for or tells a version, all versions are one: nobody could tell them apart.
 */
export const kv: Model = { name: 'kv', problemOf, specify };

const NAMES = ['get', 'put', 'set', 'delete'];

function problemOf(operation: Operation): string | null {
  const { op, outcome, value, version } = operation;
  if (!NAMES.includes(op)) return `the kv model has no "${op}"`;
  if (op === 'put' && version === null) return 'a put needs a version';
  if ((op === 'put' || op === 'set') && value === null) return `a ${op} needs a value`;
  if (op === 'get' && outcome === 'ok' && operation.resultValue === null) return 'a get that found the key needs the value';
  if (outcome === 'refused') return `a ${op} cannot be refused in the kv model`;
  if (outcome === 'noKey' && (op === 'set' || (op === 'put' && version === 0))) return `this ${op} cannot meet a missing key`;
  if (outcome === 'versionConflict' && op !== 'put') return `a ${op} cannot meet a version conflict`;
  return null;
}

const GET_OK = 0;
const ABSENT = 1;
const PUT_OK = 2;
const CONFLICT = 3;
const SET_OK = 4;
const DELETE_OK = 5;

const MISSING = 0;
const ANY = -1;
/** A value that nobody read: which one it was makes no difference. */
const UNREAD = 0;

function specify(operations: readonly Operation[], isQuotient: boolean): Specification {
  return new KvSpecification(operations, isQuotient);
}

class KvSpecification implements Specification {
  readonly initialState = MISSING;
  readonly classes: Int32Array;
  readonly observers: Uint8Array;
  readonly levels: Specification['levels'];
  readonly values: Specification['values'];
  readonly #kinds: Uint8Array;
  /** The value read or written, as a number; UNREAD for one that nobody read. */
  readonly #values: Int32Array;
  /** The version that the key must have, or {@link ANY}. */
  readonly #before: Int32Array;
  /** The version that a conflict says the key does not have. */
  readonly #notVersion: Int32Array;
  readonly #hasVersions: boolean;
  readonly #valueNames = new Interner<string | null>();
  // States above MISSING: parallel lists, and a map from (value, version) to their place.
  readonly #stateValues: number[] = [UNREAD];
  readonly #stateVersions: number[] = [0];
  readonly #byVersion: Map<number, number>[] = [];

  constructor(operations: readonly Operation[], isQuotient: boolean) {
    const n = operations.length;
    this.#kinds = new Uint8Array(n);
    this.#values = new Int32Array(n);
    this.#before = new Int32Array(n).fill(ANY);
    this.#notVersion = new Int32Array(n).fill(ANY);
    this.classes = new Int32Array(n);
    this.observers = new Uint8Array(n);
    this.#hasVersions = !isQuotient || operations.some((operation) => operation.op === 'put' || operation.resultVersion !== null);
    const read = new Set<string | null>();
    for (const operation of operations) if (operation.op === 'get' && operation.outcome === 'ok') read.add(operation.resultValue);
    this.#valueNames.numberOf(null);
    const classes = new Interner<string>();
    operations.forEach((operation, i) => {
      const kind = kindOf(operation);
      const value = operation.op === 'get' ? operation.resultValue : operation.value;
      const isLive = !isQuotient || read.has(value);
      this.#kinds[i] = kind;
      this.#values[i] = isLive ? this.#valueNames.numberOf(value) : UNREAD;
      this.#before[i] = versionBefore(operation, kind);
      if (kind === CONFLICT) this.#notVersion[i] = operation.version ?? ANY;
      this.observers[i] = kind === GET_OK || kind === ABSENT || kind === CONFLICT ? 1 : 0;
      const isUnknown = operation.outcome === 'unknown' ? 1 : 0;
      this.classes[i] = classes.numberOf(`${kind} ${this.#values[i]} ${this.#before[i]} ${this.#notVersion[i]} ${isUnknown}`);
    });
    this.levels = null;
    this.values = null;
  }

  step(state: number, i: number): number {
    const kind = this.#kinds[i]!;
    const before = this.#before[i]!;
    const version = this.#stateVersions[state]!;
    if (before !== ANY && this.#hasVersions && version !== before) return ILLEGAL;
    if (kind === GET_OK) return state !== MISSING && this.#stateValues[state] === this.#values[i] ? state : ILLEGAL;
    if (kind === ABSENT) return state === MISSING ? state : ILLEGAL;
    if (kind === CONFLICT) return state !== MISSING && version !== this.#notVersion[i] ? state : ILLEGAL;
    if (kind === DELETE_OK) return state === MISSING ? ILLEGAL : MISSING;
    return this.#stateOf(this.#values[i]!, this.#hasVersions ? version + 1 : 1);
  }

  describe(state: number): string {
    if (state === MISSING) return 'no key';
    const value = this.#stateValues[state]!;
    const text = value === UNREAD ? 'a value nobody read' : JSON.stringify(this.#valueNames.keys[value]);
    return this.#hasVersions ? `${text} at version ${this.#stateVersions[state]}` : text;
  }

  #stateOf(value: number, version: number): number {
    let row = this.#byVersion[version];
    if (row === undefined) {
      while (this.#byVersion.length <= version) this.#byVersion.push(new Map());
      row = this.#byVersion[version]!;
    }
    let state = row.get(value);
    if (state === undefined) {
      state = this.#stateValues.length;
      this.#stateValues.push(value);
      this.#stateVersions.push(version);
      row.set(value, state);
    }
    return state;
  }
}

/** An unknown outcome is that of the success: without it there was no effect at all. */
function kindOf({ op, outcome }: Operation): number {
  if (outcome === 'noKey') return ABSENT;
  if (outcome === 'versionConflict') return CONFLICT;
  if (op === 'get') return GET_OK;
  if (op === 'put') return PUT_OK;
  return op === 'set' ? SET_OK : DELETE_OK;
}

/** The version just before the operation, as far as its input and its answer say; of a missing key it is 0. */
function versionBefore({ version, resultVersion }: Operation, kind: number): number {
  if (kind === PUT_OK) {
    const isContradiction = resultVersion !== null && resultVersion !== (version ?? 0) + 1;
    return isContradiction ? -2 : (version ?? ANY);
  }
  if (kind === SET_OK) return resultVersion === null ? ANY : resultVersion - 1;
  return kind === ABSENT ? 0 : (resultVersion ?? ANY);
}
