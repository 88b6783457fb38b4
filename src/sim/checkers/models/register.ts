import { withoutOutcome, type Operation } from '../history.js';
import { ILLEGAL, Interner, type Eras, type FileModel, type Origins, type Specification, type UniqueValues } from '../specification.js';
import { otherValue, spelled } from '../value.js';
import { uniqueValues, writtenOnce, type Access } from './values.js';

/**
 * One register, empty at first unless it is said to hold a value: read, write, and cas, which writes if the present value is the expected
 * one and is refused if not (Jepsen's etcd test).
 *
 * Quotient: values that are neither read nor expected by anyone here are one value.
 */
export const register: FileModel = registerHolding(null);

function registerHolding(initial: string | null): FileModel {
  return {
    name: 'register',
    problemOf,
    forget: withoutOutcome,
    specify: (operations, isQuotient) => new RegisterSpecification(operations, isQuotient, initial),
    holding: registerHolding,
  };
}

const NAMES = ['read', 'write', 'cas'];

function problemOf({ op, outcome, value }: Operation): string | null {
  if (!NAMES.includes(op)) return `the register model has no "${op}"`;
  if (op !== 'read' && value === null) return `a ${op} needs a value`;
  if (outcome === 'noKey' || outcome === 'versionConflict') return `a ${op} of a register cannot end in ${outcome}`;
  if (outcome === 'refused' && op !== 'cas') return `a ${op} cannot be refused`;
  return null;
}

const READ = 0;
const WRITE = 1;
const CAS = 2;
const REFUSED = 3;

/** The state of a register that holds nothing. */
const EMPTY = 0;
const UNREAD = 1;

class RegisterSpecification implements Specification {
  readonly initialState: number;
  readonly classes: Int32Array;
  readonly inputs: Int32Array;
  readonly observers: Uint8Array;
  readonly needless: Uint8Array;
  readonly eras: Eras;
  readonly values: UniqueValues | null;
  readonly origins: Origins;
  readonly #kinds: Uint8Array;
  /** The value read or written. */
  readonly #values: Int32Array;
  readonly #expected: Int32Array;
  readonly #names = new Interner<string | null | undefined>();

  constructor(operations: readonly Operation[], isQuotient: boolean, initial: string | null) {
    const n = operations.length;
    this.#kinds = new Uint8Array(n);
    this.#values = new Int32Array(n);
    this.#expected = new Int32Array(n);
    this.classes = new Int32Array(n);
    this.inputs = new Int32Array(n);
    this.observers = new Uint8Array(n);
    this.needless = new Uint8Array(n);
    this.#names.numberOf(null);
    this.#names.numberOf(undefined);
    this.initialState = this.#compile(operations, isQuotient, initial);
    // An unread value is good for nothing but to have a cas refused.
    if (!this.#kinds.includes(REFUSED)) {
      for (let i = 0; i < n; i++) this.needless[i] = this.#kinds[i] === WRITE && this.#values[i] === UNREAD ? 1 : 0;
    }
    this.eras = this.#valuesAsEras();
    this.values = uniqueValues(operations, (operation) => accessOf(operation, initial));
    this.origins = this.#origins();
  }

  /** Returns the initial state. */
  #compile(operations: readonly Operation[], isQuotient: boolean, initial: string | null): number {
    const live = new Set<string | null>();
    for (const { op, outcome, resultValue, expected } of operations) {
      if (op === 'read' && outcome === 'ok') live.add(resultValue);
      if (op === 'cas') live.add(expected);
    }
    const numberOf = (value: string | null) => (!isQuotient || live.has(value) ? this.#names.numberOf(value) : UNREAD);
    const classes = new Interner<string>();
    const inputs = new Interner<string>();
    for (let i = 0; i < operations.length; i++) {
      const operation = operations[i]!;
      const { op, outcome } = operation;
      const kind = op === 'read' ? READ : op === 'write' ? WRITE : outcome === 'refused' ? REFUSED : CAS;
      const value = numberOf(op === 'read' ? operation.resultValue : operation.value);
      const expected = op === 'cas' ? numberOf(operation.expected) : UNREAD;
      this.#kinds[i] = kind;
      this.#values[i] = value;
      this.#expected[i] = expected;
      this.observers[i] = kind === READ || kind === REFUSED || (kind === CAS && value === expected) ? 1 : 0;
      this.classes[i] = classes.numberOf(`${kind} ${value} ${expected}`);
      this.inputs[i] = inputs.numberOf(`${op} ${op === 'read' ? '' : value} ${expected}`);
    }
    return initial === null ? EMPTY : numberOf(initial);
  }

  #origins(): Origins {
    const findable = (value: number): number => (value === this.initialState || value === UNREAD ? -1 : value);
    return {
      found: this.#values.map((value, i) =>
        findable(this.#kinds[i] === READ ? value : this.#kinds[i] === CAS ? this.#expected[i]! : UNREAD),
      ),
      left: this.#values.map((value, i) => (this.#kinds[i] === WRITE || this.#kinds[i] === CAS ? findable(value) : -1)),
      sources: null,
    };
  }

  /** A value that one operation at most writes is gone when it is overwritten; the empty register is written by nobody. */
  #valuesAsEras(): Eras {
    const count = this.#names.keys.length;
    const once = writtenOnce(this.#values, (i) => this.#kinds[i] === WRITE || this.#kinds[i] === CAS, count);
    once[UNREAD] = 0;
    // What was there at first and is written once was there twice.
    if (this.initialState !== EMPTY) once[this.initialState] = 0;
    const needed = (i: number) => (this.#kinds[i] === READ ? this.#values[i]! : this.#kinds[i] === CAS ? this.#expected[i]! : UNREAD);
    return {
      ofOperations: this.#values.map((_, i) => (once[needed(i)] === 1 ? needed(i) : -1)),
      ofState: (state) => (once[state] === 1 ? state : -1),
      count,
    };
  }

  step(state: number, i: number): number {
    switch (this.#kinds[i]) {
      case READ:
        return state === this.#values[i] ? state : ILLEGAL;
      case WRITE:
        return this.#values[i]!;
      case CAS:
        return state === this.#expected[i] ? this.#values[i]! : ILLEGAL;
      default:
        return state === this.#expected[i] ? ILLEGAL : state;
    }
  }

  describe(state: number): string {
    if (state === EMPTY) return 'empty';
    return state === UNREAD ? 'a value that nobody read' : spelled(this.#names.keys[state] ?? '');
  }
}

/** The value of a read that found nothing where something was at first: nobody writes it. */
const NOTHING = otherValue('nothing');

function accessOf({ op, value, resultValue }: Operation, initial: string | null): Access | null {
  if (op === 'write' && value !== null && value !== initial) return { kind: 'write', value };
  return op === 'read' ? { kind: 'read', value: resultValue === initial ? null : (resultValue ?? NOTHING) } : null;
}
