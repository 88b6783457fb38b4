import { withoutOutcome, type Operation } from '../history.js';
import { ILLEGAL, Interner, type Eras, type FileModel, type Origins, type Specification, type UniqueValues } from '../specification.js';
import { spelled } from '../value.js';
import { uniqueValues, writtenOnce, type Access } from './values.js';

/**
 * The versioned store. A key is missing, or has a value and a version: the first put (version 0) or set
 * makes version 1, each later one adds 1, delete makes it missing again.
 *
 * Quotient: a value that nobody read is like any other such value; and if no operation asks for or tells
 * a version, versions are all alike.
 */
export const kv: FileModel = {
  name: 'kv',
  problemOf,
  forget: withoutOutcome,
  specify: (operations, isQuotient) => new KvSpecification(operations, isQuotient),
};

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

/** The state of a key that is not there; its version counts as 0. */
const MISSING = 0;
const ANY_VERSION = -1;
const NO_VERSION = -2;
const UNREAD = 0;

class KvSpecification implements Specification {
  readonly initialState = MISSING;
  readonly classes: Int32Array;
  readonly inputs: Int32Array;
  readonly observers: Uint8Array;
  readonly needless: Uint8Array;
  readonly eras: Eras | null;
  readonly values: UniqueValues | null;
  readonly origins: Origins;
  readonly #kinds: Uint8Array;
  /** The value read or written, as a number; UNREAD for one that nobody read. */
  readonly #values: Int32Array;
  /** The version that the key must have, or {@link ANY_VERSION}, or {@link NO_VERSION} when the answer contradicts itself. */
  readonly #before: Int32Array;
  /** The version that the key does not have, says a conflict. */
  readonly #conflicts: Int32Array;
  readonly #hasVersions: boolean;
  readonly #valueNames = new Interner<string | null>();
  // Of each state: its value and version; and the way back.
  readonly #stateValues: number[] = [UNREAD];
  readonly #stateVersions: number[] = [0];
  readonly #statesOfVersion: Map<number, number>[] = [];

  constructor(operations: readonly Operation[], isQuotient: boolean) {
    const n = operations.length;
    this.#kinds = new Uint8Array(n);
    this.#values = new Int32Array(n);
    this.#before = new Int32Array(n);
    this.#conflicts = new Int32Array(n).fill(ANY_VERSION);
    this.classes = new Int32Array(n);
    this.inputs = new Int32Array(n);
    this.observers = new Uint8Array(n);
    this.needless = new Uint8Array(n);
    this.#hasVersions = !isQuotient || operations.some((operation) => operation.op === 'put' || operation.resultVersion !== null);
    this.#valueNames.numberOf(null);
    this.#compile(operations, isQuotient);
    const canFall = this.#kinds.includes(DELETE_OK);
    for (let i = 0; i < n; i++) this.needless[i] = this.#isNeedless(i, canFall) ? 1 : 0;
    this.eras = this.#hasVersions && !canFall ? this.#versionsAsEras(n) : this.#valuesAsEras();
    this.values = this.#hasVersions ? null : uniqueValues(operations, accessOf);
    this.origins = this.#origins();
  }

