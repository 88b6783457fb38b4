import { NOBODY, type NodeId } from '../core/base/units.js';
import type { ClientMessage } from '../core/client/client.js';
import type { NodeRequest, NodeResponse } from '../core/wire/protocol.js';
import { formatHostAndPort, type HostAndPort } from './addresses.js';
import type { Log } from './log.js';
import { ServerConnection } from './server-connection.js';

/** One server of the list, as this client knows it. */
interface Route {
  readonly address: HostAndPort;
  connection: ServerConnection | null;
  /** It has said hello on this connection, so what is sent now may reach it. */
  hasHello: boolean;
  /** Requests on this connection that no answer has come to. */
  readonly unanswered: Map<number, NodeRequest>;
}

/**
 * The connections of one client machine.
 *
 * An application gives addresses; servers hint at each other by their numbers. So the machine knows the
 * servers by their place in the list, 1 and up, and here the two are matched: every server says its
 * number in its hello. A hint to a number that no server has said yet is passed on as "unknown".
 *
 * A connection that breaks is told to the machine at once, in its own words: what never left was not
 * done, and what left without an answer is uncertain. Waiting for silence would say the same, later.
 */
export class ClientRoutes {
  readonly #routes: readonly Route[];
  readonly #deliver: (from: NodeId, response: NodeResponse) => void;
  readonly #log: Log;
  /** From a server's own number to its place in the list. */
  readonly #places = new Map<NodeId, NodeId>();
  /** The cluster that the first hello named; a server of another one is a mistake in the list. */
  #clusterId: string | null = null;
  #trouble: string | null = null;

  constructor(addresses: readonly HostAndPort[], deliver: (from: NodeId, response: NodeResponse) => void, log: Log) {
    this.#routes = addresses.map((address) => ({ address, connection: null, hasHello: false, unanswered: new Map() }));
    this.#deliver = deliver;
    this.#log = log;
  }

  /** What last stood between this client and an answer, for people; null when there was one since. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Sends a request to the server at a place of the list, over its connection or a new one. */
  send(to: NodeId, message: ClientMessage): void {
    const route = this.#routes[to - 1];
    if (route === undefined || !isRequest(message)) return;
    route.connection ??= this.#connect(route, to);
    route.unanswered.set(message.id, message);
    if (route.hasHello) route.connection.send(message);
  }

  close(): void {
    for (const route of this.#routes) {
      route.unanswered.clear();
      route.connection?.close();
      route.connection = null;
    }
  }

  #connect(route: Route, place: NodeId): ServerConnection {
    route.hasHello = false;
    const connection = new ServerConnection(route.address, {
      onHello: ({ sender, clusterId }) => {
        if (route.connection !== connection) return;
        this.#clusterId ??= clusterId;
        if (clusterId !== this.#clusterId) {
          this.#trouble = `${formatHostAndPort(route.address)} is of cluster "${clusterId}", not "${this.#clusterId}"`;
          this.#log('warn', this.#trouble);
          connection.close();
          return;
        }
        this.#places.set(sender, place);
        route.hasHello = true;
        for (const request of route.unanswered.values()) connection.send(request);
      },
      onResponse: (response) => {
        if (route.connection !== connection || !route.unanswered.delete(response.id)) return;
        this.#noteTrouble(route, response);
        this.#deliver(place, this.#inPlaces(response));
      },
      onGone: (why) => {
        if (route.connection === connection) this.#onGone(route, place, why);
      },
    });
    return connection;
  }

  #onGone(route: Route, place: NodeId, why: string): void {
    this.#trouble = `no connection to ${formatHostAndPort(route.address)}: ${why}`;
    this.#log('debug', this.#trouble);
    const requests = [...route.unanswered.keys()];
    const wasSent = route.hasHello;
    route.unanswered.clear();
    route.connection = null;
    route.hasHello = false;
    for (const id of requests) {
      this.#deliver(place, wasSent ? { kind: 'notLeader', id, leaderHint: NOBODY, isUncertain: true } : { kind: 'unavailable', id, reason: why });
    }
  }

  #noteTrouble(route: Route, response: NodeResponse): void {
    const who = formatHostAndPort(route.address);
    if (response.kind === 'done') this.#trouble = null;
    else if (response.kind === 'unavailable') this.#trouble = `${who}: ${response.reason}`;
    else if (response.kind === 'notLeader') {
      const { leaderHint } = response;
      if (leaderHint === NOBODY) this.#trouble = `${who} knows no leader`;
      else if (!this.#places.has(leaderHint)) this.#trouble = `${who} says that server ${leaderHint} leads, and none of the given addresses is known to be its`;
    }
  }

  #inPlaces(response: NodeResponse): NodeResponse {
    if (response.kind !== 'notLeader' && response.kind !== 'leader') return response;
    return { ...response, leaderHint: this.#places.get(response.leaderHint) ?? NOBODY };
  }
}

function isRequest(message: ClientMessage): message is NodeRequest {
  return message.kind === 'command' || message.kind === 'query' || message.kind === 'whoIsLeader' || (message.kind === 'status' && !('status' in message));
}
