import { byteStringFromText, type ByteString } from '../../core/base/bytestring.js';
import { connectionId, type NodeId } from '../../core/base/units.js';
import type { LockCall, LockOutcome } from '../../core/client/lock.js';
import type { Operation } from '../checkers/history.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Coverage } from '../coverage/coverage.js';
import type { History } from '../oracles/clients/history.js';
import { LockExclusion } from '../oracles/clients/lock-exclusion.js';
import { between, type Stream } from '../base/random-streams.js';
import type { RunOptions } from '../options/run-options.js';
import type { Work } from '../run/system.js';
import { clientNumber, processName } from '../base/process-names.js';

/** The application behind a client: in the simulator's own numbering no process has this one. */
const APPLICATION = connectionId(0);

/** The lock that a client is about: they share them out in turn. */
export function lockKeyOf({ servers, workload }: RunOptions, client: NodeId): ByteString {
  return byteStringFromText(`lock${(client - 1 - servers) % workload.keys}`);
}

interface Actor {
  readonly client: NodeId;
  /** Among clients, from 1. */
  readonly number: number;
  readonly lockKey: ByteString;
  readonly stream: Stream;
  calls: number;
  /** `doubt`: it was told "maybe", and has to find out. */
  knows: 'free' | 'held' | 'doubt';
  /** What is under way; null in a pause. */
  pending: { readonly op: LockCall['op']; readonly operation: Operation & { readonly outcome: 'unknown' } } | null;
  doneAfterHealing: number;
  /** It has still to hold the lock once when all is over. */
  isLast: boolean;
}

/**
 * Clients that want locks, hold them for a while and let go. Each pause draws two times from its client's own stream. A pause in
 * which the lock is held is work under its protection: nobody else may have it then.
 */
export class LockWork implements Work {
  readonly #options: RunOptions;
  readonly #history: History;
  readonly #coverage: Coverage;
  readonly #exclusion = new LockExclusion();
  readonly #actors: Actor[] = [];
  #cluster: Cluster | null = null;
  #isOpen = true;
  #healedUs = Infinity;

  constructor(options: RunOptions, history: History, coverage: Coverage) {
    this.#options = options;
    this.#history = history;
    this.#coverage = coverage;
  }

