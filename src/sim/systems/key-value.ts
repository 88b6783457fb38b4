import { inspect } from 'node:util';
import { assert } from '../../core/base/assert.js';
import type { NodeId } from '../../core/base/units.js';
import type { Operation } from '../checkers/history.js';
import type { Codecs, Machine } from '../../core/machine.js';
import type { NodeRequest, NodeResponse } from '../../core/wire/protocol.js';
import type { Recovery } from '../../core/recovery.js';
import type { Leadership } from '../cluster/leadership.js';
import type { Coverage } from '../coverage/coverage.js';
import type { Moment } from '../coverage/moments.js';
import type { ClockSource } from '../base/node-clock.js';
import { fingerprintOf } from '../base/fingerprint.js';
import { hostedServer } from '../cluster/hosted.js';
import { keyValueWords } from '../clients/key-value-words.js';
import { keyValueClient } from '../clients/key-value-client.js';
import { CLIENT_MOMENTS, type ClientMoment } from '../clients/moments.js';
import { judgeClients } from '../clients/judges.js';
import type { ClientOptions } from '../../core/client/calls.js';
import type { Promises } from '../budget/budget.js';
import type { Observer } from '../world/observer.js';
import type { StalePromise } from '../oracles/clients/stale-reads.js';
import type { RunOptions } from '../options/run-options.js';
import type { ClientHabits, HostedSystem, RunEnd, WatchedRun, Watching } from '../run/system.js';
import { Workload } from '../clients/key-value-load.js';

/** Characters of a state that are printed when its system has no words for it. */
const DESCRIPTION_MAX = 160;

/** What is particular to one system of servers that speak the protocol of the key-value store. */
export interface KeyValueSpec<State, Message, NodeOptions, Own extends string = string> {
  readonly name: string;
  checkOptions?(options: RunOptions<NodeOptions>): void;
  machine(options: RunOptions<NodeOptions>, id: NodeId): Machine<State, Message, NodeRequest, NodeResponse>;
  /** Which of its clocks a server is told. Absent: the monotonic one, as the contract has it. */
  clockSource?(options: RunOptions<NodeOptions>): ClockSource;
  readonly codecs: Codecs<Message, NodeRequest, NodeResponse>;
  /** Cheap integers for the running digest, which say what differs between two states, or two things sent. Absent: one over all of it, which costs its size at every step. */
  fingerprint?(state: State): number;
  /** Of what a server sends: messages to other servers, and responses to clients. */
  readonly messageFingerprint?: (sent: Message | NodeResponse) => number;
  /** Moments of its own, beside those of its clients: see HostedSystem. Absent: none. */
  readonly moments?: readonly Moment<Own>[];
  /** Absent: from its first state on. */
  isServing?(state: State): boolean;
  /** Absent: nobody leads, and faults that aim at leaders are refused. */
  readonly leadership?: Leadership<State>;
  /** What its files would come to at its next start. Absent: what the machine says of itself (`Machine.recovery`), which is nothing for one that keeps no files. */
  recovery?(options: RunOptions<NodeOptions>, id: NodeId): Recovery | null;
  /** Absent: a majority. */
  coreSize?(options: RunOptions<NodeOptions>): number;
  /** Absent: none. */
  essential?(options: RunOptions<NodeOptions>): readonly NodeId[];
  hasConverged(states: readonly State[]): boolean;
  /** Absent: the beginning of the state as Node prints values. */
  describe?(state: State): string;
  /** Absent: stories leave out what servers say to each other. */
  tell?(message: Message): string | null;
  /** A message in a line of a trace, which tells every one. Absent: as {@link tell} has it, or else its kind and fields. */
  line?(message: Message): string;
  /** Absent: stories tell of servers' states only what they note themselves. */
  news?(before: State, after: State): string | null;
  /** What its clients are told besides their patience, such as that one server alone is to be asked. Absent: nothing. */
  clients?(options: RunOptions<NodeOptions>): ClientOptions;
  /** What its clients do, in words: see HostedSystem. */
  readonly habits?: ClientHabits;
  /** What an operator asks of a server that shall lead from now on. Absent: no operator decides that in this system. */
  readonly takeOver?: unknown;
  /** Watchers and judges of the system's own properties. Absent: none. */
  watch?(run: WatchedRun<NodeOptions>): OwnWatchers;
  /**
   * Judges of client histories that are needed only where nobody sees the servers, as with real ones: in the simulator what
   * {@link watch} says of them finds the same earlier. Absent: none.
   */
  judgeUnseen?(end: RunEnd): void;
  /** Whether its answers tell the versions of keys. False for plain registers: versions are not judged then, and its load has no versioned puts. Absent: true. */
  readonly hasVersions?: boolean;
  /** Properties of client histories that this system does not promise, such as the Linearizability of reads at a replica. */
  readonly notPromised?: readonly string[];
  /** What it promises of reads that any server may answer (`stale`). Absent: as much as of the others, since it answers them alike. */
  readonly staleReads?: StalePromise;
}

