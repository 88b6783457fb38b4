import { RUN_LIMIT, RUN_LIMIT_MS } from '../run/limited-run.js';
import type { ExploreAsked, ExploreOptions, ExploreReport, Lane, Task } from './campaign.js';
import { loadScenarios } from './load-scenarios.js';
import { flagsFor } from './typescript.js';
import { wholeOptions } from './whole-options.js';
import { openLanes, type Lanes } from './lanes.js';
import { confirm, recheck } from './second-run.js';
import { Tally } from './tally.js';
import { tasksOf, type Again, type PlannedTask } from './tasks.js';

/** So many second runs may wait for each lane. */
const WAITING_MAX = 2;

/**
 * Runs seeds over scenarios and sums up what was seen. A share of the runs, and each that fails, is run again in another process
 * before it counts: what comes out otherwise there is no finding, and says that nothing else can be trusted.
 *
 * The order in which runs finish depends on the machine; the report does not, as long as the campaign
 * is bounded by seeds and not by time or by failures. One that ends at quiet may have begun a few runs more on
 * more lanes; when quiet came does not depend on them.
 *
 * @throws {RangeError} One line, when an option is out of range or there is nothing to run.
 * @throws {Error} When a scenario is unknown or a worker dies, which is a bug here and not a finding.
 */
export async function explore(asked: ExploreAsked): Promise<ExploreReport> {
  const whole = wholeOptions(asked);
  const scenarios = whole.scenarios ?? (await loadScenarios(whole.module)).map(({ name }) => name);
  const options: ExploreOptions = { ...whole, scenarios };
  const { module, jobs, hasOwnProcesses = false, runLimitMs = RUN_LIMIT_MS, environment = [] } = options;
  const lanes = await openLanes(scenarios, { module, jobs, hasOwnProcesses, runLimitMs, environment, flags: flagsFor(module) });
  const tally = new Tally(options, lanes.expectations);
  const campaign = new Campaign(lanes, tally, tasksOf(options));
  try {
    await Promise.all(lanes.list.map((lane) => campaign.drain(lane)));
  } finally {
    await lanes.close();
  }
  return tally.report();
}

class Campaign {
  readonly #lanes: Lanes;
  readonly #tally: Tally;
  readonly #tasks: Iterator<PlannedTask, void>;
  readonly #waiting = new Set<Promise<void>>();
  /** The first thing that went wrong with a second run, which nobody waits for at that time. */
  #broken: { readonly error: unknown } | null = null;

  constructor(lanes: Lanes, tally: Tally, tasks: Iterator<PlannedTask, void>) {
    this.#lanes = lanes;
    this.#tally = tally;
    this.#tasks = tasks;
  }

  async drain(lane: Lane): Promise<void> {
    while (!this.#tally.isOver() && this.#broken === null) {
      const next = this.#tasks.next();
      if (next.done === true) break;
      await this.#run(lane, next.value);
      if (this.#waiting.size > WAITING_MAX * this.#lanes.list.length) await Promise.race(this.#waiting);
    }
    await Promise.all(this.#waiting);
    if (this.#broken !== null) throw this.#broken.error;
  }

  async #run(lane: Lane, { again, ...task }: PlannedTask): Promise<void> {
    const done = await lane.run(task);
    if ('stuck' in done) {
      this.#tally.addStuck(task, done.stuck);
      return;
    }
    const { report } = done;
    this.#tally.add(task, done);
    if (report.violation?.property === RUN_LIMIT) this.#tally.failed(task, report);
    else if (report.verdict === 'violation') await this.#confirm(lane, task, done.report);
    else if (again !== null) this.#later(this.#recheck(lane, task, report.digest, again));
  }

  async #confirm(lane: Lane, task: Task, report: Parameters<Tally['failed']>[1]): Promise<void> {
    const difference = await confirm(this.#lanes, lane, task, report.digest);
    this.#tally.rechecked();
    if (difference === null) this.#tally.failed(task, report);
    else this.#tally.differed(task, difference);
  }

  async #recheck(lane: Lane, task: Task, digest: string, again: Exclude<Again, null>): Promise<void> {
    const difference = await recheck(this.#lanes, lane, task, digest, again);
    this.#tally.rechecked();
    if (difference !== null) this.#tally.differed(task, difference);
  }

  /** The lane that ran it first goes on meanwhile. */
  #later(work: Promise<void>): void {
    const waiting = work
      .catch((error: unknown) => {
        this.#broken ??= { error };
      })
      .finally(() => this.#waiting.delete(waiting));
    this.#waiting.add(waiting);
  }
}
