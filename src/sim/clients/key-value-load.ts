import { byteStringFromText, EMPTY, type ByteString } from '../../core/base/bytestring.js';
import { connectionId, type NodeId } from '../../core/base/units.js';
import type { ClientCall, ClientOutcome } from '../../core/client/calls.js';
import type { Cluster } from '../cluster/cluster.js';
import { Coverage } from '../coverage/coverage.js';
import type { History } from '../oracles/clients/history.js';
import { between, chance, type Stream } from '../base/random-streams.js';
import type { WorkloadOptions } from '../options/run-options.js';
import type { Work } from '../run/system.js';
import { markOutcome } from '../coverage/world-moments.js';
import { processName } from '../base/process-names.js';

/** The application behind a client: in the simulator's own numbering no process has this one. */
const APPLICATION = connectionId(0);

/** One client's application: a closed loop over a few keys, one call at a time. */
interface Actor {
  readonly client: NodeId;
  readonly stream: Stream;
  /** Which reads may be old, and whom they ask. Drawn from only where some may, so that it shifts nothing else. */
  readonly staleness: Stream;
  /** What this client last learned of each key's version; 0 for none. */
  readonly versions: number[];
  calls: number;
  /** Calls begun after the healing that were served. */
  servedAfterHealing: number;
  callUs: number;
  /** Keys that this client has still to read when all is over. */
  readonly finalReads: ByteString[];
}

/**
 * What clients want. Each value is written once, so that a read tells whose write it saw.
 *
 * Each call draws four times from its client's own stream, whatever comes out, and each read twice from another where reads may be old.
 */
export class Workload implements Work {
  readonly #options: WorkloadOptions;
  readonly #history: History;
  readonly #coverage: Coverage;
  readonly #actors: Actor[] = [];
  readonly #keys: readonly ByteString[];
  #cluster: Cluster | null = null;
  #isOpen = true;
  #healedUs = Infinity;
  /** When the store last answered anybody. */
  #answeredUs = -Infinity;

  constructor(options: WorkloadOptions, history: History, coverage: Coverage = new Coverage()) {
    this.#coverage = coverage;
    this.#options = options;
    this.#history = history;
    this.#keys = Array.from({ length: options.keys }, (_, i) => byteStringFromText(`k${i}`));
  }

  /** Lets every client begin, each after a pause of its own. */
  start(cluster: Cluster): void {
    this.#cluster = cluster;
    for (const client of cluster.clients) {
      const name = processName(client, cluster.servers.length);
      const actor: Actor = {
        client,
        stream: cluster.world.streams.stream('workload', name),
        staleness: cluster.world.streams.stream('stale reads', name),
        versions: this.#keys.map(() => 0),
        calls: 0,
        servedAfterHealing: 0,
        callUs: 0,
        finalReads: [],
      };
      this.#actors.push(actor);
      this.#thinkThenCall(actor);
    }
  }