  #compile(operations: readonly Operation[], isQuotient: boolean): void {
    const read = new Set<string | null>();
    for (const operation of operations) if (operation.op === 'get' && operation.outcome === 'ok') read.add(operation.resultValue);
    const classes = new Interner<string>();
    const inputs = new Interner<string>();
    for (let i = 0; i < operations.length; i++) {
      const operation = operations[i]!;
      const kind = kindOf(operation);
      const text = operation.op === 'get' ? operation.resultValue : operation.value;
      const value = !isQuotient || read.has(text) ? this.#valueNames.numberOf(text) : UNREAD;
      this.#kinds[i] = kind;
      this.#values[i] = value;
      // There are no more versions than operations: all beyond are one, which no key ever has.
      this.#before[i] = Math.min(versionBefore(operation, kind), operations.length + 1);
      if (kind === CONFLICT) this.#conflicts[i] = Math.min(operation.version ?? ANY_VERSION, operations.length + 1);
      this.observers[i] = kind === GET_OK || kind === ABSENT || kind === CONFLICT ? 1 : 0;
      this.classes[i] = classes.numberOf(`${kind} ${value} ${this.#before[i]} ${this.#conflicts[i]}`);
      this.inputs[i] = inputs.numberOf(`${operation.op} ${operation.op === 'get' ? '' : value} ${operation.version}`);
    }
  }

  #origins(): Origins {
    const isWrite = (i: number) => this.#kinds[i] === PUT_OK || this.#kinds[i] === SET_OK;
    return {
      found: this.#values.map((value, i) => (this.#kinds[i] === GET_OK ? value : -1)),
      left: this.#values.map((value, i) => (isWrite(i) && value !== UNREAD ? value : -1)),
      sources: null,
    };
  }

  /** Without a delete a version is never seen again, and there are no more versions than writes. */
  #versionsAsEras(n: number): Eras {
    return { ofOperations: this.#before, ofState: (state) => this.#stateVersions[state]!, count: n + 1 };
  }

  /** A value that one operation at most writes is gone when the key gets another one, or is deleted. */
  #valuesAsEras(): Eras {
    const isWrite = (i: number) => this.#kinds[i] === PUT_OK || this.#kinds[i] === SET_OK;
    const count = this.#valueNames.keys.length;
    const once = writtenOnce(this.#values, isWrite, count);
    once[UNREAD] = 0;
    return {
      ofOperations: this.#values.map((value, i) => (this.#kinds[i] === GET_OK && once[value] === 1 ? value : -1)),
      ofState: (state) => (once[this.#stateValues[state]!] === 1 ? this.#stateValues[state]! : -1),
      count,
    };
  }

  /** Without versions a value that nobody reads shows only in that it can be deleted. */
  #isNeedless(i: number, canFall: boolean): boolean {
    return !this.#hasVersions && !canFall && this.#kinds[i] === SET_OK && this.#values[i] === UNREAD;
  }

  step(state: number, i: number): number {
    const kind = this.#kinds[i]!;
    const before = this.#before[i]!;
    const version = this.#stateVersions[state]!;
    if (before !== ANY_VERSION && this.#hasVersions && version !== before) return ILLEGAL;
    switch (kind) {
      case GET_OK:
        return state !== MISSING && this.#stateValues[state] === this.#values[i] ? state : ILLEGAL;
      case ABSENT:
        return state === MISSING ? state : ILLEGAL;
      case CONFLICT:
        return state !== MISSING && version !== this.#conflicts[i] ? state : ILLEGAL;
      case DELETE_OK:
        return state === MISSING ? ILLEGAL : MISSING;
      default:
        return this.#stateOf(this.#values[i]!, this.#hasVersions ? version + 1 : 1);
    }
  }

  describe(state: number): string {
    if (state === MISSING) return 'no key';
    const value = this.#stateValues[state]!;
    const text = value === UNREAD ? 'a value that nobody read' : spelled(this.#valueNames.keys[value] ?? '');
    return this.#hasVersions ? `${text}, version ${this.#stateVersions[state]}` : text;
  }

  #stateOf(value: number, version: number): number {
    while (this.#statesOfVersion.length <= version) this.#statesOfVersion.push(new Map());
    const states = this.#statesOfVersion[version]!;
    let state = states.get(value);
    if (state === undefined) {
      state = this.#stateValues.length;
      this.#stateValues.push(value);
      this.#stateVersions.push(version);
      states.set(value, state);
    }
    return state;
  }
}

/** What the operation does when it takes effect; of an unknown outcome that is the success. */
function kindOf({ op, outcome }: Operation): number {
  if (outcome === 'noKey') return ABSENT;
  if (outcome === 'versionConflict') return CONFLICT;
  if (op === 'get') return GET_OK;
  if (op === 'put') return PUT_OK;
  return op === 'set' ? SET_OK : DELETE_OK;
}

/** The version just before the operation, as far as its input and its answer tell. */
function versionBefore({ version, resultVersion }: Operation, kind: number): number {
  switch (kind) {
    case PUT_OK:
      return resultVersion !== null && resultVersion !== (version ?? 0) + 1 ? NO_VERSION : (version ?? ANY_VERSION);
    case SET_OK:
      return resultVersion === null ? ANY_VERSION : resultVersion < 1 ? NO_VERSION : resultVersion - 1;
    case ABSENT:
      return 0;
    default:
      return resultVersion ?? ANY_VERSION;
  }
}

function accessOf({ op, outcome, value, resultValue }: Operation): Access | null {
  if (op === 'set' && value !== null) return { kind: 'write', value };
  if (op === 'get') return { kind: 'read', value: outcome === 'ok' ? resultValue : null };
  return null;
}
