import { performance } from 'node:perf_hooks';
import type { NodeId } from '../core/base/units.js';
import type { Operation } from './checkers/history.js';
import { checkRun, drawn } from './check-run.js';
import { isClockHarm } from './clock-bound.js';
import { Cluster } from './cluster.js';
import { Coverage, FOUND } from './coverage.js';
import { guarded } from './guard.js';
import { History } from './history.js';
import { Nemesis } from './nemesis.js';
import { NetworkWatch } from './network-watch.js';
import type { Observer } from './observer.js';
import { DeclaredClocks } from './oracles/declared-clocks.js';
import { Violated } from './oracles/oracle.js';
import { healAndConverge, liveThroughChaos, type Stage } from './phases.js';
import { isBeyondBudget, standStillAndRepair } from './phases-beyond.js';
import type { RunReport, Violation } from './report.js';
import type { RunOptions } from './run-options.js';
import type { Scenario } from './scenario.js';
import type { HostedSystem, Watching } from './system.js';
import { raftSystem } from './system-raft.js';
import { together } from './together.js';
import { CoverageWatch } from './watch-coverage.js';

// Taken before any run begins: inside one the name is guarded, the function is not.
const wallNowMs = performance.now.bind(performance);
const US_PER_MS = 1_000;

/** What a caller may add to a run; none of it changes what happens. */
export interface RunExtras {
  /** Watches along, such as a transcript. Called before the oracles, so that it has seen what they judge. */
  readonly observers?: readonly Observer[];
  /** Receives the client history when the run is over. */
  readonly onHistory?: (operations: readonly Operation[]) => void;
  /** Called every 20 ms of simulated time until the healing, with the present in microseconds and the events so far: for who measures. */
  readonly onAdvance?: (nowUs: number, events: number) => void;
  /** Receives the abstract shapes that the cluster went through (cluster-shapes.ts), each once. */
  readonly onShapes?: (shapes: ReadonlySet<number>) => void;
}

/**
 * What a scenario makes of a seed.
 *
 * @throws {BadScenario} When it makes something of it that is no description of a run.
 */
export function optionsOf(scenario: Scenario, seed: number): RunOptions {
  return guarded(() => {
    const options = drawn(scenario, seed);
    checkRun(scenario.name, options, seed, systemOf(scenario));
    return options;
  });
}

/** The system that a scenario is about. */
export function systemOf(scenario: Pick<Scenario, 'system'>): HostedSystem {
  return scenario.system ?? (raftSystem as HostedSystem);
}

/**
 * Lives one world from its first event to its verdict, in one synchronous call. Same scenario and seed, same
 * report, except for `wallMs`.
 */
export function runScenario(scenario: Scenario, seed: number, extras: RunExtras = {}): RunReport {
  return guarded(() => runOptions(scenario.name, drawn(scenario, seed), seed, extras, scenario));
}

/** The same for options that are given whole. @throws {BadScenario} When they mean nothing. */
export function runOptions(name: string, options: RunOptions, seed: number, extras: RunExtras = {}, about: Pick<Scenario, 'system' | 'finding'> = {}): RunReport {
  return guarded(() => {
    const system = systemOf(about);
    checkRun(name, options, seed, system);
    const startedMs = wallNowMs();
    const run = new Run(system, options, seed, extras);
    const violation = run.live();
    extras.onHistory?.(run.stage.history.operations());
    extras.onShapes?.(run.watching.shapes);
    const isExpected = violation !== null && about.finding?.properties.includes(violation.property) === true;
    return { ...run.report(name, seed, violation, isExpected), wallMs: Math.round((wallNowMs() - startedMs) * 10) / 10 };
  });
}

/** A world with all who live in it, work on it and watch it. */
class Run {
  readonly stage: Stage;
  readonly watching: Watching;
  readonly #options: RunOptions;
  readonly #onAdvance: RunExtras['onAdvance'];
  readonly #coverage = new Coverage();

  constructor(system: HostedSystem, options: RunOptions, seed: number, extras: RunExtras) {
    this.#options = options;
    this.#onAdvance = extras.onAdvance;
    const history = new History();
    const work = system.work(options, history, this.#coverage);
    this.watching = system.watch({ options, coverage: this.#coverage, cluster: () => this.stage.cluster, nemesis: () => this.stage.nemesis });
    const observer = together([
      ...(extras.observers ?? []),
      new CoverageWatch(this.#coverage, options.servers, (state) => system.isServing(state)),
      new NetworkWatch(this.#coverage),
      // Without a harm to clocks nothing can be wrong with them, and nothing is spent on looking.
      ...(options.harms.some(({ harm }) => isClockHarm(harm)) ? [new DeclaredClocks(options, (server) => this.#isOnWallTime(server))] : []),
      ...this.watching.observers,
    ]);
    const cluster = new Cluster(options, seed, observer, (client, outcome, atUs) => work.ended(client, outcome, atUs), system);
    this.stage = { cluster, history, workload: work, nemesis: new Nemesis(cluster, this.#coverage, this.watching.promises ?? null) };
  }

  /** @returns What went wrong first; null when all held. */
  live(): Violation | null {
    const { cluster, history } = this.stage;
    try {
      liveThroughChaos(this.stage, this.#onAdvance);
      if (isBeyondBudget(this.stage)) standStillAndRepair(this.stage, this.#coverage);
      this.watching.healed(cluster.world.nowUs);
      const core = healAndConverge(this.stage);
      this.watching.judge({ operations: history.operations(), staleReads: history.staleReads, failedWrites: history.failedWrites, core, atUs: cluster.world.nowUs });
      return null;
    } catch (error) {
      if (!(error instanceof Violated)) throw error;
      const { property, message, atUs, key } = error;
      return { property, message, atMs: atUs / US_PER_MS, ...(key === null ? {} : { key }) };
    }
  }

  #isOnWallTime(server: NodeId): boolean {
    return this.stage.cluster.world.process(server).spec.clockSource === 'wall';
  }

  report(scenario: string, seed: number, violation: Violation | null, isExpected: boolean): Omit<RunReport, 'wallMs'> {
    const { cluster, history } = this.stage;
    if (isExpected) this.#coverage.mark(FOUND);
    return {
      verdict: violation === null ? 'pass' : isExpected ? 'found' : 'violation',
      scenario,
      seed,
      digest: cluster.world.digest(),
      events: cluster.world.events,
      simulatedMs: cluster.world.nowUs / US_PER_MS,
      commits: this.watching.commits,
      operations: history.calls,
      unknownOutcomes: history.unknownOutcomes,
      moments: this.#coverage.counts(),
      options: this.#options,
      ...(violation === null ? {} : { violation }),
    };
  }
}
