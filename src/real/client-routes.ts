import { NOBODY, type NodeId } from '../core/base/units.js';
import type { ClientMessage } from '../core/client/client.js';
import type { NodeRequest, NodeResponse } from '../core/wire/protocol.js';
import type { ClientPools } from './client-pools.js';
import type { Reply } from './server-pool.js';

/**
 * What one client machine sends and hears, over the pools that all machines of a client share.
 *
 * A connection that breaks is told to the machine at once, in its own words: what never left was not done, and
 * what left without an answer is uncertain. Waiting for silence would say the same, later.
 */
export class ClientRoutes {
  readonly #pools: ClientPools;
  readonly #deliver: (from: NodeId, response: NodeResponse) => void;
  #isClosed = false;
  #trouble: string | null = null;

  constructor(pools: ClientPools, deliver: (from: NodeId, response: NodeResponse) => void) {
    this.#pools = pools;
    this.#deliver = deliver;
  }

  /** What last stood between this client and an answer, for people; null when there was one since. */
  get trouble(): string | null {
    return this.#trouble;
  }

  send(to: NodeId, message: ClientMessage): void {
    if (!isRequest(message)) return;
    this.#pools.send(to, message, (reply) => {
      if (!this.#isClosed) this.#onReply(to, message, reply);
    });
  }

  /** Nothing is delivered any more. */
  close(): void {
    this.#isClosed = true;
  }

  #onReply(place: NodeId, request: NodeRequest, reply: Reply): void {
    const { id } = request;
    if (reply.kind === 'gone') {
      this.#trouble = `no connection to ${this.#pools.addressOf(place)}: ${reply.why}`;
      this.#deliver(place, reply.wasSent ? { kind: 'notLeader', id, leaderHint: NOBODY, isUncertain: true } : { kind: 'unavailable', id, reason: reply.why });
      return;
    }
    const response = { ...reply.response, id };
    this.#noteTrouble(place, response);
    this.#noteLeader(place, request, response);
    if (response.kind === 'noSessions') this.#pools.keepsSessions = false;
    this.#deliver(place, this.#inPlaces(response));
  }

  #noteTrouble(place: NodeId, response: NodeResponse): void {
    const who = this.#pools.addressOf(place);
    if (response.kind === 'done') this.#trouble = null;
    else if (response.kind === 'unavailable') this.#trouble = `${who}: ${response.reason}`;
    else if (response.kind === 'notLeader') {
      const { leaderHint } = response;
      if (leaderHint === NOBODY) this.#trouble = `${who} knows no leader`;
      else if (this.#pools.placeOf(leaderHint) === NOBODY) this.#trouble = `${who} says that server ${leaderHint} leads, and none of the given addresses is known to be its`;
    }
  }

  /** Only a leader does commands and linearizable reads. */
  #noteLeader(place: NodeId, request: NodeRequest, response: NodeResponse): void {
    const isStale = request.kind === 'query' && request.level === 'stale';
    if (response.kind === 'done' && !isStale) this.#pools.leader = place;
  }

  #inPlaces(response: NodeResponse): NodeResponse {
    if (response.kind !== 'notLeader' && response.kind !== 'leader') return response;
    return { ...response, leaderHint: this.#pools.placeOf(response.leaderHint) };
  }
}

function isRequest(message: ClientMessage): message is NodeRequest {
  return message.kind === 'command' || message.kind === 'query' || message.kind === 'whoIsLeader' || (message.kind === 'status' && !('status' in message));
}
