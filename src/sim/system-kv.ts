import { inspect } from 'node:util';
import { assert } from '../core/base/assert.js';
import type { NodeId } from '../core/base/units.js';
import type { Operation } from './checkers/history.js';
import type { Codecs, Machine } from '../core/machine.js';
import type { NodeRequest, NodeResponse } from '../core/wire/protocol.js';
import type { Coverage } from './coverage.js';
import type { ClockSource } from './clock.js';
import { fingerprintOf } from './fingerprint.js';
import type { HostedServer } from './hosted.js';
import { keyValueClient } from './hosted-client.js';
import { judgeClients } from './judges.js';
import type { Observer } from './observer.js';
import type { StalePromise } from './oracles/stale-reads.js';
import type { RunOptions } from './run-options.js';
import type { HostedSystem, RunEnd, WatchedRun, Watching } from './system.js';
import { Workload } from './workload.js';

/** Characters of a state that are printed when its system has no words for it. */
const DESCRIPTION_MAX = 160;

/** What is particular to one system of servers that speak the protocol of the key-value store. */
export interface KeyValueSpec<State, Message, NodeOptions> {
  readonly name: string;
  checkOptions?(options: RunOptions<NodeOptions>): void;
  machine(options: RunOptions<NodeOptions>, id: NodeId): Machine<State, Message, NodeRequest, NodeResponse>;
  /** Which of its clocks a server is told. Absent: the monotonic one, as the contract has it. */
  clockSource?(options: RunOptions<NodeOptions>): ClockSource;
  readonly codecs: Codecs<Message, NodeRequest, NodeResponse>;
  /** Cheap integers for the running digest, which say what differs between two states or messages. Absent: one over all of it, which costs its size at every step. */
  fingerprint?(state: State): number;
  messageFingerprint?(message: Message): number;
  /** Absent: from its first state on. */
  isServing?(state: State): boolean;
  /** Absent: nobody leads. */
  leadsIn?(state: State): number | null;
  /** What its data directories are labelled with, if it keeps any with core/storage. Absent: 1. */
  clusterId?(options: RunOptions<NodeOptions>): number;
  /** How many finished snapshots core/storage leaves on its disk, if it keeps any there. Absent: it removes none. */
  snapshotsKept?(state: State): number;
  /** Absent: a majority. */
  coreSize?(options: RunOptions<NodeOptions>): number;
  /** Absent: none. */
  essential?(options: RunOptions<NodeOptions>): readonly NodeId[];
  hasConverged(states: readonly State[]): boolean;
  /** Absent: the beginning of the state as Node prints values. */
  describe?(state: State): string;
  /** Absent: stories leave out what servers say to each other. */
  tell?(message: Message): string | null;
  /** Absent: stories tell of servers' states only what they note themselves. */
  news?(before: State, after: State): string | null;
  /** Watchers of the system's own properties. Absent: none. */
  observers?(run: WatchedRun<NodeOptions>): readonly Observer[];
  /** Whether its answers tell the versions of keys. False for plain registers: versions are not judged then, and its load has no versioned puts. Absent: true. */
  readonly hasVersions?: boolean;
  /** Properties of client histories that this system does not promise, such as the Linearizability of reads at a replica. */
  readonly notPromised?: readonly string[];
  /** What it promises of reads that any server may answer (`stale`). Absent: as much as of the others, since it answers them alike. */
  readonly staleReads?: StalePromise;
}

/**
 * A key-value system in the simulator: its clients are the client machine of core/client, its load the usual one,
 * and its histories are judged by every property of client histories that it promises.
 */
export function keyValueSystem<State, Message, NodeOptions>(spec: KeyValueSpec<State, Message, NodeOptions>): HostedSystem<NodeOptions> {
  const judge = (end: RunEnd, coverage: Coverage): void =>
    judgeClients(spec.hasVersions === false ? withoutVersions(end) : end, coverage, spec.notPromised ?? [], spec.staleReads ?? 'linearizable');
  return {
    name: spec.name,
    checkOptions: (options) => {
      const isFitting = spec.hasVersions !== false || options.workload.putWeight === 0;
      assert(isFitting, `the system ${spec.name} keeps no versions, so its clients put nothing over a version: set workload.putWeight to 0`);
      spec.checkOptions?.(options);
    },
    server: (options, id) => ({
      machine: spec.machine(options, id),
      clockSource: spec.clockSource?.(options) ?? 'monotonic',
      codecs: spec.codecs,
      fingerprint: spec.fingerprint ?? fingerprintOf,
      messageFingerprint: spec.messageFingerprint ?? fingerprintOf,
    }) as unknown as HostedServer,
    client: keyValueClient,
    work: (options, history, coverage) => new Workload(options.workload, history, coverage),
    isServing: (state) => spec.isServing?.(state as State) ?? true,
    leadsIn: (state) => spec.leadsIn?.(state as State) ?? null,
    view: () => null,
    clusterId: (options) => spec.clusterId?.(options) ?? 1,
    snapshotsKept: (state) => spec.snapshotsKept?.(state as State) ?? Infinity,
    coreSize: (options) => spec.coreSize?.(options) ?? Math.floor(options.servers / 2) + 1,
    essential: (options) => spec.essential?.(options) ?? [],
    hasConverged: (states) => spec.hasConverged(states as readonly State[]),
    describe: (state) => spec.describe?.(state as State) ?? printed(state),
    tell: (message) => spec.tell?.(message as Message) ?? null,
    news: (before, after) => spec.news?.(before as State, after as State) ?? null,
    watch: (run) => watchClients(run, spec, judge),
    judgeClients: judge,
  };
}

function watchClients<State, Message, NodeOptions>(
  run: WatchedRun<NodeOptions>,
  spec: KeyValueSpec<State, Message, NodeOptions>,
  judge: HostedSystem['judgeClients'],
): Watching {
  let commits = 0;
  return {
    observers: spec.observers?.(run) ?? [],
    shapes: new Set(),
    get commits() {
      return commits;
    },
    healed: () => undefined,
    judge: (end) => {
      commits = end.operations.filter(({ op, outcome }) => op !== 'get' && outcome === 'ok').length;
      judge(end, run.coverage);
    },
  };
}

function printed(state: unknown): string {
  const text = inspect(state, { breakLength: Infinity, compact: true, depth: 3 });
  return text.length <= DESCRIPTION_MAX ? text : `${text.slice(0, DESCRIPTION_MAX)}…`;
}

function withoutVersions(end: RunEnd): RunEnd {
  const without = (operation: Operation): Operation => ({ ...operation, resultVersion: null });
  return { ...end, operations: end.operations.map(without), staleReads: end.staleReads.map(without) };
}