  /** From now on, and not before, what clients get done counts as progress. */
  healed(atUs: number): void {
    this.#healedUs = atUs;
    for (const actor of this.#actors) actor.servedAfterHealing = 0;
  }

  /** The least that any client was served of what it began after the healing. */
  get progress(): number {
    return this.#actors.reduce((least, { servedAfterHealing }) => Math.min(least, servedAfterHealing), Infinity);
  }

  /** No further call is begun. */
  stop(): void {
    this.#isOpen = false;
  }

  /** One read of each key, shared out over the clients. Only after {@link stop}, when all is idle. */
  readEverything(): void {
    this.#keys.forEach((key, i) => this.#actors[i % this.#actors.length]?.finalReads.push(key));
    for (const actor of this.#actors) this.#finalRead(actor);
  }

  /** Whether no call is under way. */
  get isIdle(): boolean {
    return this.#history.isIdle;
  }

  /** To be called with each outcome of a client machine. */
  ended(client: NodeId, said: unknown, atUs: number): void {
    const outcome = said as ClientOutcome;
    markOutcome(this.#coverage, outcome);
    const operation = this.#history.end(client, outcome, atUs);
    const actor = this.#actors.find((candidate) => candidate.client === client);
    if (actor === undefined) return;
    if (this.#wasServed(actor, outcome, atUs) && actor.callUs >= this.#healedUs) actor.servedAfterHealing++;
    const place = operation === null ? -1 : this.#keys.indexOf(operation.key as ByteString);
    if (operation !== null && place >= 0) actor.versions[place] = operation.op === 'delete' ? 0 : (operation.resultVersion ?? 0);
    if (this.#isOpen) this.#thinkThenCall(actor);
    else this.#finalRead(actor);
  }

  /**
   * Whether the store answered, be it with words that may tell of an earlier attempt of the same call. A client without a session gives a
   * write up after one attempt: where that takes longer than its patience, it counts if somebody was answered meanwhile.
   */
  #wasServed(actor: Actor, outcome: ClientOutcome, atUs: number): boolean {
    const isAnswer = outcome.kind === 'done' || (outcome.kind === 'maybe' && outcome.cause === 'ambiguous');
    if (isAnswer) this.#answeredUs = atUs;
    return isAnswer || (outcome.kind === 'maybe' && outcome.cause === 'noRepeat' && this.#answeredUs >= actor.callUs);
  }

  #finalRead(actor: Actor): void {
    const key = actor.finalReads.shift();
    if (key === undefined) return;
    actor.calls++;
    this.#read(actor, actor.calls, key);
  }

  #thinkThenCall(actor: Actor): void {
    const { world } = this.#clusterNow();
    const thinkUs = between(actor.stream, this.#options.thinkMsMin * 1_000, this.#options.thinkMsMax * 1_000);
    const place = between(actor.stream, 0, this.#keys.length - 1);
    const choice = actor.stream();
    const caution = actor.stream();
    world.schedule(world.nowUs + thinkUs, () => {
      if (this.#isOpen) this.#call(actor, place, choice, caution);
    });
  }

  #call(actor: Actor, place: number, choice: number, caution: number): void {
    actor.calls++;
    const key = this.#keys[place] ?? EMPTY;
    const padding = '-'.repeat(Math.floor(caution * (this.#options.paddingBytesMax + 1)));
    const value = byteStringFromText(`${actor.client}.${actor.calls}${padding}`);
    const id = actor.calls;
    switch (this.#opFor(choice)) {
      case 'get':
        this.#read(actor, id, key);
        return;
      case 'set':
        this.#ask(actor, { id, op: 'set', key, value });
        return;
      case 'delete':
        this.#ask(actor, { id, op: 'delete', key });
        return;
      case 'put': {
        // One in eight guesses that the key is not there, so that conflicts are met too.
        const version = caution < 1 / 8 ? 0 : (actor.versions[place] ?? 0);
        this.#ask(actor, { id, op: 'put', key, value, version });
      }
    }
  }

  #read(actor: Actor, id: number, key: ByteString): void {
    const { staleRatio } = this.#options;
    if (staleRatio.numerator > 0) {
      const { servers } = this.#clusterNow();
      const isStale = chance(actor.staleness, staleRatio);
      const ask = servers[between(actor.staleness, 0, servers.length - 1)];
      if (isStale && ask !== undefined) {
        this.#ask(actor, { id, op: 'get', key, level: 'stale', ask });
        return;
      }
    }
    this.#ask(actor, { id, op: 'get', key });
  }

  #opFor(choice: number): ClientCall['op'] {
    const { getWeight, setWeight, putWeight, deleteWeight } = this.#options;
    const at = choice * (getWeight + setWeight + putWeight + deleteWeight);
    if (at < getWeight) return 'get';
    if (at < getWeight + setWeight) return 'set';
    return at < getWeight + setWeight + putWeight ? 'put' : 'delete';
  }

  #ask(actor: Actor, call: ClientCall): void {
    const { world } = this.#clusterNow();
    actor.callUs = world.nowUs;
    this.#history.begin(actor.client, call, world.nowUs);
    world.request(actor.client, call, APPLICATION);
  }

  #clusterNow(): Cluster {
    if (this.#cluster === null) throw new Error('a workload is started before it works');
    return this.#cluster;
  }
}
