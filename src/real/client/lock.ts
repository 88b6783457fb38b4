import type { ByteString } from '../../core/base/bytestring.js';
import { connectionId, fromMs, nodeId } from '../../core/base/units.js';
import type { ClientOptions } from '../../core/client/calls.js';
import type { ClientMessage } from '../../core/client/client.js';
import { lockMachine, type LockCall, type LockOutcome, type LockState } from '../../core/client/lock.js';
import type { CallOptions, Lock, LockSettings } from './api.js';
import { checkCallOptions } from './arguments.js';
import { badArgument, ERROR_CODES, MaybeError, NotDoneError } from './errors.js';
import type { ClientPools } from './pools.js';
import { ClientRoutes } from './routes.js';
import { monotonicNow } from '../base/clock.js';
import { drawSeed } from '../base/entropy.js';
import { Host } from '../host/host.js';
import type { Log } from '../base/log.js';

const APPLICATION = connectionId(1);
const POLL_MS = 20;
const POLL_MS_MAX = 1_000;

/** A lock of core/client/lock.ts over the connections of a client. Its calls go one after the other. */
export class LockHandle implements Lock {
  readonly #host: Host<LockState, ClientMessage, LockCall, LockOutcome>;
  readonly #routes: ClientRoutes;
  readonly #timeoutMs: number;
  readonly #waiters = new Map<number, (outcome: LockOutcome | Error) => void>();
  /** The end of the call before, however it ends. */
  #before: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  #isClosed = false;

  constructor(
    pools: ClientPools,
    key: ByteString,
    settings: LockSettings,
    client: ClientOptions & { readonly timeLimitMs: number },
    log: Log,
  ) {
    const { owner = 'client', pollMs = POLL_MS, pollMsMax = Math.max(pollMs, POLL_MS_MAX) } = settings;
    if (owner === '' || owner.includes('/')) throw badArgument('the owner of a lock is a name without "/"');
    for (const [name, ms] of [
      ['pollMs', pollMs],
      ['pollMsMax', pollMsMax],
    ] as const) {
      if (!(ms >= 1)) throw badArgument(`${name} is a number of milliseconds, 1 or more, not ${String(ms)}`);
    }
    if (pollMsMax < pollMs) throw badArgument(`pollMsMax (${pollMsMax}) is not less than pollMs (${pollMs})`);
    this.#timeoutMs = client.timeLimitMs;
    // A put on a version needs no session: whatever comes late meets a newer one.
    const machine = lockMachine({
      key,
      owner,
      pollMs,
      pollMsMax,
      timeLimitMs: client.timeLimitMs,
      client: { ...client, useSessions: false, mayDouble: false, first: pools.leader },
    });
    this.#routes = new ClientRoutes(pools, (from, response) => this.#host.message(from, response));
    this.#host = new Host(machine, {
      now: monotonicNow,
      seed: drawSeed(),
      send: (to, message) => this.#routes.send(to, message),
      respond: (_, outcome) => this.#settle(outcome.id, outcome),
      perform: () => Promise.resolve({ ok: false, at: 0, error: { code: 'io', message: 'a client has no disk' } }),
      log: (level, text) => log(level === 'info' ? 'debug' : level, text),
      onStop: (reason) => this.#fail(new MaybeError(reason, ERROR_CODES.internal)),
    });
    this.#host.start(nodeId(pools.places.length + 1), pools.places, 'unknown');
  }

  async acquire(options: CallOptions = {}): Promise<number> {
    const outcome = await this.#turn('acquire', options);
    if (outcome.kind === 'held') return outcome.version;
    throw new Error(`an acquire ends held or with an error, not ${outcome.kind}`);
  }

  async release(options: CallOptions = {}): Promise<boolean> {
    return (await this.#turn('release', options)).kind === 'released';
  }

  close(): void {
    this.#isClosed = true;
    this.#fail(new MaybeError('the client was closed meanwhile', ERROR_CODES.closed));
    this.#host.end();
    this.#routes.close();
  }

  async #turn(op: LockCall['op'], options: CallOptions): Promise<LockOutcome> {
    checkCallOptions(options);
    const { signal, timeoutMs = this.#timeoutMs } = options;
    const notBegun = (): NotDoneError | null => {
      if (this.#isClosed) return new NotDoneError('the client is closed', ERROR_CODES.closed);
      return signal?.aborted === true
        ? new NotDoneError('the call was taken back before it began', ERROR_CODES.aborted, { cause: signal.reason })
        : null;
    };
    const early = notBegun();
    if (early !== null) throw early;
    const turn = this.#before.then(() => {
      const late = notBegun();
      return late ?? this.#ask(op, timeoutMs);
    });
    this.#before = turn;
    const outcome = await withAbort(turn, signal, () => this.#undo(turn, op));
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  #ask(op: LockCall['op'], timeoutMs: number): Promise<LockOutcome | Error> {
    if (op === 'acquire' && (this.#host.state?.heldVersion ?? 0) > 0)
      return Promise.resolve(badArgument('this handle holds the lock already'));
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiters.set(id, resolve);
      this.#host.request(APPLICATION, { id, op, timeLimitUs: fromMs(timeoutMs) });
    });
  }

  /** An acquire that nobody waits for any more must not end with the lock held: what comes of it is released. */
  #undo(turn: Promise<LockOutcome | Error>, op: LockCall['op']): void {
    // A call that waits already finds out for itself.
    if (op !== 'acquire' || this.#before !== turn) return;
    this.#before = turn.then((outcome) =>
      outcome instanceof NotDoneError || this.#isClosed ? outcome : this.#ask('release', this.#timeoutMs),
    );
  }

  #settle(id: number, outcome: LockOutcome): void {
    const resolve = this.#waiters.get(id);
    if (resolve === undefined) return;
    this.#waiters.delete(id);
    if (outcome.kind !== 'failed' && outcome.kind !== 'maybe') {
      resolve(outcome);
      return;
    }
    const { trouble } = this.#routes;
    const reason = trouble === null ? outcome.reason : `${outcome.reason} (${trouble})`;
    resolve(outcome.kind === 'maybe' ? new MaybeError(reason, ERROR_CODES.timeout) : new NotDoneError(reason, ERROR_CODES.timeout));
  }

  #fail(error: Error): void {
    for (const resolve of this.#waiters.values()) resolve(error);
    this.#waiters.clear();
  }
}

/** What a turn gives, or at once that it was taken back: then nobody can tell what becomes of it. */
function withAbort(
  turn: Promise<LockOutcome | Error>,
  signal: AbortSignal | undefined,
  onTakenBack: () => void,
): Promise<LockOutcome | Error> {
  if (signal === undefined) return turn;
  return new Promise((resolve) => {
    const onAbort = (): void => {
      onTakenBack();
      resolve(new MaybeError('the call was taken back', ERROR_CODES.aborted, { cause: signal.reason }));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    void turn.then((outcome) => {
      signal.removeEventListener('abort', onAbort);
      resolve(outcome);
    });
  });
}
