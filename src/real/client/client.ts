import { bytesOf } from '../../core/base/bytestring.js';
import { fromMs, NOBODY, nodeId, type NodeId } from '../../core/base/units.js';
import type { ClientCall } from '../../core/client/calls.js';
import { chooseServer, openSpreader, type Spreader } from '../../core/client/spread.js';
import type { StoreResult } from '../../core/store/command.js';
import type { NodeRequest, NodeResponse, NodeStatus } from '../../core/wire/protocol.js';
import type { HostAndPort } from '../base/addresses.js';
import type { Bytes, CallOptions, Client, ClientSettings, Lock, LockSettings, PutOutcome, ReadOptions } from './api.js';
import { onAbort } from './aborts.js';
import { bytesFrom, checkCallOptions, checkSettings, checkVersion } from './arguments.js';
import { ERROR_CODES, NotDoneError } from './errors.js';
import { LockHandle } from './lock.js';
import { Lane } from './lane.js';
import { ClientPools } from './pools.js';
import { drawSeed } from '../base/entropy.js';
import { silentLog } from '../base/log.js';

export { ERROR_CODES, MaybeError, NotDoneError, SeedstormError, type ErrorCode } from './errors.js';
export type {
  Bytes,
  CallOptions,
  Client,
  ClientSettings,
  Found,
  Lock,
  LockSettings,
  PutOutcome,
  ReadOptions,
  ServerStatus,
} from './api.js';
export type { PoolReport } from './pools.js';
export type { Spread } from '../../core/client/spread.js';
export type { ReadLevel } from '../../core/wire/protocol.js';

const TIMEOUT_MS = 10_000;
const CONNECTIONS_MAX = 8;
const IDLE_MS_MAX = 60_000;
const CALLS_MAX = 32;
/** How long one server may take to say how it is, or who leads. */
const STATUS_MS_MAX = 2_000;
/** The pause before the servers are asked once more whether one of them is there. */
const KNOCK_MS = 50;

/**
 * Opens a client and waits until a server of the list has answered.
 *
 * @param settings Settings, or only the addresses: `host:port,host:port`.
 * @throws {NotDoneError} `SEEDSTORM_BAD_ARGUMENT` when a setting is malformed; `SEEDSTORM_UNREACHABLE` when no server answers within
 *   the time limit; `SEEDSTORM_ABORTED`.
 */
