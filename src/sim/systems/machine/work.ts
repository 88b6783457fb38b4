import { connectionId, NOBODY, type NodeId } from '../../../core/base/units.js';
import { between, type Stream } from '../../base/random-streams.js';
import type { History } from '../../oracles/clients/history.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { Coverage } from '../../coverage/coverage.js';
import type { Work } from '../../run/system.js';
import type { ClientRequest, ClientResult } from './client.js';
import { firstAsked, type Clients } from './clients.js';
import { drawFrom, type Draw } from '../../base/draw.js';
import type { MachineRun } from './run-state.js';
import type { Call, Caller } from './spec.js';

/** The application behind a client: in the simulator's own numbering no process has this one. */
const APPLICATION = connectionId(0);

/** What clients ask for. */
export interface Load<Request, Response> {
  readonly clients: Clients<Response, Request>;
  /** Calls that a client makes before the end, at most; Infinity as a rule. */
  readonly callsMax: number;
  /** Calls that are not made, such as `c1.4`, the fourth of the first client. */
  readonly without: ReadonlySet<string>;
  /** For how long servers are left alone before the last calls. */
  readonly restMs: number;
  next(draw: Draw, me: Caller<Request, Response>): Request;
  last?(draw: Draw, me: Caller<Request, Response>): Request;
}

interface Actor<Request, Response> {
  readonly client: NodeId;
  readonly name: string;
  readonly pauses: Stream;
  readonly targets: Draw;
  readonly requests: Draw;
  calls: number;
  last: Call<Request, Response> | null;
  callUs: number;
  doneAfterHealing: number;
}

/** Clients in closed loops: each pauses, asks, and waits for the outcome. */
export class CallingWork<Request, Response> implements Work {
  readonly #load: Load<Request, Response>;
  readonly #run: MachineRun<Request, Response>;
  readonly #history: History;
  readonly #coverage: Coverage;
  readonly #actors: Actor<Request, Response>[] = [];
  #cluster: Cluster | null = null;
  #isOpen = true;
  #healedUs = Infinity;
  /** Until then servers are left alone before they are looked at. */
  #restsUntilUs = 0;

  constructor(load: Load<Request, Response>, run: MachineRun<Request, Response>, history: History, coverage: Coverage) {
    this.#load = load;
    this.#run = run;
    this.#history = history;
    this.#coverage = coverage;
  }

  start(cluster: Cluster): void {
    this.#cluster = cluster;
    this.#run.cluster = cluster;
    for (const client of cluster.clients) {
      const { name } = cluster.world.process(client);
      const stream = (purpose: string): Stream => cluster.world.streams.stream(purpose, name);
      this.#actors.push({
        client,
        name,
        pauses: stream('workload'),
        targets: drawFrom(stream('whom a client asks')),
        requests: drawFrom(stream('requests')),
        calls: 0,
        last: null,
        callUs: 0,
        doneAfterHealing: 0,
      });
    }
    for (const actor of this.#actors) this.#thinkThenCall(actor);
  }

  healed(atUs: number): void {
    this.#healedUs = atUs;
    for (const actor of this.#actors) actor.doneAfterHealing = 0;
  }

  /** The least that any client got answered of what it began after the healing. A client that has no calls left has all that it wanted. */
  get progress(): number {
    return this.#actors.reduce((least, { calls, doneAfterHealing }) => {
      const isDone = calls >= this.#load.callsMax;
      return isDone ? least : Math.min(least, doneAfterHealing);
    }, Infinity);
  }

  stop(): void {
    this.#isOpen = false;
  }

  /** The last calls, after servers were left alone for a while: that they look alike for a moment is no rest. */
  readEverything(): void {
    const { world } = this.#clusterNow();
    this.#restsUntilUs = world.nowUs + this.#load.restMs * 1_000;
    world.schedule(this.#restsUntilUs, () => {
      const { last } = this.#load;
      if (last !== undefined) for (const actor of this.#actors) this.#ask(actor, last.bind(this.#load));
    });
  }

  get isIdle(): boolean {
    return this.#run.open.size === 0 && this.#clusterNow().world.nowUs >= this.#restsUntilUs;
  }

  ended(client: NodeId, said: unknown, atUs: number): void {
    const result = said as ClientResult<Response>;
    const actor = this.#actors.find((candidate) => candidate.client === client);
    const open = this.#run.open.get(client);
    if (actor === undefined || open === undefined || result.call !== actor.calls) return;
    const call: Call<Request, Response> =
      result.kind === 'maybe'
        ? open
        : { ...open, server: `s${result.from}`, outcome: { kind: result.kind, response: result.response }, returnMs: atUs / 1_000 };
    this.#run.open.delete(client);
    this.#run.calls.push(call);
    actor.last = call;
    this.#history.endUnlisted(client, result.kind !== 'maybe');
    if (result.kind === 'maybe') this.#coverage.mark('client-was-told-maybe');
    else if (result.kind === 'done' && actor.callUs >= this.#healedUs) actor.doneAfterHealing++;
    if (this.#isOpen) this.#thinkThenCall(actor);
  }

  #thinkThenCall(actor: Actor<Request, Response>): void {
    const [min, max] = this.#load.clients.thinkMs;
    const pauseUs = between(actor.pauses, min * 1_000, max * 1_000);
    if (actor.calls >= this.#load.callsMax) return;
    const { world } = this.#clusterNow();
    world.schedule(world.nowUs + pauseUs, () => {
      if (this.#isOpen) this.#ask(actor, this.#load.next.bind(this.#load));
    });
  }

  #ask(actor: Actor<Request, Response>, choose: Load<Request, Response>['next']): void {
    const cluster = this.#clusterNow();
    const { client, name } = actor;
    const number = client - cluster.servers.length;
    const request = choose(actor.requests, { name, number, call: actor.calls + 1, last: actor.last });
    const to = firstAsked(this.#load.clients.ask, actor.targets, cluster.servers, () => {
      const leader = cluster.leader();
      return leader === NOBODY ? null : leader;
    });
    const { nowUs } = cluster.world;
    actor.calls++;
    if (this.#load.without.has(`${name}.${actor.calls}`)) {
      this.#thinkThenCall(actor);
      return;
    }
    actor.callUs = nowUs;
    this.#run.open.set(client, {
      client: name,
      number: actor.calls,
      server: `s${to}`,
      request,
      outcome: { kind: 'maybe' },
      callMs: nowUs / 1_000,
      returnMs: null,
    });
    this.#history.beginUnlisted(client);
    const asked: ClientRequest<Request> = { call: actor.calls, request, to };
    cluster.world.request(client, asked, APPLICATION);
  }

  #clusterNow(): Cluster {
    if (this.#cluster === null) throw new Error('a load is started before it works');
    return this.#cluster;
  }
}
