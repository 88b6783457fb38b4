import type { NodeId } from '../../core/base/units.js';
import type { DiskStep, Machine } from '../../core/machine.js';
import { MEMBERS_MAX } from '../../core/storage/types.js';
import { clientPortOptions } from '../../core/wire/client-connection.js';
import { nameOf } from '../../core/wire/http/http-guard.js';
import type { NodeRequest, NodeResponse } from '../../core/wire/protocol.js';
import { formatHostAndPort, type HostAndPort } from '../base/addresses.js';
import { CLIENT_BYTES_MAX, ClientMemory } from '../base/client-memory.js';
import { ClientPort } from './client-port.js';
import type { ConnectionLimits } from './connections.js';
import { monotonicNow } from '../base/clock.js';
import { drawSeed } from '../base/entropy.js';
import { connectionPlaces, descriptorsMax } from '../base/descriptors.js';
import { UserError } from '../base/errors.js';
import { DataDirectory } from '../disk/disk.js';
import { Host } from '../host/host.js';
import { HttpPort } from './http-port.js';
import { silentLog } from '../base/log.js';
import { PeerNetwork } from '../network/peers.js';
import { servedRaft, type Served } from '../systems/served-system.js';
import type { RunningServer, ServerSettings } from './settings.js';
import { Turns } from './turns.js';

export type { RunningServer, ServerOptions, ServerSettings } from './settings.js';

const CLUSTER_ID_MAX = 4_294_967_295;
const CLIENT_CONNECTIONS_MAX = 4_096;
const CLIENT_IDLE_MS_MAX = 600_000;
const CLIENT_STALLED_MS_MAX = 30_000;
const HTTP_UNANSWERED_MAX = 4_096;
const HTTP_ANSWER_MS_MAX = 10_000;
/** How long a server that stops waits for what was asked to be answered, and for its disk, in milliseconds. */
const QUIESCE_MS_MAX = 1_000;
const CLOSE_MS_MAX = 3_000;
const REST_LOOK_MS = 2;

/**
 * Starts one server in this process: its data directory, its ports, its machine.
 *
 * @returns Once it has recovered and takes requests (it may not have a leader yet).
 * @throws {UserError} One line, when settings, directory or ports do not allow it; nothing is left open then.
 */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const address = checkSettings(settings);
  const system = settings.system ?? (servedRaft() as Served);
  const machine = system.machine(settings.clusterId, [...settings.servers.keys()]);
  const disk = system.keepsFiles ? await DataDirectory.open(directoryIn(settings), { mayCreate: settings.past !== 'some' }) : NO_DISK;
  const server = new Server(settings, system, machine, disk, settings.options?.listenHost ?? address.host);
  try {
    await server.open();
  } catch (error) {
    await server.close();
    throw error;
  }
  // Of one that could not start only the reason is of interest.
  for (const warning of [...disk.warnings, ...system.warnings(settings.servers.size)]) (settings.log ?? silentLog)('warn', warning);
  return server;
}

/** Carries out what a machine asks of its files. */
type Disk = Pick<DataDirectory, 'perform' | 'close' | 'warnings' | 'watch'>;

/** For systems that keep no files. One that asks for something all the same hears that it is not there. */
const NO_DISK: Disk = {
  warnings: [],
  watch: () => undefined,
  perform: () => Promise.resolve({ ok: false, at: 0, error: { code: 'io', message: 'this server has no data directory' } }),
  close: () => Promise.resolve(),
};

class Server implements RunningServer {
  readonly id: NodeId;
  readonly ended: Promise<string | null>;
  readonly #settings: ServerSettings;
  readonly #disk: Disk;
  readonly #system: Served;
  readonly #peers: PeerNetwork<unknown>;
  readonly #clients: ClientPort;
  readonly #http: HttpPort | null;
  readonly #host: Host<unknown, unknown, NodeRequest, NodeResponse>;
  #resolveEnded: (reason: string | null) => void = () => undefined;
  #onRecovered: { resolve(): void; reject(error: Error): void } | null = null;
  #closing: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;

