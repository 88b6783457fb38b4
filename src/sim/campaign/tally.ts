import { performance } from 'node:perf_hooks';
import type {
  Difference,
  ExploreOptions,
  ExploreReport,
  ExploreVerdict,
  Failure,
  MissedMoment,
  NonDeterminism,
  Task,
  TaskDone,
} from './campaign.js';
import { addCounts, neverSeen, sortedRecord } from '../coverage/coverage.js';
import { Growth } from './novelty.js';
import { assert } from '../../core/base/assert.js';
import { violationOf } from '../checkers/violation.js';
import { RUN_LIMIT } from '../run/limited-run.js';
import { commandToRepeat, type RunReport } from '../run/report.js';
import { runsPlanned } from './tasks.js';

/** Stands for all scenarios where one is named: what they promise together. */
export const ALL_SCENARIOS = 'all scenarios together';

/** What a scenario, or {@link ALL_SCENARIOS}, promises to show, and after how many runs the promise counts. */
export interface Expectation {
  readonly name: string;
  readonly expected: readonly string[];
  readonly expectedWithinRuns: number;
}

/** The sum of a campaign's runs so far. */
export class Tally {
  readonly #options: ExploreOptions;
  readonly #expectations: readonly Expectation[];
  readonly #startedAt = performance.now();
  readonly #planned: number | null;
  readonly #failures: Failure[] = [];
  readonly #nonDeterminism: NonDeterminism[] = [];
  readonly #momentsOf = new Map<string, Map<string, number>>();
  readonly #runsOf = new Map<string, number>();
  readonly #moments: Map<string, number>;
  readonly #growth: Growth;
  #runs = 0;
  #rechecked = 0;
  #events = 0;
  #commits = 0;
  #simulatedMs = 0;

  constructor(options: ExploreOptions, expectations: readonly Expectation[]) {
    this.#options = options;
    this.#expectations = expectations;
    this.#planned = runsPlanned(options);
    this.#moments = this.#countsOf(ALL_SCENARIOS);
    this.#growth = new Growth(options.scenarios.length, options.firstSeed, options.shard);
  }

  /** Whether the time is up, enough has failed, nothing new is seen any more, or somebody said stop. */
  isOver(): boolean {
    const { forMs, failuresMax, untilQuiet, signal } = this.#options;
    if (signal?.aborted === true) return true;
    if (untilQuiet !== undefined && this.#growth.quietSeeds >= untilQuiet) return true;
    if (this.#failures.length + this.#nonDeterminism.length >= failuresMax) return true;
    // However little time there is, something is run: a campaign without a run says nothing.
    return forMs !== null && this.#runs > 0 && this.#elapsedMs() >= forMs;
  }

  add(task: Task, done: TaskDone): void {
    const { report, shapes } = done;
    this.#runs += 1;
    this.#events += report.events;
    this.#commits += report.commits;
    this.#simulatedMs += report.simulatedMs;
    this.#runsOf.set(task.scenario, (this.#runsOf.get(task.scenario) ?? 0) + 1);
    this.#growth.add(task.seed, Object.keys(report.moments), shapes);
    addCounts(this.#moments, report.moments);
    addCounts(this.#countsOf(task.scenario), report.moments);
    this.#tell(report);
  }

  /** A run that was added has failed, and did so again if that can be asked. */
  failed({ scenario, seed }: Task, { digest, violation }: Pick<RunReport, 'digest' | 'violation'>): void {
    assert(violation !== undefined, 'a run that failed broke a property');
    this.#failures.push({ scenario, seed, digest, violation, repeat: this.#repeat(scenario, seed) });
  }

  /** A run of which nothing is known but that it never ended. */
  addStuck(task: Task, message: string): void {
    this.#runs += 1;
    this.#runsOf.set(task.scenario, (this.#runsOf.get(task.scenario) ?? 0) + 1);
    this.#growth.add(task.seed, [], []);
    this.failed(task, { digest: '', violation: violationOf(RUN_LIMIT, message, 0) });
  }

  /** A run was run again. */
  rechecked(): void {
    this.#rechecked += 1;
  }

  /** A run came out in two ways. */
  differed({ scenario, seed }: Task, difference: Difference): void {
    this.#nonDeterminism.push({ scenario, seed, ...difference, repeat: this.#repeat(scenario, seed) });
  }

  #repeat(scenario: string, seed: number): string {
    return commandToRepeat(scenario, seed, this.#options.repeatWith);
  }

  report(): ExploreReport {
    const missing = neverSeen(this.#expectations, this.#momentsOf).map((moment) => ({
      ...moment,
      isDue: this.#wasLongEnough(moment.scenario),
    }));
    return {
      verdict: this.#verdict(missing),
      runs: this.#runs,
      runsPlanned: this.#planned,
      interrupted: this.#isInterrupted(),
      untouched: this.#options.scenarios.filter((name) => !this.#runsOf.has(name)),
      rechecked: this.#rechecked,
      events: this.#events,
      commits: this.#commits,
      simulatedMs: this.#simulatedMs,
      wallMs: this.#elapsedMs(),
      failures: this.#failures.toSorted(byScenarioAndSeed),
      nonDeterminism: this.#nonDeterminism.toSorted(byScenarioAndSeed),
      moments: sortedRecord(this.#moments),
      expectedMoments: this.#expectations.reduce((sum, { expected }) => sum + expected.length, 0),
      neverSeen: missing,
      shapes: this.#growth.shapes,
      quietSeeds: this.#growth.quietSeeds,
    };
  }

  /** Non-determinism first: under it no other verdict means anything. */
  #verdict(missing: readonly MissedMoment[]): ExploreVerdict {
    if (this.#nonDeterminism.length > 0) return 'non-determinism';
    if (this.#failures.length > 0) return 'violation';
    if (missing.some(({ isDue }) => isDue)) return 'never-seen';
    return this.#isInterrupted() ? 'interrupted' : 'pass';
  }

  /** A stop that came when all was done stopped nothing. */
  #isInterrupted(): boolean {
    return this.#options.signal?.aborted === true && (this.#planned === null || this.#runs < this.#planned);
  }

  #wasLongEnough(scenario: string): boolean {
    const promise = this.#expectations.find(({ name }) => name === scenario);
    const runs = scenario === ALL_SCENARIOS ? this.#runs : (this.#runsOf.get(scenario) ?? 0);
    return promise !== undefined && runs >= promise.expectedWithinRuns;
  }

  #countsOf(scenario: string): Map<string, number> {
    const known = this.#momentsOf.get(scenario);
    if (known !== undefined) return known;
    const fresh = new Map<string, number>();
    this.#momentsOf.set(scenario, fresh);
    return fresh;
  }

  #tell(latest: RunReport): void {
    const wallMs = this.#elapsedMs();
    this.#options.onProgress?.({
      runs: this.#runs,
      runsPlanned: this.#planned,
      failures: this.#failures.length,
      events: this.#events,
      eventsPerSecond: wallMs > 0 ? Math.round((this.#events / wallMs) * 1_000) : 0,
      simulatedMs: this.#simulatedMs,
      wallMs,
      moments: this.#moments,
      latest,
    });
  }

  #elapsedMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }
}

function byScenarioAndSeed(a: { scenario: string; seed: number }, b: { scenario: string; seed: number }): number {
  return a.scenario < b.scenario ? -1 : a.scenario > b.scenario ? 1 : a.seed - b.seed;
}
