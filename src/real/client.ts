import { byteStringFromText, byteStringOf, bytesOf, type ByteString } from '../core/base/bytestring.js';
import { connectionId, nodeId, type NodeId } from '../core/base/units.js';
import { clientMachine, type ClientMessage } from '../core/client/client.js';
import type { ClientCall, ClientOutcome } from '../core/client/calls.js';
import type { ClientState } from '../core/client/state.js';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../core/wire/limits.js';
import type { NodeStatus } from '../core/wire/protocol.js';
import type { StoreResult } from '../core/store/command.js';
import { parseHostAndPort, type HostAndPort } from './addresses.js';
import { MaybeError, NotDoneError, type Bytes, type Client, type ClientSettings, type PutOutcome, type ServerStatus } from './client-api.js';
import { ClientRoutes } from './client-routes.js';
import { monotonicNow } from './clock.js';
import { drawSeed } from './entropy.js';
import { UserError } from './errors.js';
import { Host } from './host.js';
import { silentLog } from './log.js';
import { ServerConnection } from './server-connection.js';

export { MaybeError, NotDoneError } from './client-api.js';
export type { Bytes, Client, ClientSettings, Found, PutOutcome, ServerStatus } from './client-api.js';

const TIMEOUT_MS = 10_000;
/** Calls of one client under way at once; each has a session and connections of its own, and further calls wait. */
const LANES_MAX = 8;
const QUEUE_MAX = 100_000;
/** How long one server may take to say how it is. */
const STATUS_MS_MAX = 2_000;

/**
 * A client of a cluster. It connects when it is first used, and needs {@link Client.close} in the end.
 *
 * @throws {UserError} When an address is malformed or there is none.
 */
export function openClient(settings: ClientSettings): Client {
  if (settings.servers.length === 0) throw new UserError('a client needs the address of at least one server');
  const timeoutMs = settings.timeoutMs ?? TIMEOUT_MS;
  if (!(timeoutMs > 0)) throw new UserError(`a timeout of ${timeoutMs} ms leaves no time for an answer`);
  return new ClusterClient(settings, timeoutMs, settings.servers.map(parseHostAndPort));
}

type Call = Omit<ClientCall, 'id' | 'timeLimitUs'>;

class ClusterClient implements Client {
  readonly #settings: ClientSettings;
  readonly #timeoutMs: number;
  readonly #addresses: readonly HostAndPort[];
  readonly #lanes: Lane[] = [];
  #isClosed = false;

  constructor(settings: ClientSettings, timeoutMs: number, addresses: readonly HostAndPort[]) {
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
    this.#addresses = addresses;
  }

  async get(key: Bytes) {
    const { status, value, version } = await this.#call({ op: 'get', key: bytesFrom(key) });
    return status === 'ok' ? { value: Buffer.from(bytesOf(value)), version } : null;
  }

  async put(key: Bytes, value: Bytes, version: number): Promise<PutOutcome> {
    if (!Number.isSafeInteger(version) || version < 0) throw new NotDoneError(`${version} is not a version: expected a whole number, 0 or more`);
    const result = await this.#call({ op: 'put', key: bytesFrom(key), value: bytesFrom(value), version });
    if (result.status === 'noKey') return { kind: 'noKey' };
    return { kind: result.status === 'ok' ? 'done' : 'versionConflict', version: result.version };
  }