export async function connect(settings: ClientSettings | string, options: Pick<CallOptions, 'signal'> = {}): Promise<Client> {
  const client = openClusterClient(typeof settings === 'string' ? { servers: settings.split(',').map((part) => part.trim()) } : settings);
  try {
    await client.reach(options.signal);
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

/**
 * A client that connects when it is first used. It needs {@link Client.close} in the end.
 *
 * @throws {NotDoneError} `SEEDSTORM_BAD_ARGUMENT` when a setting is malformed.
 */
export function openClient(settings: ClientSettings): Client {
  return openClusterClient(settings);
}

function openClusterClient(settings: ClientSettings): ClusterClient {
  return new ClusterClient(settings, checkSettings(settings));
}

type Call = Omit<ClientCall, 'id' | 'timeLimitUs'>;

class ClusterClient implements Client {
  readonly #settings: ClientSettings;
  readonly #timeoutMs: number;
  readonly #pools: ClientPools;
  readonly #lanes: Lane[] = [];
  readonly #locks: LockHandle[] = [];
  #spreader: Spreader;
  #isClosed = false;

  constructor(settings: ClientSettings, addresses: readonly HostAndPort[]) {
    const { connectionsMax = CONNECTIONS_MAX, extraConnectionsMax: extraMax = 0, idleMsMax = IDLE_MS_MAX, log = silentLog } = settings;
    this.#settings = settings;
    this.#timeoutMs = settings.timeoutMs ?? TIMEOUT_MS;
    this.#pools = new ClientPools(addresses, { connectionsMax, extraMax, idleMsMax }, log);
    this.#spreader = openSpreader(settings.spread ?? 'round-robin', drawSeed());
  }

  async get(key: Bytes, options: ReadOptions = {}) {
    checkCallOptions(options);
    const call: Call = { op: 'get', key: bytesFrom('key', key) };
    const level = options.level ?? this.#settings.level;
    const { status, value, version } = await this.#call(level === 'stale' ? { ...call, level, ask: this.#nextReader() } : call, options);
    return status === 'ok' ? { value: Buffer.from(bytesOf(value)), version } : null;
  }

  async put(key: Bytes, value: Bytes, version: number, options: CallOptions = {}): Promise<PutOutcome> {
    checkVersion(version);
    const result = await this.#call({ op: 'put', key: bytesFrom('key', key), value: bytesFrom('value', value), version }, options);
    if (result.status === 'noKey') return { kind: 'noKey' };
    return { kind: result.status === 'ok' ? 'done' : 'versionConflict', version: result.version };
  }

  async set(key: Bytes, value: Bytes, options: CallOptions = {}) {
    return (await this.#call({ op: 'set', key: bytesFrom('key', key), value: bytesFrom('value', value) }, options)).version;
  }

  async delete(key: Bytes, options: CallOptions = {}) {
    return (await this.#call({ op: 'delete', key: bytesFrom('key', key) }, options)).status === 'ok';
  }

  lock(key: Bytes, settings: LockSettings = {}): Lock {
    this.#check({});
    const { attemptTimeoutMs, log = silentLog } = this.#settings;
    const client = { timeLimitMs: this.#timeoutMs, ...(attemptTimeoutMs === undefined ? {} : { attemptTimeoutMs }) };
    const handle = new LockHandle(this.#pools, bytesFrom('key', key), settings, client, log);
    this.#locks.push(handle);
    return handle;
  }

  async leader(options: CallOptions = {}) {
    this.#check(options);
    const timeoutMs = Math.min(options.timeoutMs ?? this.#timeoutMs, STATUS_MS_MAX);
    const told = await Promise.all(
      this.#pools.places.map((place) => this.#ask(place, { kind: 'status', id: 0 }, timeoutMs, options.signal)),
    );
    this.#check(options);
    // Who was deposed may not know it yet: the highest term is the newest word.
    const words = told.flatMap((answer) => (answer?.kind === 'status' && answer.status.leaderId !== NOBODY ? [answer.status] : []));
    const newest = words.reduce<NodeStatus | null>((best, word) => (best === null || word.term > best.term ? word : best), null);
    const place = newest === null ? NOBODY : this.#pools.placeOf(newest.leaderId);
    if (place !== NOBODY) this.#pools.leader = place;
    return place === NOBODY ? null : (this.#settings.servers[place - 1] ?? null);
  }

  status() {
    const timeoutMs = Math.min(this.#timeoutMs, STATUS_MS_MAX);
    return Promise.all(
      this.#settings.servers.map(async (address, i) => {
        const answer = await this.#ask(nodeId(i + 1), { kind: 'status', id: 0 }, timeoutMs, undefined);
        return { address, status: answer?.kind === 'status' ? answer.status : null };
      }),
    );
  }

  pools() {
    return this.#pools.reports.map((report, i) => ({ ...report, address: this.#settings.servers[i] ?? report.address }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const one of [...this.#lanes, ...this.#locks]) one.close();
    this.#pools.close();
  }

  /** Resolves when any server has answered anything. */
  async reach(signal: AbortSignal | undefined): Promise<void> {
    const endMs = performance.now() + this.#timeoutMs;
    for (;;) {
      this.#check({ ...(signal === undefined ? {} : { signal }) });
      const leftMs = Math.max(1, Math.min(endMs - performance.now(), STATUS_MS_MAX));
      const knocks = this.#pools.places.map(async (place) => {
        const answer = await this.#ask(place, { kind: 'whoIsLeader', id: 0 }, leftMs, signal);
        if (answer === null) throw new Error('no answer');
      });
      if (
        await Promise.any(knocks).then(
          () => true,
          () => false,
        )
      )
        return;
      this.#check({ ...(signal === undefined ? {} : { signal }) });
      if (performance.now() >= endMs)
        throw new NotDoneError(
          `no server of ${this.#settings.servers.join(', ')} answered within ${this.#timeoutMs} ms`,
          ERROR_CODES.unreachable,
        );
      await new Promise((resolve) => setTimeout(resolve, KNOCK_MS));
    }
  }

  async #call(call: Call, options: CallOptions): Promise<StoreResult> {
    this.#check(options);
    const limited = options.timeoutMs === undefined ? call : { ...call, timeLimitUs: fromMs(options.timeoutMs) };
    return this.#lane().call(limited, options.signal);
  }

  /** Refuses what cannot be begun. */
  #check(options: CallOptions): void {
    checkCallOptions(options);
    const { signal } = options;
    if (this.#isClosed) throw new NotDoneError('the client is closed', ERROR_CODES.closed);
    if (signal?.aborted === true)
      throw new NotDoneError('the call was taken back before it began', ERROR_CODES.aborted, { cause: signal.reason });
  }

  /** An idle lane; else a new one while there may be more; else the one with the fewest calls. */
  #lane(): Lane {
    const [first, ...rest] = this.#lanes;
    const least = first === undefined ? null : rest.reduce((best, lane) => (lane.callsUnderWay < best.callsUnderWay ? lane : best), first);
    if (least !== null && (least.callsUnderWay === 0 || this.#lanes.length >= (this.#settings.callsMax ?? CALLS_MAX))) return least;
    const { attemptTimeoutMs, sessions = true, log = silentLog } = this.#settings;
    const lane = new Lane(
      this.#pools,
      {
        timeLimitMs: this.#timeoutMs,
        useSessions: sessions && this.#pools.keepsSessions,
        ...(attemptTimeoutMs === undefined ? {} : { attemptTimeoutMs }),
      },
      log,
    );
    this.#lanes.push(lane);
    return lane;
  }

  /** The place of the server whose turn it is to answer a stale read. */
  #nextReader(): NodeId {
    const { spreader, place } = chooseServer(this.#spreader, this.#pools.loads);
    this.#spreader = spreader;
    return nodeId(place + 1);
  }

  /** One question to one server, without repetition; null when no answer comes in time, or nobody waits for it any more. */
  #ask(place: NodeId, request: NodeRequest, timeoutMs: number, signal: AbortSignal | undefined): Promise<NodeResponse | null> {
    return new Promise((resolve) => {
      const finish = (answer: NodeResponse | null): void => {
        clearTimeout(late);
        over();
        resolve(answer);
      };
      const over = onAbort(signal, () => finish(null));
      const late = setTimeout(() => finish(null), timeoutMs);
      if (this.#isClosed) finish(null);
      else this.#pools.send(place, request, (reply) => finish(reply.kind === 'response' ? reply.response : null));
    });
  }
}
