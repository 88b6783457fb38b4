import type { PoolCounts, PoolOptions } from '../core/client/pool.js';
import { NOBODY, nodeId, type NodeId } from '../core/base/units.js';
import type { Hello } from '../core/wire/hello.js';
import type { NodeRequest } from '../core/wire/protocol.js';
import type { HostAndPort } from './addresses.js';
import type { Log } from './log.js';
import { ServerPool, type Reply } from './server-pool.js';

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
  readonly #pools: readonly ServerPool[];
  /** From a server's own number to its place in the list. */
  readonly #places = new Map<NodeId, NodeId>();
  /** The cluster that the first hello named; a server of another one is a mistake in the list. */
  #clusterId: string | null = null;
  /** The place of the server that last answered as leader; NOBODY before. */
  leader: NodeId = NOBODY;
  /** False when a server said that its system keeps no sessions: then no lane asks for one any more. */
  keepsSessions = true;

  constructor(addresses: readonly HostAndPort[], options: PoolOptions, log: Log) {
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

  /** Sends a request to the server at a place of the list. The request's own id does not matter. */
  send(place: NodeId, request: NodeRequest, onReply: (reply: Reply) => void): void {
    this.#pools[place - 1]?.send(request, onReply);
  }

  close(): void {
    for (const pool of this.#pools) pool.close();
  }

  /** @returns Why this server is not to be talked to; null when it is one of ours. */
  #meet(place: NodeId, { sender, clusterId }: Hello): string | null {
    this.#clusterId ??= clusterId;
    if (clusterId !== this.#clusterId) return `it is of cluster "${clusterId}", not "${this.#clusterId}"`;
    this.#places.set(sender, place);
    return null;
  }
}
