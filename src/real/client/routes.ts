import { NOBODY, type NodeId } from '../../core/base/units.js';
import type { ClientMessage } from '../../core/client/client.js';
import type { NodeRequest, NodeResponse } from '../../core/wire/protocol.js';
import type { ClientPools } from './pools.js';
import type { Reply } from './pool.js';

/** A request that is under way. */
interface Asked {
  readonly request: NodeRequest;
  /** By which the machine knows it now. */
  id: number;
  isLively: () => boolean;
}

/**
 * What one client machine sends and hears, over the pools that all machines of a client share.
 *
 * A connection that breaks is told to the machine at once, in its own words: what never left was not done, and
 * what left without an answer is uncertain. Waiting for silence would say the same, later.
 *
 * A machine that has waited for long asks again. Where that is the same server, and its connection is lively, the answer is on its way, behind
 * others that are large perhaps: a second one would only be as much again to wait for.
 */
export class ClientRoutes {
  readonly #pools: ClientPools;
  readonly #deliver: (from: NodeId, response: NodeResponse) => void;
  readonly #tellsCallsApart: boolean;
  #isClosed = false;
  #trouble: string | null = null;
  /** What each server was asked for the call under way and has not answered. */
  readonly #asked = new Map<NodeId, Asked>();

  /** @param tellsCallsApart Whether its owner says when a call is over: only then one answer may serve two attempts. */
  constructor(pools: ClientPools, deliver: (from: NodeId, response: NodeResponse) => void, tellsCallsApart = false) {
    this.#pools = pools;
    this.#tellsCallsApart = tellsCallsApart;
    this.#deliver = deliver;
  }

  /** What last stood between this client and an answer, for people; null when there was one since. */
  get trouble(): string | null {
    return this.#trouble;
  }

  send(to: NodeId, message: ClientMessage): void {
    if (!isRequest(message)) return;
    const before = this.#asked.get(to);
    if (before !== undefined && isSame(before.request, message) && before.isLively()) {
      before.id = message.id;
      return;
    }
    const asked: Asked = { request: message, id: message.id, isLively: () => false };
    if (this.#tellsCallsApart) this.#asked.set(to, asked);
    asked.isLively = this.#pools.send(to, message, (reply) => {
      if (this.#asked.get(to) === asked) this.#asked.delete(to);
      if (!this.#isClosed) this.#onReply(to, { ...message, id: asked.id }, reply);
    });
  }

  /** What is asked from now on is asked anew, whatever it is like. */
  callIsOver(): void {
    this.#asked.clear();
  }

  /** Nothing is delivered any more. */
  close(): void {
    this.#isClosed = true;
  }

  #onReply(place: NodeId, request: NodeRequest, reply: Reply): void {
    const { id } = request;
    if (reply.kind === 'gone') {
      this.#trouble = `no connection to ${this.#pools.addressOf(place)}: ${reply.why}`;
      this.#deliver(
        place,
        reply.wasSent ? { kind: 'notLeader', id, leaderHint: NOBODY, isUncertain: true } : { kind: 'unavailable', id, reason: reply.why },
      );
      return;
    }
    const response = { ...reply.response, id };
    this.#noteTrouble(place, response);
    this.#noteLeader(place, request, response);
    const isElsewhere =
      response.kind === 'notLeader' && response.leaderHint !== NOBODY && this.#pools.placeOf(response.leaderHint) === NOBODY;
    if (isElsewhere) void this.#pools.follow(place, response.leaderHint);
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
      else if (this.#pools.placeOf(leaderHint) === NOBODY)
        this.#trouble = `${who} says that server ${leaderHint} leads, and none of the given addresses is known to be its`;
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
  return (
    message.kind === 'command' ||
    message.kind === 'query' ||
    message.kind === 'whoIsLeader' ||
    (message.kind === 'status' && !('status' in message))
  );
}

/** The same request of one call: a machine makes a command once for all attempts. */
function isSame(one: NodeRequest, other: NodeRequest): boolean {
  if (one.kind === 'command') return other.kind === 'command' && one.command === other.command;
  return one.kind === 'query' && other.kind === 'query' && one.key === other.key && one.level === other.level;
}
