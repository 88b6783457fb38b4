import type { PoolCounts, PoolOptions } from '../../core/client/pool.js';
import { NOBODY, nodeId, type NodeId } from '../../core/base/units.js';
import type { Hello } from '../../core/wire/frames/hello.js';
import type { NodeRequest } from '../../core/wire/protocol.js';
import type { HostAndPort } from '../base/addresses.js';
import type { Log } from '../base/log.js';
import { ServerPool, type Reply } from './pool.js';
import { whoLeads } from './who-leads.js';

/** The connections to one server as they are now. */
export interface PoolReport extends PoolCounts {
  /** As it was given. */
  readonly address: string;
}

/**
 * The pools of one client, one for each server of its list, and what all its calls learn about the servers.
 *
 * An application gives addresses; servers hint at each other by their numbers. So a client machine knows the
 * servers by their place in the list, 1 and up, and here the two are matched: every server says its number
 * in its hello.
 */
export class ClientPools {
  readonly #options: PoolOptions;
  readonly #log: Log;
  readonly #addresses: readonly HostAndPort[];
  readonly #pools: readonly ServerPool[];
  /** Servers that are not of the list, by their own numbers. */
  readonly #learned = new Map<NodeId, ServerPool>();
  /** Where what only a leader does is sent instead, by place. */
  readonly #detours = new Map<NodeId, ServerPool>();
  readonly #following = new Set<NodeId>();
  #isClosed = false;
  /** From a server's own number to its place in the list. */
  readonly #places = new Map<NodeId, NodeId>();
  /** The cluster that the first hello named; a server of another one is a mistake in the list. */
  #clusterId: string | null = null;
  /** The place of the server that last answered as leader; NOBODY before. */
  leader: NodeId = NOBODY;
  /** False when a server said that its system keeps no sessions: then no lane asks for one any more. */
  keepsSessions = true;

  constructor(addresses: readonly HostAndPort[], options: PoolOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#addresses = addresses;
    this.#pools = addresses.map((at, i) => new ServerPool(at, options, (hello) => this.#meet(nodeId(i + 1), hello), log));
  }

  get places(): readonly NodeId[] {
    return this.#pools.map((_, i) => nodeId(i + 1));
  }

  get reports(): readonly PoolReport[] {
    return this.#pools.map(({ address, counts }) => ({ address, ...counts }));
  }

  get loads(): readonly (number | null)[] {
    return this.#pools.map(({ load }) => load);
  }

  addressOf(place: NodeId): string {
    return this.#pools[place - 1]?.address ?? 'no server';
  }

  /** The place of a server by its own number; NOBODY while that is not known. */
  placeOf(server: NodeId): NodeId {
    return this.#places.get(server) ?? NOBODY;
  }

  /**
   * Sends a request to the server at a place of the list; or, where that one said that another leads, which is not of the list, what only
   * the leader does to that other one. The request's own id does not matter.
   *
   * @returns As {@link ServerPool.send}.
   */
  send(place: NodeId, request: NodeRequest, onReply: (reply: Reply) => void): () => boolean {
    const pool = this.#pools[place - 1];
    const detour = isForLeader(request) ? this.#detours.get(place) : undefined;
    if (detour === undefined) return pool?.send(request, onReply) ?? (() => false);
    return detour.send(request, (reply) => {
      const isOver = reply.kind === 'gone' || reply.response.kind === 'notLeader';
      if (isOver && this.#detours.get(place) === detour) this.#detours.delete(place);
      onReply(reply);
    });
  }

  /** A server of the list says that one leads which is not of the list: finds out where that is, and sends there what only it does. */
  async follow(place: NodeId, leader: NodeId): Promise<void> {
    const at = this.#addresses[place - 1];
    if (at === undefined || this.#following.has(place) || this.#isClosed) return;
    this.#following.add(place);
    const known = this.#learned.get(leader);
    const found = known === undefined ? await whoLeads(at) : null;
    this.#following.delete(place);
    // Its hello says who it is: somebody else may lead by now.
    const pool =
      known ??
      (found === null || this.#isClosed ? null : new ServerPool(found, this.#options, (hello) => this.#meetLearned(hello), this.#log));
    if (pool === null) return;
    if (known === undefined) this.#learn(leader, pool);
    this.#detours.set(place, pool);
  }

  #learn(leader: NodeId, pool: ServerPool): void {
    const [oldest] = this.#learned;
    if (this.#learned.size >= LEARNED_MAX && oldest !== undefined) {
      oldest[1].close();
      this.#learned.delete(oldest[0]);
      for (const [place, detour] of this.#detours) if (detour === oldest[1]) this.#detours.delete(place);
    }
    this.#learned.set(leader, pool);
  }

  close(): void {
    this.#isClosed = true;
    for (const pool of [...this.#pools, ...this.#learned.values()]) pool.close();
  }

  /** @returns Why this server is not to be talked to; null when it is one of ours. */
  #meet(place: NodeId, { sender, clusterId }: Hello): string | null {
    const problem = this.#meetLearned({ clusterId });
    if (problem === null) this.#places.set(sender, place);
    return problem;
  }

  #meetLearned({ clusterId }: Pick<Hello, 'clusterId'>): string | null {
    this.#clusterId ??= clusterId;
    return clusterId === this.#clusterId ? null : `it is of cluster "${clusterId}", not "${this.#clusterId}"`;
  }
}

/** Servers that are not of the list and may be known besides: no cluster has so many. */
const LEARNED_MAX = 16;

function isForLeader(request: NodeRequest): boolean {
  return request.kind === 'command' || (request.kind === 'query' && request.level !== 'stale');
}
