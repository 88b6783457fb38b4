import type { NodeId } from '../../core/base/units.js';
import type { Operation } from '../checkers/history.js';
import type { Promises } from '../budget/budget.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Coverage } from '../coverage/coverage.js';
import type { Moment } from '../coverage/moments.js';
import type { FailedWrite, History } from '../oracles/clients/history.js';
import type { Hosted } from '../cluster/hosted.js';
import type { Nemesis } from '../nemesis/nemesis.js';
import type { Observer } from '../world/observer.js';
import type { RunOptions } from '../options/run-options.js';

/**
 * A system under test, whole: its machines, what the applications behind its clients do, and who judges what
 * becomes of it. Everything else in src/sim is the same for every system.
 */
export interface HostedSystem<NodeOptions = unknown, Own extends string = string> extends Hosted<NodeOptions> {
  /**
   * Moments of its own, beside those that any system can come to: what its machines note, and what its watchers mark. A scenario
   * that expects another one is refused. Absent: none.
   */
  readonly moments?: readonly Moment<Own>[];
  work(options: RunOptions<NodeOptions>, history: History, coverage: Coverage): Work;
  /** The watchers and judges of one run. */
  watch(run: WatchedRun<NodeOptions>): Watching;
  /** What its clients do, for whoever lets others live its scenarios (cli/chaos). Absent: they want values, and read where they write. */
  readonly habits?: ClientHabits;
  /**
   * Judges what clients saw, by every property of client histories that this system promises. {@link Watching.judge} says it of a
   * run, and others of histories that real servers gave.
   */
  readonly judgeClients: (end: RunEnd, coverage: Coverage) => void;
}

export interface ClientHabits {
  /** Values of keys, or locks that are keys. */
  readonly wants: 'values' | 'locks';
  /** Whom they ask: whoever takes writes; any server for reads; or the first server alone. */
  readonly asks: 'leader' | 'anyone' | 'first';
}

/** The applications behind the clients: closed loops whose calls end up in a history. */
export interface Work {
  /** Lets every client begin. */
  start(cluster: Cluster): void;
  /** From now on what clients get done counts as progress. */
  healed(atUs: number): void;
  /** The least that any client got done of what it began after the healing. */
  readonly progress: number;
  /** No further call is begun. */
  stop(): void;
  /** Asks once more for all there is, when all is over; only after {@link stop}, when the history is idle. */
  readEverything(): void;
  /** Whether no call is under way. */
  readonly isIdle: boolean;
  /** Takes what a client's machine responded to its application. */
  ended(client: NodeId, outcome: unknown, atUs: number): void;
}

/** What judges may look at while a run lives. The cluster and the nemesis are there from the first event on. */
export interface WatchedRun<NodeOptions> {
  readonly options: RunOptions<NodeOptions>;
  readonly coverage: Coverage;
  readonly cluster: () => Cluster;
  readonly nemesis: () => Nemesis;
}

/** The watchers of one run, and what they say when it is over. All say so by `violated` (checkers/violation.ts). */
export interface Watching {
  /** In the order in which they see each event. */
  readonly observers: readonly Observer[];
  /** Abstract shapes that the cluster went through, as integers below SHAPES_END; empty for a system without. */
  readonly shapes: ReadonlySet<number>;
  /** Distinct writes that the system took for good so far. */
  readonly commits: number;
  /** Who knows what servers let each other rely on. Absent: nobody, so all that was ever durable counts as promised (budget.ts). */
  readonly promises?: Promises;
  /** The nemesis is done and the core is healed, at world time `atUs`. */
  healed(atUs: number): void;
  /** What can only be said when all is over. */
  judge(end: RunEnd): void;
}

export interface RunEnd {
  readonly operations: readonly Operation[];
  /** Reads that were asked to be quick rather than new (`stale`); they are no part of `operations`. */
  readonly staleReads: readonly Operation[];
  readonly failedWrites: readonly FailedWrite[];
  readonly core: readonly NodeId[];
  readonly atUs: number;
}
