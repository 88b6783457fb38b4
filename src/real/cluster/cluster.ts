import { nodeId, type NodeId } from '../../core/base/units.js';
import { formatHostAndPort, type ServerAddress, type ServerMap } from '../base/addresses.js';
import { ServerChild } from './child.js';
import { isToBeFounded, serverDirectory, takeUp, writeDown, type ClusterRecord } from './record.js';
import { UserError } from '../base/errors.js';
import { freePorts } from '../base/ports.js';

/** What a cluster of real processes on this machine is started with. */
export interface ClusterSettings {
  /** How many servers. 1 .. 9. */
  readonly servers: number;
  /** Holds a data directory for each server and `cluster.json`; created if absent, taken up again if not. */
  readonly directory: string;
  /** Clients reach server i at basePort + i, servers each other at basePort + 100 + i. Absent: free ports. */
  readonly basePort?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /**
   * Told the true addresses before any server starts. @returns For each server where it is to find the others: behind a
   * proxy, say. Absent: at their true addresses.
   */
  readonly through?: (servers: ServerMap) => Promise<ReadonlyMap<NodeId, ServerMap>>;
  /** Further words for each `seedstorm node`, such as `--log-level debug`. */
  readonly nodeArguments?: readonly string[];
  /** False: these servers keep nothing on disk, so that none is ever founded or missed. Absent: true. */
  readonly keepsFiles?: boolean;
  /** Takes each line that a server writes. */
  readonly onLine?: (id: NodeId, line: string) => void;
  /** Told each time when the process of a server is gone, wished or not. */
  readonly onDown?: (id: NodeId) => void;
}

/** Real processes on this machine. They end with this process, however it ends. */
export interface RunningCluster {
  readonly clusterId: number;
  readonly servers: ServerMap;
  /** `host:port` of each client port, by server id: what a client is given. */
  readonly clientAddresses: readonly string[];
  /** Resolves when no server runs any more and none is being restarted. */
  readonly ended: Promise<void>;
  /** The process number, or null while the server is down. */
  pidOf(id: NodeId): number | null;
  /** SIGKILL; resolves when the process is gone. */
  kill(id: NodeId): Promise<void>;
  /** SIGSTOP: alive to its neighbours' kernels, silent to its neighbours. */
  pause(id: NodeId): void;
  /** SIGCONT. */
  resume(id: NodeId): void;
  /** Starts a server that is down; resolves when it is up. */
  restart(id: NodeId): Promise<void>;
  /** SIGTERM to all, SIGKILL to those that do not go in time. Idempotent. */
  stop(): Promise<void>;
}

const SERVERS_MAX = 9;
const PEER_PORT_OFFSET = 100;

/**
 * Starts servers as child processes and waits until each takes requests. The first start in a directory founds a cluster.
 *
 * @throws {UserError} With the line of the server that could not start; the others are ended again. Also when the data of
 * a server that was founded is gone.
 */
export async function startCluster(settings: ClusterSettings): Promise<RunningCluster> {
  if (!Number.isInteger(settings.servers) || settings.servers < 1 || settings.servers > SERVERS_MAX) {
    throw new UserError(`a cluster has 1 to ${SERVERS_MAX} servers, not ${settings.servers}`);
  }
  const record = await takeUp(settings);
  const { clusterId } = record;
  const servers = await addressesFor(settings);
  const founding = settings.keepsFiles === false ? [] : await foundingNow(settings.directory, record, [...servers.keys()]);
  const through = (await settings.through?.(servers)) ?? new Map<NodeId, ServerMap>();
  const children = new Map<NodeId, ServerChild>();
  for (const id of servers.keys()) {
    const dataDirectory = serverDirectory(settings.directory, id);
    children.set(
      id,
      new ServerChild({
        id,
        clusterId,
        servers: through.get(id) ?? servers,
        dataDirectory,
        isNew: founding.includes(id),
        nodeArguments: settings.nodeArguments ?? [],
        onLine: settings.onLine,
      }),
    );
  }
  try {
    await startAll(settings, record, children);
  } catch (error) {
    await Promise.all([...children.values()].map((child) => child.stop()));
    throw error;
  }
  return runningCluster(clusterId, servers, children, settings.onDown ?? (() => undefined));
}

async function foundingNow(directory: string, record: ClusterRecord, ids: readonly NodeId[]): Promise<readonly NodeId[]> {
  const founding: NodeId[] = [];
  for (const id of ids) if (await isToBeFounded(directory, record, id)) founding.push(id);
  return founding;
}

/** Those that came up are founded, whatever became of the others. */
async function startAll(
  { directory, keepsFiles }: ClusterSettings,
  record: ClusterRecord,
  children: ReadonlyMap<NodeId, ServerChild>,
): Promise<void> {
  const starts = await Promise.allSettled([...children.values()].map((child) => child.start()));
  const up = [...children.keys()].filter((id, i) => record.founded.includes(id) || starts[i]?.status === 'fulfilled');
  if (keepsFiles !== false && up.length > record.founded.length) await writeDown(directory, { ...record, founded: up });
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function runningCluster(
  clusterId: number,
  servers: ServerMap,
  children: ReadonlyMap<NodeId, ServerChild>,
  onDown: (id: NodeId) => void,
): RunningCluster {
  const all = [...children.values()];
  const child = (id: NodeId): ServerChild => {
    const found = children.get(id);
    if (found === undefined) throw new UserError(`there is no server ${id}`);
    return found;
  };
  const ended = new Promise<void>((resolve) => {
    const look = () => {
      if (all.every((one) => one.isDown)) resolve();
    };
    for (const [id, one] of children) {
      one.onDown = () => {
        onDown(id);
        look();
      };
    }
    look();
  });
  return {
    clusterId,
    servers,
    clientAddresses: [...servers.values()].map(({ host, clientPort }) => formatHostAndPort({ host, port: clientPort })),
    ended,
    pidOf: (id) => child(id).pid,
    kill: (id) => child(id).kill(),
    pause: (id) => child(id).signal('SIGSTOP'),
    resume: (id) => child(id).signal('SIGCONT'),
    restart: (id) => child(id).start(),
    stop: async () => {
      await Promise.all(all.map((one) => one.stop()));
    },
  };
}

async function addressesFor(settings: ClusterSettings): Promise<ServerMap> {
  const host = settings.host ?? '127.0.0.1';
  const count = settings.servers;
  const { basePort } = settings;
  if (basePort !== undefined && !(Number.isInteger(basePort) && basePort >= 1 && basePort + PEER_PORT_OFFSET + count <= 65_535)) {
    throw new UserError(`base port ${basePort} leaves no room for ${count} servers: expected 1 to ${65_535 - PEER_PORT_OFFSET - count}`);
  }
  const free = basePort === undefined ? await freePorts(2 * count, host) : [];
  const servers = new Map<NodeId, ServerAddress>();
  for (let i = 1; i <= count; i++) {
    const clientPort = free[i - 1] ?? (basePort ?? 0) + i;
    const peerPort = free[count + i - 1] ?? (basePort ?? 0) + PEER_PORT_OFFSET + i;
    servers.set(nodeId(i), { host, clientPort, peerPort });
  }
  return servers;
}
