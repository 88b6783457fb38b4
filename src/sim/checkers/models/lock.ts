import { withoutOutcome, type Operation } from '../history.js';
import { spelled } from '../value.js';
import { ILLEGAL, Interner, type FileModel, type Specification } from '../specification.js';
import { clientName } from '../../base/process-names.js';

/**
 * A lock that one owner holds at a time, free at first. The owner is the operation's value, or without one
 * its client. It is not re-entrant: an owner who holds it is refused a second acquire. A release is refused
 * to whoever does not hold it.
 */
export const lock: FileModel = {
  name: 'lock',
  problemOf,
  forget: withoutOutcome,
  specify: (operations) => new LockSpecification(operations),
};

function problemOf({ op, outcome }: Operation): string | null {
  if (op !== 'acquire' && op !== 'release') return `the lock model has no "${op}"`;
  if (outcome === 'noKey' || outcome === 'versionConflict') return `${op} cannot end in ${outcome}`;
  return null;
}

const ACQUIRE = 0;
const HELD = 1;
const RELEASE = 2;
const NOT_MINE = 3;

const FREE = 0;

class LockSpecification implements Specification {
  readonly initialState = FREE;
  readonly classes: Int32Array;
  readonly inputs: Int32Array;
  readonly observers: Uint8Array;
  readonly needless: Uint8Array;
  readonly eras = null;
  readonly values = null;
  readonly origins = null;
  readonly #kinds: Uint8Array;
  readonly #owners: Int32Array;
  readonly #names = new Interner<string>();

  constructor(operations: readonly Operation[]) {
    const n = operations.length;
    this.#kinds = new Uint8Array(n);
    this.#owners = new Int32Array(n);
    this.classes = new Int32Array(n);
    this.inputs = new Int32Array(n);
    this.observers = new Uint8Array(n);
    this.needless = new Uint8Array(n);
    this.#names.numberOf('free');
    operations.forEach((operation, i) => {
      const isRefused = operation.outcome === 'refused';
      const owner = this.#names.numberOf(operation.value === null ? clientName(operation.clientId) : spelled(operation.value));
      const kind = operation.op === 'acquire' ? (isRefused ? HELD : ACQUIRE) : isRefused ? NOT_MINE : RELEASE;
      this.#kinds[i] = kind;
      this.#owners[i] = owner;
      this.observers[i] = isRefused ? 1 : 0;
      this.classes[i] = owner * 4 + kind;
      this.inputs[i] = owner * 4 + (kind & 2);
    });
  }

  step(state: number, i: number): number {
    const owner = this.#owners[i]!;
    switch (this.#kinds[i]) {
      case ACQUIRE:
        return state === FREE ? owner : ILLEGAL;
      case HELD:
        return state === FREE ? ILLEGAL : state;
      case RELEASE:
        return state === owner ? FREE : ILLEGAL;
      default:
        return state === owner ? ILLEGAL : state;
    }
  }

  describe(state: number): string {
    return state === FREE ? 'free' : `held by ${this.#names.keys[state]}`;
  }
}