  start(cluster: Cluster): void {
    this.#cluster = cluster;
    for (const client of cluster.clients) {
      const stream = cluster.world.streams.stream('workload', processName(client, cluster.servers.length));
      const lockKey = lockKeyOf(this.#options, client);
      const number = clientNumber(client, cluster.servers.length);
      const actor: Actor = { client, number, lockKey, stream, calls: 0, knows: 'free', pending: null, doneAfterHealing: 0, isLast: false };
      this.#actors.push(actor);
      this.#pauseThenCall(actor);
    }
  }

  healed(atUs: number): void {
    this.#healedUs = atUs;
  }

  /**
   * Of the lock that got on least, how much was done for each of its clients in the mean. A lock is not fair: who is unlucky
   * may give up in time again and again while the others take turns, and nothing is wrong.
   */
  get progress(): number {
    let least = Infinity;
    for (const { lockKey } of this.#actors) {
      const sharers = this.#actors.filter((actor) => actor.lockKey === lockKey);
      const done = sharers.reduce((sum, { doneAfterHealing }) => sum + doneAfterHealing, 0);
      least = Math.min(least, Math.floor(done / sharers.length));
    }
    return least;
  }

  /** No lock is acquired any more; those that are held, or may be, are released. */
  stop(): void {
    this.#isOpen = false;
    for (const actor of this.#actors) if (actor.pending === null && actor.knows !== 'free') this.#call(actor, 'release');
  }

  get isIdle(): boolean {
    return this.#history.isIdle;
  }

  /** Every lock is held once more by somebody: none was left behind. */
  readEverything(): void {
    const lockKeys = new Set<ByteString>();
    for (const actor of this.#actors) {
      if (lockKeys.has(actor.lockKey)) continue;
      lockKeys.add(actor.lockKey);
      actor.isLast = true;
      this.#call(actor, 'acquire');
    }
  }

  ended(client: NodeId, said: unknown, atUs: number): void {
    const outcome = said as LockOutcome;
    const actor = this.#actors.find((candidate) => candidate.client === client);
    const pending = actor?.pending ?? null;
    if (actor === undefined || pending === null || outcome.id !== actor.calls) return;
    actor.pending = null;
    const isSettled = outcome.kind !== 'failed' && outcome.kind !== 'maybe';
    if (isSettled && pending.operation.callUs >= this.#healedUs) actor.doneAfterHealing++;
    this.#history.endOther(client, operationOf(pending.operation, outcome, atUs));
    this.#learn(actor, pending.op, outcome, atUs);
    this.#goOn(actor);
  }

  #learn(actor: Actor, op: LockCall['op'], outcome: LockOutcome, atUs: number): void {
    const { number, lockKey } = actor;
    switch (outcome.kind) {
      case 'held':
        if (this.#exclusion.held(lockKey, number, outcome.version, atUs)) this.#coverage.mark('lock-changed-hands');
        actor.knows = 'held';
        actor.isLast = false;
        return;
      case 'notHeld':
        if (actor.knows === 'held') this.#exclusion.brokenInto(lockKey, number, atUs);
        actor.knows = 'free';
        return;
      case 'released':
        actor.knows = 'free';
        return;
      case 'maybe':
        this.#coverage.mark('lock-call-in-doubt');
        actor.knows = 'doubt';
        return;
      case 'failed':
        // A release that did nothing leaves it held, an acquire that did nothing leaves it as it was.
        if (op === 'acquire') actor.knows = 'free';
    }
  }

  #goOn(actor: Actor): void {
    if (this.#isOpen) this.#pauseThenCall(actor);
    else if (actor.knows !== 'free') this.#call(actor, 'release');
    else if (actor.isLast) this.#call(actor, 'acquire');
  }

  #pauseThenCall(actor: Actor): void {
    const { thinkMsMin, thinkMsMax } = this.#options.workload;
    const { world } = this.#clusterNow();
    const pauseUs = between(actor.stream, thinkMsMin * 1_000, thinkMsMax * 1_000);
    const choice = actor.stream();
    world.schedule(world.nowUs + pauseUs, () => {
      // A stop may have come meanwhile, and asked already.
      if (!this.#isOpen || actor.pending !== null) return;
      const isRelease = actor.knows === 'held' || (actor.knows === 'doubt' && choice < 1 / 2);
      this.#call(actor, isRelease ? 'release' : 'acquire');
    });
  }

  #call(actor: Actor, op: LockCall['op']): void {
    const { world } = this.#clusterNow();
    const { client, number, lockKey } = actor;
    if (op === 'release') this.#exclusion.letsGo(lockKey, number);
    actor.calls++;
    const operation = pendingOperation(number, lockKey, op, world.nowUs);
    actor.pending = { op, operation };
    this.#history.beginOther(client, operation);
    const call: LockCall = { id: actor.calls, op };
    world.request(client, call, APPLICATION);
  }

  #clusterNow(): Cluster {
    if (this.#cluster === null) throw new Error('a workload is started before it works');
    return this.#cluster;
  }
}

function pendingOperation(
  clientId: number,
  key: ByteString,
  op: LockCall['op'],
  callUs: number,
): Operation & { readonly outcome: 'unknown' } {
  return {
    clientId,
    key,
    op,
    value: null,
    version: null,
    expected: null,
    outcome: 'unknown',
    resultValue: null,
    resultVersion: null,
    callUs,
    returnUs: null,
  };
}

/** What the lock model makes of it; null where nothing was done and nothing seen. */
function operationOf(pending: Operation, outcome: LockOutcome, atUs: number): Operation | null {
  switch (outcome.kind) {
    case 'held':
      return { ...pending, outcome: 'ok', resultVersion: outcome.version, returnUs: atUs };
    case 'released':
      return { ...pending, outcome: 'ok', returnUs: atUs };
    case 'notHeld':
      return { ...pending, outcome: 'refused', returnUs: atUs };
    case 'maybe':
      return pending;
    case 'failed':
      return null;
  }
}
