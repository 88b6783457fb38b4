import { connectionId, nodeId, type NodeId } from '../../core/base/units.js';
import type { ClientCall, ClientOptions, ClientOutcome, ClientRequest } from '../../core/client/calls.js';
import { clientMachine, type ClientMessage } from '../../core/client/client.js';
import type { ClientState } from '../../core/client/state.js';
import type { StoreResult } from '../../core/store/command.js';
import { onAbort } from './aborts.js';
import { codeOfCause, ERROR_CODES, MaybeError, NotDoneError, type ErrorCode } from './errors.js';
import type { ClientPools } from './pools.js';
import { ClientRoutes } from './routes.js';
import { monotonicNow } from '../base/clock.js';
import { drawSeed } from '../base/entropy.js';
import { Host } from '../host/host.js';
import type { Log } from '../base/log.js';

/** Calls of one lane that may wait behind the one under way. */
const QUEUE_MAX = 100_000;
const APPLICATION = connectionId(1);

/** A call as the library makes it; the lane numbers it. */
export type LaneCall = Omit<ClientCall, 'id'>;

interface Waiter {
  readonly call: LaneCall;
  resolve(result: StoreResult): void;
  reject(error: Error): void;
}

/** One client machine with its session: calls go one after the other. Its connections are those of the whole client. */
export class Lane {
  readonly #host: Host<ClientState, ClientMessage, ClientRequest, ClientOutcome>;
  readonly #routes: ClientRoutes;
  readonly #waiters = new Map<number, Waiter>();
  #lastId = 0;

  constructor(pools: ClientPools, options: Pick<ClientOptions, 'timeLimitMs' | 'attemptTimeoutMs' | 'useSessions'>, log: Log) {
    // Each request goes over one connection, once: a refusal is final.
    const machine = clientMachine({ ...options, queueMax: QUEUE_MAX, mayDouble: false, first: pools.leader });
    this.#routes = new ClientRoutes(pools, (from, response) => this.#host.message(from, response), true);
    this.#host = new Host(machine, {
      now: monotonicNow,
      seed: drawSeed(),
      send: (to, message) => this.#routes.send(to, message),
      respond: (_, outcome) => this.#settle(outcome),
      perform: () => Promise.resolve({ ok: false, at: 0, error: { code: 'io', message: 'a client has no disk' } }),
      log: (level, text) => log(level === 'info' ? 'debug' : level, text),
      onStop: (reason) => this.#fail(reason, ERROR_CODES.internal),
    });
    const members: readonly NodeId[] = pools.places;
    this.#host.start(nodeId(members.length + 1), members, 'unknown');
  }

  get callsUnderWay(): number {
    return this.#waiters.size;
  }

  call(call: LaneCall, signal: AbortSignal | undefined): Promise<StoreResult> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const over = onAbort(signal, () => this.#host.request(APPLICATION, { op: 'cancel', id }));
      this.#waiters.set(id, {
        call,
        resolve: (result) => {
          over();
          resolve(result);
        },
        reject: (error) => {
          over();
          if (signal?.aborted === true) error.cause = signal.reason;
          reject(error);
        },
      });
      this.#host.request(APPLICATION, { id, ...call });
    });
  }

  close(): void {
    this.#fail('the client was closed meanwhile', ERROR_CODES.closed);
  }

  #settle(outcome: ClientOutcome): void {
    const waiter = this.#waiters.get(outcome.id);
    if (waiter === undefined) return;
    this.#waiters.delete(outcome.id);
    this.#routes.callIsOver();
    if (outcome.kind === 'done') {
      waiter.resolve(outcome.result);
      return;
    }
    const { trouble } = this.#routes;
    const reason = trouble === null ? outcome.reason : `${outcome.reason} (${trouble})`;
    waiter.reject(errorOf(outcome.kind === 'maybe', reason, codeOfCause(outcome.cause)));
  }

  /** A read has no effect; a write that has begun may have one. */
  #fail(reason: string, code: ErrorCode): void {
    const begun = this.#host.state?.current?.call.id ?? 0;
    this.#host.end();
    this.#routes.close();
    for (const [id, { call, reject }] of this.#waiters) reject(errorOf(id === begun && call.op !== 'get', reason, code));
    this.#waiters.clear();
  }
}

function errorOf(isMaybe: boolean, reason: string, code: ErrorCode): Error {
  return isMaybe ? new MaybeError(reason, code) : new NotDoneError(reason, code);
}
