import { performance } from 'node:perf_hooks';
import type { NodeId } from '../../core/base/units.js';
import type { Operation } from '../checkers/history.js';
import { checkRun, drawn } from './check-scenario.js';
import { turnsClocks } from '../options/clock-declaration.js';
import { Cluster } from '../cluster/cluster.js';
import { Coverage, FOUND } from '../coverage/coverage.js';
import { BadScenario } from '../base/bad-scenario.js';
import { framesOf, isOfAUser, placeOf } from '../base/frames.js';
import { guarded } from '../base/determinism-guard.js';
import { History } from '../oracles/clients/history.js';
import { Nemesis } from '../nemesis/nemesis.js';
import { NetworkWatch } from '../coverage/network-moments.js';
import type { Observer } from '../world/observer.js';
import { DeclaredClocks } from '../oracles/declared-clocks.js';
import { Violated, violated, violationOf, type Violation } from '../checkers/violation.js';
import { healAndConverge, liveThroughChaos, type Stage } from './phases.js';
import { isBeyondBudget, standStillAndRepair } from './repair-phase.js';
import type { RunReport } from './report.js';
import type { RunOptions } from '../options/run-options.js';
import type { AnyScenario, Scenario } from './scenario.js';
import type { HostedSystem, Watching } from './system.js';
import { together } from '../world/observers.js';
import { CoverageWatch } from '../coverage/world-moments.js';

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
  /** Receives the abstract shapes that the cluster went through (abstract-states.ts), each once. */
  readonly onShapes?: (shapes: ReadonlySet<number>) => void;
  /** Receives the run before its first event: for who may have to give it up. */
  readonly onBegun?: (run: BegunRun) => void;
}

/** A run that is under way, or was given up in the middle. */
export interface BegunRun {
  /** Whose code is running, and what for: `s3, in step, for a message`; null when it is none's. */
  acting(): string | null;
  /** What it had come to when it was given up, for that reason. */
  givenUp(property: string, message: string): RunReport;
}

/**
 * What a scenario makes of a seed.
 *
 * @throws {BadScenario} When it makes something of it that is no description of a run.
 */
export function optionsOf<NodeOptions>(scenario: Scenario<NodeOptions>, seed: number): RunOptions<NodeOptions> {
  return guarded(() => {
    const options = drawn(scenario, seed);
    checkRun(scenario, options, seed);
    return options;
  });
}

/**
 * Lives one world from its first event to its verdict, in one synchronous call. Same scenario and seed, same
 * report, except for `wallMs`.
 */
export function runScenario(scenario: AnyScenario, seed: number, extras: RunExtras = {}): RunReport {
  return guarded(() => runOptions(scenario, drawn(scenario, seed), seed, extras));
}

/** The same for options that are given whole. @throws {BadScenario} When they mean nothing. */
export function runOptions<NodeOptions>(
  about: Pick<Scenario<NodeOptions>, 'name' | 'system' | 'finding'> & Partial<Pick<Scenario<NodeOptions>, 'expected'>>,
  options: RunOptions<NoInfer<NodeOptions>>,
  seed: number,
  extras: RunExtras = {},
): RunReport {
  return guarded(() => {
    const { name, system, finding } = about;
    checkRun(about, options, seed);
    const startedMs = wallNowMs();
    const run = begun(name, seed, () => new Run(system as HostedSystem, options, seed, extras));
    const wallMs = (): number => Math.round((wallNowMs() - startedMs) * 10) / 10;
    extras.onBegun?.({
      acting: () => run.stage.cluster.world.acting.text,
      givenUp: (property, message) => {
        const { acting, nowUs } = run.stage.cluster.world;
        const server = acting.process?.isClient === false ? [acting.process.id] : [];
        return { ...run.report(name, seed, violationOf(property, message, nowUs, { servers: server }), false), wallMs: wallMs() };
      },
    });
    const violation = run.live();
    extras.onHistory?.(run.stage.history.operations());
    extras.onShapes?.(run.watching.shapes);
    const isExpected = violation !== null && finding?.properties.includes(violation.property) === true;
    return { ...run.report(name, seed, violation, isExpected), wallMs: wallMs() };
  });
}

/** @throws {BadScenario} When the system of a user's cannot even begin. */
function begun(name: string, seed: number, begin: () => Run): Run {
  try {
    return begin();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof BadScenario || !isOfAUser(error)) throw error;
    const line = error.message.split('\n')[0] ?? '';
    throw new BadScenario(`scenario "${name}", seed ${seed}: its system threw before the first event: ${line}${placeOf(error)}`);
  }
}

/**
 * What code of a user's threw outside of any machine, such as a load or a judge: a finding, with its place. What this
 * package threw is a bug of its own.
 */
function thrownOutside(error: unknown, atUs: number): Violated {
  if (!(error instanceof Error) || error instanceof BadScenario || !isOfAUser(error)) throw error;
  const line = error.message.split('\n')[0] ?? '';
  return new Violated(violationOf('threw', `outside of the machines: ${error.name}: ${line}`, atUs), error);
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
    const history = new History(options.servers);
    const work = system.work(options, history, this.#coverage);
    this.watching = system.watch({
      options,
      coverage: this.#coverage,
      cluster: () => this.stage.cluster,
      nemesis: () => this.stage.nemesis,
    });
    const observer = together([
      ...(extras.observers ?? []),
      new CoverageWatch(this.#coverage, options.servers, (state) => system.isServing(state)),
      new NetworkWatch(this.#coverage),
      // Without a fault to clocks nothing can be wrong with them, and nothing is spent on looking.
      ...(options.faults.some(turnsClocks) ? [new DeclaredClocks(options, (server) => this.#isOnWallTime(server))] : []),
      ...this.watching.observers,
    ]);
    const cluster = new Cluster(options, seed, observer, (client, outcome, atUs) => work.ended(client, outcome, atUs), system);
    this.stage = { cluster, history, workload: work, nemesis: new Nemesis(cluster, this.#coverage, this.watching.promises ?? null) };
  }

  /** @returns What went wrong first; null when all held. */
  live(): Violation | null {
    const { cluster, history } = this.stage;
    try {
      cluster.boot();
      liveThroughChaos(this.stage, this.#onAdvance);
      if (isBeyondBudget(this.stage)) standStillAndRepair(this.stage, this.#coverage);
      this.watching.healed(cluster.world.nowUs);
      const core = healAndConverge(this.stage);
      const judged: unknown = this.watching.judge({
        operations: history.operations(),
        staleReads: history.staleReads,
        failedWrites: history.failedWrites,
        core,
        atUs: cluster.world.nowUs,
      });
      if (judged instanceof Promise)
        violated('contract', 'a judge returned a promise: it judges in one synchronous call', cluster.world.nowUs);
      return null;
    } catch (error) {
      const { violation, cause } = error instanceof Violated ? error : thrownOutside(error, cluster.world.nowUs);
      const thrownAt = cause instanceof Error ? framesOf(cause) : [];
      return thrownAt.length === 0 ? violation : { ...violation, thrownAt };
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