  async set(key: Bytes, value: Bytes) {
    return (await this.#call({ op: 'set', key: bytesFrom(key), value: bytesFrom(value) })).version;
  }

  async delete(key: Bytes) {
    return (await this.#call({ op: 'delete', key: bytesFrom(key) })).status === 'ok';
  }

  status(): Promise<readonly ServerStatus[]> {
    return Promise.all(
      this.#addresses.map(async (at, i) => ({ address: this.#settings.servers[i] ?? '', status: await askStatus(at, this.#timeoutMs) })),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const lane of this.#lanes) lane.close();
  }

  async #call(call: Call): Promise<StoreResult> {
    if (this.#isClosed) throw new NotDoneError('the client is closed');
    if (call.key.length === 0 || call.key.length > KEY_BYTES_MAX) throw new NotDoneError(`a key has 1 to ${KEY_BYTES_MAX} bytes, not ${call.key.length}`);
    const valueBytes = call.value?.length ?? 0;
    if (valueBytes > VALUE_BYTES_MAX) throw new NotDoneError(`a value has at most ${VALUE_BYTES_MAX} bytes, not ${valueBytes}`);
    return this.#lane().call(call);
  }

  /** An idle lane; else a new one while there may be more; else the one with the fewest calls. */
  #lane(): Lane {
    const [first, ...rest] = this.#lanes;
    const least = first === undefined ? null : rest.reduce((best, lane) => (lane.callsUnderWay < best.callsUnderWay ? lane : best), first);
    if (least !== null && (least.callsUnderWay === 0 || this.#lanes.length >= LANES_MAX)) return least;
    const lane = new Lane(this.#settings, this.#timeoutMs, this.#addresses);
    this.#lanes.push(lane);
    return lane;
  }
}

interface Waiter {
  readonly call: Call;
  resolve(result: StoreResult): void;
  reject(error: Error): void;
}

/** One client machine with its session and its connections: calls go one after the other. */
class Lane {
  readonly #host: Host<ClientState, ClientMessage, ClientCall, ClientOutcome>;
  readonly #routes: ClientRoutes;
  readonly #waiters = new Map<number, Waiter>();
  #lastId = 0;

  constructor({ log = silentLog }: ClientSettings, timeoutMs: number, addresses: readonly HostAndPort[]) {
    // One connection to each server at a time, and nothing on it comes twice: a refusal is final.
    const machine = clientMachine({ timeLimitMs: timeoutMs, queueMax: QUEUE_MAX, mayDouble: false });
    this.#routes = new ClientRoutes(addresses, (from, response) => this.#host.message(from, response), log);
    this.#host = new Host(machine, {
      now: monotonicNow,
      seed: drawSeed(),
      send: (to, message) => this.#routes.send(to, message),
      respond: (_, outcome) => this.#settle(outcome),
      perform: () => Promise.resolve({ ok: false, at: 0, error: { code: 'io', message: 'a client has no disk' } }),
      log: (level, text) => log(level === 'info' ? 'debug' : level, text),
      onStop: (reason) => this.#fail(reason),
    });
    const members: NodeId[] = addresses.map((_, i) => nodeId(i + 1));
    this.#host.start(nodeId(members.length + 1), members);
  }

  get callsUnderWay(): number {
    return this.#waiters.size;
  }

  call(call: Call): Promise<StoreResult> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiters.set(id, { call, resolve, reject });
      this.#host.request(connectionId(1), { id, ...call });
    });
  }

  close(): void {
    this.#fail('the client was closed meanwhile');
  }

  #settle(outcome: ClientOutcome): void {
    const waiter = this.#waiters.get(outcome.id);
    if (waiter === undefined) return;
    this.#waiters.delete(outcome.id);
    if (outcome.kind === 'done') {
      waiter.resolve(outcome.result);
      return;
    }
    const { trouble } = this.#routes;
    const reason = trouble === null ? outcome.reason : `${outcome.reason} (${trouble})`;
    waiter.reject(outcome.kind === 'failed' ? new NotDoneError(reason) : new MaybeError(reason));
  }

  /** A read has no effect; a write that has begun may have one. */
  #fail(reason: string): void {
    const begun = this.#host.state?.current?.call.id ?? 0;
    this.#host.end();
    this.#routes.close();
    for (const [id, { call, reject }] of this.#waiters) {
      reject(id === begun && call.op !== 'get' ? new MaybeError(reason) : new NotDoneError(reason));
    }
    this.#waiters.clear();
  }
}

/** Asks one server how it is, on a connection of its own; null when it does not say so in time. */
function askStatus(at: HostAndPort, timeoutMs: number): Promise<NodeStatus | null> {
  return new Promise((resolve) => {
    const finish = (status: NodeStatus | null) => {
      clearTimeout(late);
      connection.close();
      resolve(status);
    };
    const late = setTimeout(() => finish(null), Math.min(timeoutMs, STATUS_MS_MAX));
    const connection = new ServerConnection(at, {
      onHello: () => connection.send({ kind: 'status', id: 1 }),
      onResponse: (response) => finish(response.kind === 'status' ? response.status : null),
      onGone: () => finish(null),
    });
  });
}

const bytesFrom = (bytes: Bytes): ByteString => (typeof bytes === 'string' ? byteStringFromText(bytes) : byteStringOf(bytes));
