import nodeCrypto from 'node:crypto';
import nodeProcess from 'node:process';
import nodeTimers from 'node:timers';

/** Code inside a run reached for time, chance or scheduling from outside the seed. */
export class NonDeterminismError extends Error {
  override readonly name = 'NonDeterminismError';

  constructor(readonly what: string) {
    super(`${what} was called while a simulated run lasts: its result does not come from the seed`);
  }
}

/** One property to replace while a run lasts. */
interface Forbidden {
  readonly owner: object;
  readonly key: string;
  readonly what: string;
}

/** All that throws while a run lasts, beside the parts of Date that read the clock. */
export const FORBIDDEN: readonly Forbidden[] = [
  { owner: Date, key: 'now', what: 'Date.now' },
  { owner: Math, key: 'random', what: 'Math.random' },
  { owner: performance, key: 'now', what: 'performance.now' },
  { owner: performance, key: 'timeOrigin', what: 'performance.timeOrigin' },
  { owner: globalThis, key: 'setTimeout', what: 'setTimeout' },
  { owner: globalThis, key: 'setInterval', what: 'setInterval' },
  { owner: globalThis, key: 'setImmediate', what: 'setImmediate' },
  { owner: globalThis, key: 'queueMicrotask', what: 'queueMicrotask' },
  { owner: globalThis, key: 'fetch', what: 'fetch' },
  { owner: nodeTimers, key: 'setTimeout', what: 'timers.setTimeout' },
  { owner: nodeTimers, key: 'setInterval', what: 'timers.setInterval' },
  { owner: nodeTimers, key: 'setImmediate', what: 'timers.setImmediate' },
  { owner: nodeProcess, key: 'nextTick', what: 'process.nextTick' },
  { owner: nodeProcess, key: 'hrtime', what: 'process.hrtime' },
  { owner: nodeProcess, key: 'uptime', what: 'process.uptime' },
  { owner: nodeProcess, key: 'cpuUsage', what: 'process.cpuUsage' },
  { owner: nodeProcess, key: 'memoryUsage', what: 'process.memoryUsage' },
  { owner: crypto, key: 'getRandomValues', what: 'crypto.getRandomValues' },
  { owner: crypto, key: 'randomUUID', what: 'crypto.randomUUID' },
  { owner: nodeCrypto, key: 'randomBytes', what: 'crypto.randomBytes' },
  { owner: nodeCrypto, key: 'randomUUID', what: 'crypto.randomUUID' },
  { owner: nodeCrypto, key: 'randomInt', what: 'crypto.randomInt' },
  { owner: nodeCrypto, key: 'randomFill', what: 'crypto.randomFill' },
  { owner: nodeCrypto, key: 'randomFillSync', what: 'crypto.randomFillSync' },
];

const RealDate = Date;

/**
 * `new Date()` and `Date()` read the clock; `new Date(0)`, `Date.parse` and `Date.UTC` are pure and stay.
 * A proxy, so that `instanceof Date` keeps its meaning.
 */
const GuardedDate = new Proxy(RealDate, {
  construct(target, parts: unknown[], newTarget): Date {
    if (parts.length === 0) throw new NonDeterminismError('new Date()');
    return Reflect.construct(target, parts, newTarget) as Date;
  },
  apply(): never {
    throw new NonDeterminismError('Date()');
  },
});

/** What puts each forbidden thing back; null while nothing is replaced. */
let undo: (() => void)[] | null = null;

/**
 * Runs `part` with every common source of time, chance and scheduling replaced by one that throws a
 * {@link NonDeterminismError}. What was there is put back afterwards, also when `part` throws. May be nested.
 *
 * `part` must be synchronous: what it leaves for later would run unguarded. Who wants the wall clock for
 * progress takes a reference before, as `const now = performance.now.bind(performance)`: names are
 * guarded, not functions, so it goes on working. Output to a stream schedules work, so it needs {@link unguarded}.
 *
 * @throws {TypeError} When `part` returns a promise.
 */
export function guarded<Value>(part: () => Value): Value {
  if (undo !== null) return part();
  forbid();
  try {
    const value = part();
    if (value instanceof Promise) throw new TypeError('a guarded run is synchronous; this one returned a promise');
    return value;
  } finally {
    allow();
  }
}

/** Lifts the guard for `part`, which looks at a run from outside, such as one that writes a transcript line. */
export function unguarded<Value>(part: () => Value): Value {
  if (undo === null) return part();
  allow();
  try {
    return part();
  } finally {
    forbid();
  }
}

/** Ends the guard for who gave up a guarded part from outside, so that nothing of it could put back what was there. */
export function liftGuard(): void {
  allow();
}

function allow(): void {
  for (const restore of undo ?? []) restore();
  undo = null;
}

function forbid(): void {
  undo = FORBIDDEN.map(({ owner, key, what }) => {
    const refuse = (): never => {
      throw new NonDeterminismError(what);
    };
    // process.hrtime is also an object, with `bigint` on it.
    return replace(owner, key, Object.assign(refuse, { bigint: refuse }));
  });
  undo.push(replace(globalThis, 'Date', GuardedDate));
}

function replace(owner: object, key: string, substitute: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, key);
  Object.defineProperty(owner, key, { value: substitute, writable: true, configurable: true, enumerable: before?.enumerable ?? false });
  return () => {
    // What was inherited shows again once the substitute in front of it is gone.
    if (before === undefined) Reflect.deleteProperty(owner, key);
    else Object.defineProperty(owner, key, before);
  };
}
