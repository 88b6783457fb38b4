import { connectionId, micros, nodeId, type NodeId, type OperationId } from '../../../src/core/base/units.js';
import type { DiskStep, DiskValue, Effect, Input, Machine } from '../../../src/core/machine.js';
import type { NodeRequest, NodeResponse } from '../../../src/core/wire/protocol.js';
import { TestDisk } from '../storage/disk.js';

type Node<State, Message> = Machine<State, Message, NodeRequest, NodeResponse>;

export interface Flying<Message> {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
}

interface Server<State> {
  readonly id: NodeId;
  readonly disk: TestDisk;
  state: State | null;
  working: { readonly operation: OperationId; readonly steps: readonly DiskStep[] }[];
  life: number;
}

/** A request without the number that each gets here. */
export type Asked = NodeRequest extends infer Kind ? (Kind extends { readonly id: number } ? Omit<Kind, 'id'> : never) : never;

/** Servers of one system in the hands of a test, which plays the network, the disks, the power and the clock. */
export class Servers<State, Message> {
  nowUs = 1_000;
  /** Sent and neither delivered nor lost, oldest first. */
  flying: Flying<Message>[] = [];
  /** By the number of the request. */
  readonly answers = new Map<number, NodeResponse>();
  readonly notes: string[] = [];
  readonly stops: string[] = [];
  readonly members: readonly NodeId[];
  readonly #machine: Node<State, Message>;
  readonly #servers: readonly Server<State>[];
  #lastRequest = 0;

  constructor(machine: Node<State, Message>, count: number) {
    this.#machine = machine;
    this.members = Array.from({ length: count }, (_, i) => nodeId(i + 1));
    this.#servers = this.members.map((id) => ({ id, disk: new TestDisk(), state: null, working: [], life: 0 }));
    for (const id of this.members) this.boot(id);
  }

  /** Boots all and lets them get ready. Messages of the beginning are delivered. */
  static ready<State, Message>(machine: Node<State, Message>, count: number): Servers<State, Message> {
    const servers = new Servers(machine, count);
    servers.run();
    return servers;
  }

  state(id: number): State {
    const { state } = this.#server(id);
    if (state === null) throw new Error(`server ${id} is down`);
    return state;
  }

  isUp(id: number): boolean {
    return this.#server(id).state !== null;
  }

  boot(id: number): void {
    const server = this.#server(id);
    server.life++;
    const { state, effects } = this.#machine.init({
      self: server.id,
      members: this.members,
      past: 'unknown',
      now: micros(this.nowUs),
      seed: server.life * 1_000 + id,
    });
    server.state = state;
    this.#carryOut(server, effects);
  }

  /** Ends a life. With `chance` the power goes, and it says what of each unsynced write is left. */
  crash(id: number, chance: (() => number) | null = null): void {
    const server = this.#server(id);
    server.state = null;
    server.working = [];
    if (chance !== null) server.disk.cutPower(chance);
  }

  /** @returns The request's number. */
  ask(id: number, asked: Asked): number {
    const number = ++this.#lastRequest;
    this.#step(id, {
      kind: 'request',
      now: micros(this.nowUs),
      connection: connectionId(1),
      request: { ...asked, id: number } as NodeRequest,
    });
    return number;
  }

  /** Speaks to a server as another one, or as a guest, would. */
  hear(id: number, from: number, message: Message): void {
    this.#step(id, { kind: 'message', now: micros(this.nowUs), from: nodeId(from), message });
  }

  /** Delivers what stands at this place, oldest first. */
  deliver(place: number): void {
    const [sent] = this.flying.splice(place, 1);
    if (sent !== undefined && this.isUp(sent.to)) this.hear(sent.to, sent.from, sent.message);
  }

  /** Loses what is under way, as far as `isLost` says so. */
  lose(isLost: (sent: Flying<Message>) => boolean = () => true): void {
    this.flying = this.flying.filter((sent) => !isLost(sent));
  }

  /** Finishes the oldest operation of a server's disk, if there is one. */
  disk(id: number): void {
    const server = this.#server(id);
    const work = server.working.shift();
    if (work === undefined) return;
    const values: DiskValue[] = [];
    for (const step of work.steps) {
      const done = server.disk.perform(step);
      if (!done.ok) throw new Error(`the disk of server ${id} fails`);
      values.push(done.value);
    }
    this.#step(id, { kind: 'disk', now: micros(this.nowUs), operation: work.operation, outcome: { ok: true, values } });
  }

  isWorking(id: number): boolean {
    return this.#server(id).working.length > 0;
  }

  /** Lets disks and network work until nothing is left, without time going on. What `isLost` says is lost. */
  run(isLost: (sent: Flying<Message>) => boolean = () => false): void {
    for (let i = 0; i < 10_000; i++) {
      this.lose(isLost);
      const busy = this.#servers.find(({ working }) => working.length > 0);
      if (busy !== undefined) this.disk(busy.id);
      else if (this.flying.length > 0) this.deliver(0);
      else return;
    }
    throw new Error('servers talk for ever');
  }

  /** Moves time and wakes whoever wishes it, in the order of their wishes. Between two of them `then` happens. */
  sleep(ms: number, then: () => void = () => this.run()): void {
    const untilUs = this.nowUs + ms * 1_000;
    for (let i = 0; i < 10_000; i++) {
      const next = this.#nextWake();
      if (next === null || next.atUs > untilUs) {
        this.nowUs = untilUs;
        return;
      }
      this.nowUs = Math.max(this.nowUs, next.atUs);
      this.#step(next.id, { kind: 'wake', now: micros(this.nowUs) });
      then();
    }
    throw new Error('servers wake for ever');
  }

  /** Wakes one server now, whatever it wishes. */
  wake(id: number): void {
    this.#step(id, { kind: 'wake', now: micros(this.nowUs) });
  }

  #nextWake(): { readonly id: NodeId; readonly atUs: number } | null {
    let next: { readonly id: NodeId; readonly atUs: number } | null = null;
    for (const { id, state } of this.#servers) {
      const atUs = state === null ? null : this.#machine.wakeAt(state);
      if (atUs !== null && (next === null || atUs < next.atUs)) next = { id, atUs };
    }
    return next;
  }

  #step(id: number, input: Input<Message, NodeRequest>): void {
    const server = this.#server(id);
    if (server.state === null) return;
    const { state, effects } = this.#machine.step(server.state, input);
    server.state = state;
    this.#carryOut(server, effects);
  }

  #carryOut(server: Server<State>, effects: readonly Effect<Message, NodeResponse>[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.flying.push({ from: server.id, to: effect.to, message: effect.message });
      else if (effect.kind === 'respond') this.#answered(effect.response);
      else if (effect.kind === 'disk') server.working.push({ operation: effect.operation, steps: effect.steps });
      else if (effect.kind === 'note') this.notes.push(`${effect.name}: ${effect.text}`);
      else this.stops.push(effect.reason);
    }
  }

  #answered(response: NodeResponse): void {
    if (this.answers.has(response.id)) throw new Error(`request ${response.id} is answered twice`);
    this.answers.set(response.id, response);
  }

  #server(id: number): Server<State> {
    const server = this.#servers[id - 1];
    if (server === undefined) throw new Error(`there is no server ${id}`);
    return server;
  }
}