/** What a system watches of itself, beside what its clients see. */
export interface OwnWatchers {
  /** In the order in which they see each event. */
  readonly observers: readonly Observer[];
  /** Abstract states that the cluster went through (Watching). Absent: none. */
  readonly shapes?: ReadonlySet<number>;
  /** Distinct writes that the system took for good so far. Absent: those that clients were told of. */
  commits?(): number;
  /** Who knows what servers let each other rely on (Watching). Absent: nobody. */
  readonly promises?: Promises;
  healed?(atUs: number): void;
  /** What can only be said when all is over. `clients` judges what clients saw, before or after what is said here. Absent: only that. */
  judge?(end: RunEnd, clients: () => void): void;
}

/**
 * A key-value system in the simulator: its clients are the client machine of core/client, its load the usual one,
 * and its histories are judged by every property of client histories that it promises.
 */
export function keyValueSystem<State, Message, NodeOptions, Own extends string = never>(
  spec: KeyValueSpec<State, Message, NodeOptions, Own>,
): HostedSystem<NodeOptions, ClientMoment | Own> {
  const judge = (end: RunEnd, coverage: Coverage): void =>
    judgeClients(
      spec.hasVersions === false ? withoutVersions(end) : end,
      coverage,
      spec.notPromised ?? [],
      spec.staleReads ?? 'linearizable',
    );
  return {
    name: spec.name,
    moments: [...CLIENT_MOMENTS, ...(spec.moments ?? [])],
    checkOptions: (options) => {
      const isFitting = spec.hasVersions !== false || options.workload.putWeight === 0;
      assert(
        isFitting,
        `the system ${spec.name} keeps no versions, so its clients put nothing over a version: set workload.putWeight to 0`,
      );
      spec.checkOptions?.(options);
    },
    server: (options, id) =>
      hostedServer({
        machine: spec.machine(options, id),
        clockSource: spec.clockSource?.(options) ?? 'monotonic',
        codecs: spec.codecs,
        fingerprint: spec.fingerprint ?? fingerprintOf,
        messageFingerprint: spec.messageFingerprint ?? fingerprintOf,
      }),
    client: (options, id) => keyValueClient(options, id, spec.clients?.(options) ?? {}),
    ...(spec.habits === undefined ? {} : { habits: spec.habits }),
    ...(spec.takeOver === undefined ? {} : { takeOver: spec.takeOver }),
    work: (options, history, coverage) => new Workload(options.workload, history, coverage),
    isServing: (state) => spec.isServing?.(state as State) ?? true,
    ...(spec.leadership === undefined ? {} : { leadership: spec.leadership as Leadership }),
    recovery: (options, id) => (spec.recovery === undefined ? (spec.machine(options, id).recovery ?? null) : spec.recovery(options, id)),
    coreSize: (options) => spec.coreSize?.(options) ?? Math.floor(options.servers / 2) + 1,
    essential: (options) => spec.essential?.(options) ?? [],
    hasConverged: (states) => spec.hasConverged(states as readonly State[]),
    describe: (state) => spec.describe?.(state as State) ?? printed(state),
    tell: (message) => spec.tell?.(message as Message) ?? null,
    ...(spec.line === undefined ? {} : { line: spec.line as (message: unknown) => string }),
    callLine: keyValueWords,
    news: (before, after) => spec.news?.(before as State, after as State) ?? null,
    watch: (run) => watching(spec.watch?.(run) ?? { observers: [] }, (end) => judge(end, run.coverage)),
    judgeClients: (end, coverage) => {
      judge(end, coverage);
      spec.judgeUnseen?.(end);
    },
  };
}

/** The watchers of a system's own together with the judges of what its clients saw. */
function watching(own: OwnWatchers, judge: (end: RunEnd) => void): Watching {
  let told = 0;
  return {
    observers: own.observers,
    get shapes(): ReadonlySet<number> {
      return own.shapes ?? NONE;
    },
    get commits(): number {
      return own.commits?.() ?? told;
    },
    ...(own.promises === undefined ? {} : { promises: own.promises }),
    healed: (atUs) => own.healed?.(atUs),
    judge: (end) => {
      told = end.operations.filter(({ op, outcome }) => op !== 'get' && outcome === 'ok').length;
      const clients = (): void => judge(end);
      if (own.judge === undefined) clients();
      else own.judge(end, clients);
    },
  };
}

const NONE: ReadonlySet<number> = new Set();

function printed(state: unknown): string {
  const text = inspect(state, { breakLength: Infinity, compact: true, depth: 3 });
  return text.length <= DESCRIPTION_MAX ? text : `${text.slice(0, DESCRIPTION_MAX)}…`;
}

function withoutVersions(end: RunEnd): RunEnd {
  const without = (operation: Operation): Operation => ({ ...operation, resultVersion: null });
  return { ...end, operations: end.operations.map(without), staleReads: end.staleReads.map(without) };
}
