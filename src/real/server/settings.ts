import type { NodeId } from '../../core/base/units.js';
import type { Past } from '../../core/machine.js';
import type { ServerMap } from '../base/addresses.js';
import type { Log } from '../base/log.js';
import type { Served } from '../systems/served-system.js';

/** What one server is started with. */
export interface ServerSettings {
  /** Who this server is; a key of `servers`. */
  readonly id: NodeId;
  /** Servers of different clusters refuse each other and each other's data directories. 1 .. 2^32-1. */
  readonly clusterId: number;
  /** Every server of the cluster, this one among them; the same map on all of them. */
  readonly servers: ServerMap;
  /** One process at a time; for ever of this id, cluster, system and set of servers. Not needed, and not touched, where the system keeps no files. */
  readonly dataDirectory?: string;
  /** Whether this server ran before. `none` founds it: the directory is created. `some`: it must hold its data. */
  readonly past: Past;
  /** What it is a server of, with the user's choices in it. Absent: `raft` with its defaults. */
  readonly system?: Served;
  /** What differs from the defaults of the host. */
  readonly options?: ServerOptions;
  readonly log?: Log;
}

/** Numbers of the host that a user may set. Absent: the default. */
export interface ServerOptions {
  /** The address that the ports are bound to, such as 0.0.0.0. Absent: the host that the list of servers has for this one. */
  readonly listenHost?: string;
  /** A port for HTTP on the host of the client port. Absent: none. */
  readonly httpPort?: number;
  /** Names by which HTTP clients may reach this server, besides the hosts of `servers`, addresses of numbers and localhost. */
  readonly httpHosts?: readonly string[];
  /** Milliseconds that a request over HTTP may wait for its answer. */
  readonly httpAnswerMsMax?: number;
  /**
   * Client connections at once, and HTTP connections too. A further one takes the place of the one that has been silent longest;
   * when none is, it is served for some seconds at most.
   */
  readonly clientConnectionsMax?: number;
  /** Bytes that all clients together may make the server hold; beyond it whoever holds most is closed. */
  readonly clientBytesMax?: number;
  /** Milliseconds without a request after which a client connection is closed. 0: never. */
  readonly clientIdleMsMax?: number;
  /** Milliseconds in which more of an unfinished request must come, or more of an answer must be taken. */
  readonly clientStalledMsMax?: number;
  /** Requests of one connection that may be unanswered before its further bytes wait in the network. */
  readonly unansweredRequestsMax?: number;
}

/** A server that is up. */
export interface RunningServer {
  readonly id: NodeId;
  /**
   * Resolves once, when the server has ended and its ports and files are closed: null after `stop()`, else the reason it ended by itself, or why
   * what was to be written at the stop could not be.
   */
  readonly ended: Promise<string | null>;
  /** Takes no new requests, gives those under way a moment to be answered, closes everything. Idempotent. */
  stop(): Promise<void>;
}
