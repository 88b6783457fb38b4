import { advance, below } from '../../../src/core/base/random.js';
import type { Operation, OperationName, OperationOutcome } from '../../../src/sim/checkers/history.js';

/** Whole numbers below a bound, from one seed. */
export type Draw = (bound: number) => number;

export function drawsOf(seed: number): Draw {
  let state = advance(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  return (bound) => {
    state = advance(state);
    return below(state, bound);
  };
}

/** An operation with everything that is not said set to null. */
export function operation(what: { op: OperationName; callUs: number; returnUs: number | null } & Partial<Operation>): Operation {
  return {
    clientId: 1,
    key: 'k',
    value: null,
    version: null,
    expected: null,
    resultValue: null,
    resultVersion: null,
    outcome: what.returnUs === null ? 'unknown' : 'ok',
    ...what,
  };
}

/** What an object answers, by the plain meaning of the words; it shares nothing with the models. */
export interface Plain {
  /** Carries the operation out and returns the answer. */
  apply(input: Operation): { outcome: OperationOutcome; resultValue: string | null; resultVersion: number | null };
}

const answer = (outcome: OperationOutcome, resultValue: string | null = null, resultVersion: number | null = null) => ({
  outcome,
  resultValue,
  resultVersion,
});

export class PlainRegister implements Plain {
  constructor(public now: string | null = null) {}
  apply({ op, value, expected }: Operation) {
    if (op === 'read') return answer('ok', this.now);
    if (op === 'cas' && this.now !== expected) return answer('refused');
    this.now = value;
    return answer('ok');
  }
}

export class PlainKv implements Plain {
  constructor(
    public value: string | null = null,
    public version = 0,
  ) {}
  apply({ op, value, version }: Operation) {
    if (op === 'get') return this.value === null ? answer('noKey') : answer('ok', this.value, this.version);
    if (op === 'put') {
      if (this.value === null && version !== 0) return answer('noKey');
      if (this.value !== null && this.version !== version) return answer('versionConflict', null, this.version);
    }
    if (op === 'delete') {
      if (this.value === null) return answer('noKey');
      const { version: deleted } = this;
      this.value = null;
      this.version = 0;
      return answer('ok', null, deleted);
    }
    this.value = value;
    this.version++;
    return answer('ok', null, this.version);
  }
}

export class PlainLock implements Plain {
  constructor(public holder: string | null = null) {}
  apply({ op, clientId, value }: Operation) {
    const owner = value ?? `#${clientId}`;
    if (op === 'acquire') {
      if (this.holder !== null) return answer('refused');
      this.holder = owner;
      return answer('ok');
    }
    if (this.holder !== owner) return answer('refused');
    this.holder = null;
    return answer('ok');
  }
}

export class PlainText implements Plain {
  constructor(public now = '') {}
  apply({ op, value }: Operation) {
    if (op === 'get') return answer('ok', this.now);
    this.now = op === 'set' ? (value ?? '') : this.now + (value ?? '');
    return answer('ok');
  }
}

/** How to make histories of one object. */
export interface Maker {
  start(): Plain;
  /** The input of one operation, its times and answer not yet filled in. */
  input(draw: Draw, plain: Plain, clientId: number): Partial<Operation> & { op: OperationName };
  /** Whether versions are told in answers; else each is told or not by chance. */
  readonly tellsVersions?: boolean;
}

export interface Shape {
  readonly operations: number;
  readonly clients: number;
  /** Of 100 operations so many have no outcome. */
  readonly unknownPercent: number;
  /** The longest that an operation and a pause last. */
  readonly spanMax: number;
}

/**
 * A linearizable history: each client does one operation at a time, each of which takes effect at one moment
 * between its call and its return. A client whose operation has no outcome goes on as another client.
 */
export function makeHistory(maker: Maker, shape: Shape, draw: Draw): Operation[] {
  const plain = maker.start();
  const plans: { at: number; order: number; call: number; end: number; clientId: number; isUnknown: boolean }[] = [];
  const free = Array.from({ length: shape.clients }, (_, c) => ({ clientId: c + 1, atUs: draw(shape.spanMax + 1) }));
  let clients = shape.clients;
  for (let n = 0; n < shape.operations; n++) {
    const client = free[draw(free.length)]!;
    const call = client.atUs;
    const end = call + draw(shape.spanMax + 1);
    const isUnknown = draw(100) < shape.unknownPercent;
    const at = isUnknown ? call + draw(shape.spanMax * 6 + 1) : call + draw(end - call + 1);
    plans.push({ at, order: draw(1_000_000), call, end, clientId: client.clientId, isUnknown });
    client.atUs = end + 1 + draw(shape.spanMax + 1);
    if (isUnknown) client.clientId = ++clients;
  }
  plans.sort((a, b) => a.at - b.at || a.order - b.order);
  const made = plans.map(({ call, end, clientId, isUnknown }) => {
    const input = operation({ ...maker.input(draw, plain, clientId), clientId, callUs: call, returnUs: end });
    if (isUnknown) {
      if (draw(2) === 0) plain.apply(input);
      return { ...input, outcome: 'unknown' as const, returnUs: null };
    }
    const told = plain.apply(input);
    const isVersionTold = maker.tellsVersions ?? draw(2) === 0;
    return { ...input, ...told, resultVersion: isVersionTold ? told.resultVersion : null };
  });
  return made.sort((a, b) => a.callUs - b.callUs);
}

/** The definition, word for word and slow: some order that keeps the order of time and that the object explains. */
export function isLinearizableByDefinition<State extends Plain>(
  operations: readonly Operation[],
  start: State,
  clone: (state: State) => State,
): boolean {
  const left = new Set(operations);
  const go = (state: State): boolean => {
    if ([...left].every(({ returnUs }) => returnUs === null)) return true;
    for (const next of [...left]) {
      if ([...left].some((other) => other.returnUs !== null && other.returnUs < next.callUs)) continue;
      const after = clone(state);
      if (!explains(after.apply(next), next)) continue;
      left.delete(next);
      const isDone = go(after);
      left.add(next);
      if (isDone) return true;
    }
    return false;
  };
  return go(start);
}

function explains(told: ReturnType<Plain['apply']>, { outcome, resultValue, resultVersion }: Operation): boolean {
  if (outcome === 'unknown') return true;
  return told.outcome === outcome && told.resultValue === resultValue && (resultVersion === null || told.resultVersion === resultVersion);
}
