import { EMPTY, type ByteString } from '../../../../src/core/base/bytestring.js';
import { connectionId, micros, nodeId, type NodeId } from '../../../../src/core/base/units.js';
import type { Input } from '../../../../src/core/machine.js';
import { keysDigest } from '../../../../src/core/systems/primary-replica/copy.js';
import type { PeerMessage } from '../../../../src/core/systems/primary-replica/messages.js';
import { primaryReplicaNode } from '../../../../src/core/systems/primary-replica/node.js';
import { memoryOptions, type PrimaryReplicaOptions } from '../../../../src/core/systems/primary-replica/options.js';
import type { ReplicationEffect, ReplicationRequest, ReplicationState } from '../../../../src/core/systems/primary-replica/state.js';
import type { Command } from '../../../../src/core/store/command.js';
import type { NodeResponse } from '../../../../src/core/wire/protocol.js';

export const PRIMARY = nodeId(1);
export const bs = (text: string): ByteString => text as ByteString;

export interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: PeerMessage;
}

/** Bounds so small that every one of them is met. */
export function smallOptions(over: Partial<PrimaryReplicaOptions> = {}): PrimaryReplicaOptions {
  return { ...memoryOptions(PRIMARY), windowMax: 4, backlogMax: 6, pieceBytesMax: 8, store: { sessionsMax: 8 }, ...over };
}

/** Servers in one room: their letters lie on a table until a test delivers, loses or copies them. */
export class Group {
  readonly letters: Letter[] = [];
  readonly notes: string[] = [];
  readonly answers: { readonly connection: number; readonly response: NodeResponse }[] = [];
  /** What each server holds after each of its steps: for whoever watches. */
  onState: (server: NodeId, state: ReplicationState) => void = () => undefined;
  nowUs = 1_000;
  readonly #states = new Map<NodeId, ReplicationState>();
  readonly #members: readonly NodeId[];
  readonly #options: PrimaryReplicaOptions;
  #seed = 1;
  #lastId = 0;

  constructor(servers: number, options: PrimaryReplicaOptions) {
    this.#members = Array.from({ length: servers }, (_, i) => nodeId(i + 1));
    this.#options = options;
  }

  startAll(): this {
    for (const server of this.#members) this.start(server);
    return this;
  }

  /** Boots a server, which then knows nothing of an earlier life. */
  start(server: NodeId): void {
    const { state, effects } = primaryReplicaNode(this.#options).init({
      self: server,
      members: this.#members,
      past: 'unknown',
      now: micros(this.nowUs),
      seed: this.#seed++,
    });
    this.#settle(server, state, effects);
  }

  state(server: NodeId): ReplicationState {
    const state = this.#states.get(server);
    if (state === undefined) throw new Error(`server ${server} was not started`);
    return state;
  }

  digest(server: NodeId): string {
    return keysDigest(this.state(server).store.keys);
  }

  ask(server: NodeId, request: ReplicationRequest, connection = 1): NodeResponse | null {
    const before = this.answers.length;
    this.#step(server, { kind: 'request', now: micros(this.nowUs), connection: connectionId(connection), request });
    return this.answers[before]?.response ?? null;
  }

  set(server: NodeId, key: string, value: string): NodeResponse | null {
    return this.command(server, { op: 'set', clientId: 0, sequenceNum: 0, key: bs(key), value: bs(value), version: 0 });
  }

  delete(server: NodeId, key: string): NodeResponse | null {
    return this.command(server, { op: 'delete', clientId: 0, sequenceNum: 0, key: bs(key), value: EMPTY, version: 0 });
  }

  command(server: NodeId, command: Command): NodeResponse | null {
    return this.ask(server, { kind: 'command', id: ++this.#lastId, command });
  }

  /** The value at a key, as this server tells it: null for none. */
  get(server: NodeId, key: string): string | null {
    const answer = this.ask(server, { kind: 'query', id: ++this.#lastId, key: bs(key) });
    if (answer?.kind !== 'done') throw new Error(`not answered: ${JSON.stringify(answer)}`);
    return answer.result.status === 'ok' ? answer.result.value : null;
  }

  hear(to: NodeId, from: NodeId, message: PeerMessage): void {
    this.#step(to, { kind: 'message', now: micros(this.nowUs), from, message });
  }

  deliver({ from, to, message }: Letter): void {
    if (this.#states.has(to)) this.hear(to, from, message);
  }

  /** Delivers everything in order until nothing is left on the table. */
  deliverAll(): void {
    for (let letter = this.letters.shift(); letter !== undefined; letter = this.letters.shift()) this.deliver(letter);
  }

  /** Lets time pass; timers fire when they are due, at most one for each server. */
  pass(us: number): void {
    this.nowUs += us;
    for (const server of this.#members) {
      const state = this.#states.get(server);
      const wakeAt = state === undefined ? null : primaryReplicaNode(this.#options).wakeAt(state);
      if (wakeAt !== null && wakeAt <= this.nowUs) this.#step(server, { kind: 'wake', now: micros(this.nowUs) });
    }
  }

  /** A calm time: nothing is lost and every timer fires. */
  calm(rounds: number): void {
    for (let i = 0; i < rounds; i++) {
      this.deliverAll();
      this.pass(this.#options.followInterval);
    }
    this.deliverAll();
  }

  #step(server: NodeId, input: Input<PeerMessage, ReplicationRequest>): void {
    const { state, effects } = primaryReplicaNode(this.#options).step(this.state(server), input);
    this.#settle(server, state, effects);
  }

  #settle(server: NodeId, state: ReplicationState, effects: readonly ReplicationEffect[]): void {
    this.#states.set(server, state);
    for (const effect of effects) {
      if (effect.kind === 'send') this.letters.push({ from: server, to: effect.to, message: effect.message });
      else if (effect.kind === 'respond') this.answers.push({ connection: effect.connection, response: effect.response });
      else if (effect.kind === 'note') this.notes.push(`s${server} ${effect.name}`);
    }
    this.onState(server, state);
  }
}
