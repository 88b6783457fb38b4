import { assert } from '../../core/base/assert.js';
import {
  borrow,
  countsOf,
  giveBack,
  openPool,
  reap,
  strikeOut,
  strikeOutIdle,
  type Pool,
  type PoolCounts,
  type PoolOptions,
} from '../../core/client/pool.js';
import type { Hello } from '../../core/wire/frames/hello.js';
import type { NodeRequest, NodeResponse } from '../../core/wire/protocol.js';
import { formatHostAndPort, type HostAndPort } from '../base/addresses.js';
import { jittered } from '../base/entropy.js';
import type { Log } from '../base/log.js';
import { ServerConnection } from './connection.js';

/** What becomes of one request: an answer, or the end of the connection that carried it. */
export type Reply =
  | { readonly kind: 'response'; readonly response: NodeResponse }
  /** `wasSent`: it left on a connection that stood, so it may have been done. */
  | { readonly kind: 'gone'; readonly wasSent: boolean; readonly why: string };

interface Waiting {
  readonly request: NodeRequest;
  readonly onReply: (reply: Reply) => void;
}

/** One open connection and what it carries, by the connection's own request numbers. */
interface Carrier {
  /** Null until it is time to open it. */
  connection: ServerConnection | null;
  later: NodeJS.Timeout | undefined;
  readonly waiting: Map<number, Waiting>;
  hasHello: boolean;
  hasAnswered: boolean;
  openedMs: number;
  /** Why this side closed it; null while it has no reason to. */
  problem: string | null;
  lastRequest: number;
}

/** For so long after a connection failed, in milliseconds, the server counts as not reached. */
const OUTAGE_MS = 1_000;
const REAP_MS = 1_000;
/** Milliseconds between two connections after one that ended without an answer; doubled each time. */
const BACK_OFF_MS_MIN = 50;
const BACK_OFF_MS_MAX = 1_000;
const ONE_AT_A_TIME: PoolOptions = { connectionsMax: 1, extraMax: 0, idleMsMax: Infinity };

/**
 * The connections of a client to one server: borrowed for each request and given back with its answer,
 * as core/client/pool.ts decides. Here are only the sockets.
 */
export class ServerPool {
  readonly address: string;
  readonly #at: HostAndPort;
  readonly #log: Log;
  /** Whether the server belongs to the cluster of the others; the connection of one that does not is closed. */
  readonly #accepts: (hello: Hello) => string | null;
  readonly #carriers = new Map<number, Carrier>();
  #pool: Pool;
  #failedMs = -Infinity;
  /** Connections in a row that ended without an answer, and when the next one may be opened. */
  #failures = 0;
  #notBeforeMs = -Infinity;
  #reaper: NodeJS.Timeout | null = null;

  constructor(at: HostAndPort, options: PoolOptions, accepts: (hello: Hello) => string | null, log: Log) {
    this.address = formatHostAndPort(at);
    this.#at = at;
    this.#pool = openPool(options);
    this.#accepts = accepts;
    this.#log = log;
  }

