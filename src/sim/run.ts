import { performance } from 'node:perf_hooks';
import { assert } from '../core/base/assert.js';
import type { Operation } from './checkers/history.js';
import type { NodeId } from '../core/base/units.js';
import { Cluster } from './cluster.js';
import { ClusterShapes } from './cluster-shapes.js';
import { Coverage } from './coverage.js';
import { Draws } from './draws.js';
import { guarded } from './guard.js';
import { History } from './history.js';
import { Nemesis } from './nemesis.js';
import { mayDouble } from './network-options.js';
import { NetworkWatch } from './network-watch.js';
import type { Observer } from './observer.js';
import { Violated } from './oracles/oracle.js';
import { oraclesFor } from './oracles/all.js';
import type { DurableFile } from './oracles/durable-quorum.js';
import { checkVersions } from './oracles/client-versions.js';
import { checkDirtyReads } from './oracles/dirty-read.js';
import { checkExclusion } from './oracles/exclusion.js';
import { checkAcknowledged, checkFailed, checkHistory } from './oracles/final.js';
import { StartsAgain } from './oracles/starts-again.js';
import { Watch } from './oracles/watch.js';
import { healAndConverge, liveThroughChaos, type Stage } from './phases.js';
import { RandomStreams } from './random.js';
import type { RunReport, Violation } from './report.js';
import type { RunOptions, Scenario } from './scenario.js';
import { together } from './together.js';
import { CoverageWatch, markOutcome } from './watch-coverage.js';
import { Workload } from './workload.js';

// Taken before any run begins: inside one the name is guarded, the function is not.
const wallNowMs = performance.now.bind(performance);
const US_PER_MS = 1_000;

/** What a caller may add to a run; none of it changes what happens. */
export interface RunExtras {
  /** Watches along, such as a transcript. Called before the oracles, so that it has seen what they judge. */
  readonly observers?: readonly Observer[];
  /** Receives the client history when the run is over. */
  readonly onHistory?: (operations: readonly Operation[]) => void;
  /** Receives the abstract shapes that the cluster went through (cluster-shapes.ts), each once. */
  readonly onShapes?: (shapes: ReadonlySet<number>) => void;
}

/** What a scenario makes of a seed. */
export function optionsOf(scenario: Scenario, seed: number): RunOptions {
  return scenario.options(new Draws(new RandomStreams(seed)));
}

/**
 * Lives one world from its first event to its verdict, in one synchronous call. Same scenario and seed, same
 * report, except for `wallMs`.
 */
export function runScenario(scenario: Scenario, seed: number, extras: RunExtras = {}): RunReport {
  return guarded(() => runOptions(scenario.name, optionsOf(scenario, seed), seed, extras));
}

/** The same for options that are given whole. */
export function runOptions(name: string, options: RunOptions, seed: number, extras: RunExtras = {}): RunReport {
  return guarded(() => {
    const { sessionlessRatio, deleteWeight } = options.workload;
    const isGuarded = sessionlessRatio.numerator === 0 || (deleteWeight === 0 && !mayDouble(options.clientLink));
    assert(isGuarded, 'without a session, doubled messages and puts repeated across a delete take effect twice (client/calls.ts)');
    const startedMs = wallNowMs();
    const run = new Run(options, seed, extras);
    const violation = run.live();
    extras.onHistory?.(run.stage.history.operations());
    extras.onShapes?.(run.shapes.seen);
    return { ...run.report(name, seed, violation), wallMs: Math.round((wallNowMs() - startedMs) * 10) / 10 };
  });
}

/** A world with all who live in it, work on it and watch it. */
class Run {
  readonly stage: Stage;
  readonly shapes: ClusterShapes;
  readonly #options: RunOptions;
  readonly #coverage = new Coverage();
  readonly #oracles: ReturnType<typeof oraclesFor>;

  constructor(options: RunOptions, seed: number, extras: RunExtras) {
    this.#options = options;
    this.shapes = new ClusterShapes(options.servers);
    const isRotten = (server: NodeId): boolean => this.stage.nemesis.rotten.has(server);
    this.#oracles = oraclesFor(options, (server) => honestFiles(this.stage.cluster, server), (server) => this.stage.nemesis.forgetful.has(server));
    const history = new History();
    const workload = new Workload(options.workload, history);
    const observer = together([
      ...(extras.observers ?? []),
      new CoverageWatch(this.#coverage, this.shapes, options.servers),
      new NetworkWatch(this.#coverage),
      new Watch(this.#oracles.list, options.servers),
      new StartsAgain((server) => isRotten(server) || this.stage.cluster.world.disk(server).hasFailed),
    ]);
    const cluster = new Cluster(options, seed, observer, (client, outcome, atUs) => {
      markOutcome(this.#coverage, outcome);
      workload.ended(client, outcome, atUs);
    });
    this.stage = { cluster, history, workload, nemesis: new Nemesis(cluster, this.#coverage) };
  }

  /** @returns What went wrong first; null when all held. */
  live(): Violation | null {
    try {
      liveThroughChaos(this.stage);
      this.#oracles.healed(this.stage.cluster.world.nowUs);
      const core = healAndConverge(this.stage);
      this.#judge(this.stage.cluster.view(core[0] ?? (0 as never))?.lastApplied ?? 0);
      return null;
    } catch (error) {
      if (!(error instanceof Violated)) throw error;
      return { property: error.property, message: error.message, atMs: error.atUs / US_PER_MS };
    }
  }

  /** What can only be said when all is over. */
  #judge(appliedTo: number): void {
    const { cluster, history } = this.stage;
    const atUs = cluster.world.nowUs;
    const operations = history.operations();
    const indexOf = this.#oracles.exactlyOnce.indexOfValue.bind(this.#oracles.exactlyOnce);
    checkAcknowledged(operations, indexOf, appliedTo, atUs);
    checkFailed(history.failedWrites, indexOf, atUs);
    checkDirtyReads(operations, history.failedWrites, atUs);
    checkExclusion(operations, atUs);
    checkVersions(operations, atUs);
    if (!checkHistory(operations, atUs)) this.#coverage.mark('linearizability-undecided');
  }

  report(scenario: string, seed: number, violation: Violation | null): Omit<RunReport, 'wallMs'> {
    const { cluster, history } = this.stage;
    return {
      verdict: violation === null ? 'pass' : 'violation',
      scenario,
      seed,
      digest: cluster.world.digest(),
      events: cluster.world.events,
      simulatedMs: cluster.world.nowUs / US_PER_MS,
      commits: this.#oracles.leaderCompleteness.count,
      operations: history.calls,
      unknownOutcomes: history.unknownOutcomes,
      moments: this.#coverage.counts(),
      options: this.#options,
      ...(violation === null ? {} : { violation }),
    };
  }
}

/** What a power cut would leave if no disk ever damaged anything: damage takes nothing from an acknowledgement that is on its way. */
function honestFiles(cluster: Cluster, server: NodeId): readonly DurableFile[] {
  const disk = cluster.world.disk(server);
  return disk.list().flatMap(({ path }) => {
    const bytes = disk.pristineBytes(path);
    return bytes === null ? [] : [{ path, bytes }];
  });
}