  constructor(
    settings: ServerSettings,
    system: Served,
    machine: Machine<unknown, unknown, NodeRequest, NodeResponse>,
    disk: Disk,
    bindHost: string,
  ) {
    const { id, servers, clusterId, options = {}, log = silentLog } = settings;
    this.id = id;
    this.#settings = settings;
    this.#system = system;
    this.#disk = disk;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));

    const own = servers.get(id);
    const at = (port: number): HostAndPort => ({ host: bindHost, port });
    const others = [...servers].filter(([peer]) => peer !== id);
    this.#peers = new PeerNetwork({
      self: id,
      clusterId: String(clusterId),
      address: at(own?.peerPort ?? 0),
      peers: new Map(others.map(([peer, { host, peerPort }]) => [peer, { host, port: peerPort }])),
      codec: system.codec,
      hasGuests: system.hasGuests,
      deliver: (from, message) => this.#host.message(from, message),
      log,
    });
    const bounds = clientPortOptions(String(clusterId), id);
    const wished = options.clientConnectionsMax ?? CLIENT_CONNECTIONS_MAX;
    const descriptors = descriptorsMax();
    const places = connectionPlaces(descriptors, servers.size, options.httpPort === undefined ? 1 : 2);
    if (places < wished)
      log(
        'warn',
        `this process may open ${descriptors} files, so a port takes ${places} connections of clients instead of ${wished} (ulimit -n)`,
      );
    const limits: ConnectionLimits = {
      connectionsMax: Math.min(wished, places),
      idleMsMax: options.clientIdleMsMax ?? CLIENT_IDLE_MS_MAX,
      stalledMsMax: options.clientStalledMsMax ?? CLIENT_STALLED_MS_MAX,
    };
    const memory = new ClientMemory(options.clientBytesMax ?? CLIENT_BYTES_MAX);
    const turns = new Turns();
    const addressOf = (server: NodeId): string | null => {
      const address = servers.get(server);
      return address === undefined ? null : formatHostAndPort({ host: address.host, port: address.clientPort });
    };
    this.#clients = new ClientPort({
      address: at(own?.clientPort ?? 0),
      options: { ...bounds, unansweredMax: options.unansweredRequestsMax ?? bounds.unansweredMax },
      limits,
      memory,
      turns,
      addressOf,
      onRequest: (connection, request) => this.#host.request(connection, request),
      onConnection: (connection, isOpen) => this.#host.connection(connection, isOpen),
      log,
    });
    this.#http =
      options.httpPort === undefined
        ? null
        : new HttpPort({
            address: at(options.httpPort),
            limits,
            memory,
            turns,
            unansweredMax: HTTP_UNANSWERED_MAX,
            answerMsMax: options.httpAnswerMsMax ?? HTTP_ANSWER_MS_MAX,
            addressOf,
            names: [...[...servers.values()].map(({ host }) => host), ...(options.httpHosts ?? [])].map(nameOf),
            onRequest: (connection, request) => this.#host.request(connection, request),
            log,
          });
    this.#host = new Host(machine, {
      now: monotonicNow,
      seed: drawSeed(),
      send: (to, message) => this.#peers.send(to, message),
      respond: (connection, response) => {
        if (this.#http?.owns(connection) === true) this.#http.respond(connection, response);
        else this.#clients.respond(connection, response);
      },
      perform: (steps) => disk.perform(steps),
      log,
      onStop: (reason) => this.#onStop(reason),
      onStepped: () => this.#onStepped(),
    });
  }

  /** Ports first: one that is busy is found before the directory is touched. */
  async open(): Promise<void> {
    await this.#peers.open();
    await this.#clients.open();
    await this.#http?.open();
    this.#disk.watch((reason) => this.#onLost(reason));
    const recovered = new Promise<void>((resolve, reject) => (this.#onRecovered = { resolve, reject }));
    this.#host.start(
      this.id,
      [...this.#settings.servers.keys()].sort((a, b) => a - b),
      this.#settings.past,
    );
    await recovered;
    this.#peers.connect();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopGracefully();
    return this.#stopping;
  }

  async #stopGracefully(): Promise<void> {
    let problem: string | null = null;
    if (this.#closing === null) {
      await withinMs(QUIESCE_MS_MAX, Promise.all([this.#clients.quiesce(), this.#http?.quiesce()]));
      // Nothing new from the others either, so that the disk comes to rest.
      await this.#peers.close();
      await this.#restOfDisk();
      const last = this.#performLast(this.#host.close()).then((failed) => (problem = failed));
      await withinMs(CLOSE_MS_MAX, last);
    }
    await this.close();
    this.#resolveEnded(problem);
  }

  async #restOfDisk(): Promise<void> {
    const end = performance.now() + QUIESCE_MS_MAX;
    while (performance.now() < end && !this.#host.hasEnded) {
      const { state } = this.#host;
      if (state === null || this.#system.isAtRest(state)) return;
      await new Promise((resolve) => setTimeout(resolve, REST_LOOK_MS));
    }
  }

  /** What the system wants to be on the disk before a stop, whatever it promised. @returns Why that failed; null when it did not. */
  async #performLast(steps: readonly DiskStep[]): Promise<string | null> {
    if (steps.length === 0) return null;
    const outcome = await this.#disk.perform(steps);
    return outcome.ok ? null : `the last write and sync failed: ${outcome.error.message}`;
  }

  /** Ends the machine and releases everything, whether or not it was all open. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    this.#host.end();
    // A disk that hangs must not keep the process; its lock then stays until the process is gone.
    await withinMs(CLOSE_MS_MAX, Promise.all([this.#clients.close(), this.#http?.close(), this.#peers.close(), this.#disk.close()]));
  }

  #onStepped(): void {
    if (this.#onRecovered === null || this.#host.state === null || this.#system.isRecovering(this.#host.state)) return;
    this.#onRecovered.resolve();
    this.#onRecovered = null;
  }

  /** Nothing that the machine would answer from now on could be kept, so it ends as if the disk had failed. */
  #onLost(reason: string): void {
    if (this.#host.hasEnded) return;
    this.#host.end();
    this.#onStop(reason);
  }

  /** The machine ended by itself. While it recovers that is about the directory, which is the user's to mend. */
  #onStop(reason: string): void {
    if (this.#onRecovered !== null) {
      this.#onRecovered.reject(new UserError(`data directory ${this.#settings.dataDirectory ?? 'none'}: ${reason}`));
      this.#onRecovered = null;
      return;
    }
    void this.close().then(() => this.#resolveEnded(reason));
  }
}

function directoryIn({ dataDirectory }: ServerSettings): string {
  if (dataDirectory === undefined) throw new UserError('a data directory is needed: this system keeps files');
  return dataDirectory;
}

function checkSettings({ id, clusterId, servers }: ServerSettings): { readonly host: string } {
  const own = servers.get(id);
  if (own === undefined) throw new UserError(`server ${id} is not in the list of servers: ${[...servers.keys()].join(', ')}`);
  if (!Number.isInteger(clusterId) || clusterId < 1 || clusterId > CLUSTER_ID_MAX) {
    throw new UserError(`cluster id ${clusterId} is not a whole number from 1 to ${CLUSTER_ID_MAX}`);
  }
  if (servers.size > MEMBERS_MAX) throw new UserError(`a cluster has at most ${MEMBERS_MAX} servers, not ${servers.size}`);
  const places = [...servers.values()].flatMap(({ host, peerPort, clientPort }) => [`${host}:${peerPort}`, `${host}:${clientPort}`]);
  const doubled = places.find((place, at) => places.indexOf(place) !== at);
  if (doubled !== undefined) throw new UserError(`address ${doubled} is given twice in the list of servers`);
  return own;
}

/** Resolves when the work is done or the time is over, whichever is first. */
async function withinMs(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