  get counts(): PoolCounts {
    return countsOf(this.#pool);
  }

  /** Requests that no answer has come to; null when the server was not reached a moment ago. */
  get load(): number | null {
    return performance.now() - this.#failedMs < OUTAGE_MS ? null : countsOf(this.#pool).requests;
  }

  /**
   * Sends a request over a borrowed connection. The reply comes once, and never before this returns.
   *
   * @returns Whether the connection that carries it is lively, for whoever wonders if it is worth waiting on.
   */
  send(request: NodeRequest, onReply: (reply: Reply) => void): () => boolean {
    const { options } = this.#pool;
    // One connection is enough to find out whether a server that failed is back.
    const { pool, id, isNew } = borrow(this.#failures === 0 ? this.#pool : { ...this.#pool, options: ONE_AT_A_TIME });
    this.#pool = { ...pool, options };
    const carrier = isNew ? this.#connect(id) : this.#carriers.get(id);
    assert(carrier !== undefined, 'what a pool lends is open');
    const number = ++carrier.lastRequest;
    const numbered = { ...request, id: number };
    carrier.waiting.set(number, { request: numbered, onReply });
    if (carrier.hasHello) carrier.connection?.send(numbered);
    const askedMs = performance.now();
    return () => carrier.waiting.has(number) && carrier.hasHello && carrier.connection?.isLivelySince(askedMs) === true;
  }

  /** Ends all connections; what they carry gets no reply any more. */
  close(): void {
    if (this.#reaper !== null) clearInterval(this.#reaper);
    this.#reaper = null;
    for (const [id, { connection, waiting, later }] of this.#carriers) {
      waiting.clear();
      this.#pool = strikeOut(this.#pool, id);
      clearTimeout(later);
      connection?.close();
    }
    this.#carriers.clear();
  }

  #connect(id: number): Carrier {
    const carrier: Carrier = {
      connection: null,
      later: undefined,
      waiting: new Map(),
      hasHello: false,
      hasAnswered: false,
      openedMs: performance.now(),
      problem: null,
      lastRequest: 0,
    };
    const open = (): void => {
      carrier.openedMs = performance.now();
      carrier.connection = new ServerConnection(this.#at, {
        onHello: (hello) => this.#onHello(carrier, hello),
        onResponse: (response) => this.#onResponse(id, carrier, response),
        onGone: (why, isSilent) => this.#onGone(id, carrier, why, isSilent),
      });
    };
    const waitMs = this.#notBeforeMs - performance.now();
    if (waitMs > 0) carrier.later = setTimeout(open, waitMs);
    else open();
    this.#carriers.set(id, carrier);
    this.#reaper ??= setInterval(() => this.#reap(), REAP_MS).unref();
    return carrier;
  }

  #onHello(carrier: Carrier, hello: Hello): void {
    const problem = this.#accepts(hello);
    if (problem !== null) {
      this.#log('warn', `${this.address}: ${problem}`);
      carrier.problem = problem;
      carrier.connection?.close();
      return;
    }
    carrier.hasHello = true;
    this.#failedMs = -Infinity;
    for (const { request } of carrier.waiting.values()) carrier.connection?.send(request);
  }

  #onResponse(id: number, carrier: Carrier, response: NodeResponse): void {
    const waiting = carrier.waiting.get(response.id);
    if (waiting === undefined) return;
    carrier.waiting.delete(response.id);
    carrier.hasAnswered = true;
    this.#failures = 0;
    this.#notBeforeMs = -Infinity;
    const { pool, closes } = giveBack(this.#pool, id, performance.now());
    this.#pool = pool;
    if (closes) this.#end([id]);
    waiting.onReply({ kind: 'response', response });
  }

  #onGone(id: number, carrier: Carrier, why: string, isSilent: boolean): void {
    if (this.#carriers.get(id) !== carrier) return;
    this.#carriers.delete(id);
    this.#pool = strikeOut(this.#pool, id);
    if (!carrier.hasHello || isSilent) this.#failedMs = performance.now();
    // One that lasted took its time already, and where frames are lost it says nothing of the next one.
    if (!carrier.hasAnswered && performance.now() - carrier.openedMs < BACK_OFF_MS_MAX) this.#backOff();
    if (isSilent) {
      const { pool, closed } = strikeOutIdle(this.#pool);
      this.#pool = pool;
      this.#end(closed);
    }
    this.#log('debug', `no connection to ${this.address}: ${carrier.problem ?? why}`);
    const waiting = [...carrier.waiting.values()];
    carrier.waiting.clear();
    for (const { onReply } of waiting) onReply({ kind: 'gone', wasSent: carrier.hasHello, why: carrier.problem ?? why });
  }

  /** A server that takes connections and ends them at once is not asked hundreds of times a second. */
  #backOff(): void {
    const span = Math.min(BACK_OFF_MS_MIN * 2 ** this.#failures, BACK_OFF_MS_MAX);
    this.#failures += 1;
    this.#notBeforeMs = performance.now() + jittered(span);
  }

  #reap(): void {
    const { pool, closed } = reap(this.#pool, performance.now());
    this.#pool = pool;
    this.#end(closed);
  }

  /** Closes connections that the pool has struck out already, and that carry nothing. */
  #end(ids: readonly number[]): void {
    for (const id of ids) {
      clearTimeout(this.#carriers.get(id)?.later);
      this.#carriers.get(id)?.connection?.close();
      this.#carriers.delete(id);
    }
  }
}
