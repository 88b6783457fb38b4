import { Worker } from 'node:worker_threads';
import { BadScenario } from './bad-scenario.js';
import type { Task, TaskAnswer, TaskDone } from './campaign.js';
import { FOUND } from './coverage.js';
import { carryOut, loadNamed, loadPromise, loadScenarios, pick } from './load.js';
import type { Scenario } from './scenario.js';
import { ALL_SCENARIOS, type Expectation } from './tally.js';

/** Whatever lives one run at a time: this thread or a worker. */
export interface Lane {
  run(task: Task): Promise<TaskDone>;
}

export interface Lanes {
  readonly list: readonly Lane[];
  /** What the chosen scenarios promise, in the order in which they were named; and what all do together, if all were. */
  readonly expectations: readonly Expectation[];
  close(): Promise<void>;
}

/**
 * Opens `jobs` lanes for the scenarios that `module` exports.
 *
 * @throws {Error} When one of `names` is not there.
 */
export async function openLanes(module: URL, names: readonly string[], jobs: number): Promise<Lanes> {
  const scenarios = await loadNamed(module);
  const expectations: Expectation[] = names.map((name) => expectationOf(pick(scenarios, name)));
  const promise = await loadPromise(module);
  if (promise !== null && (await loadScenarios(module)).every(({ name }) => names.includes(name))) {
    expectations.push({ name: ALL_SCENARIOS, expected: promise.moments, expectedWithinRuns: promise.withinRuns });
  }
  if (jobs === 1) {
    const here: Lane = {
      async run(task) {
        // A breath between runs, so that this thread can also draw progress and hear Ctrl-C.
        await new Promise((resolve) => setImmediate(resolve));
        return carryOut(scenarios, task);
      },
    };
    return { list: [here], expectations, close: () => Promise.resolve() };
  }
  const workers = Array.from({ length: jobs }, () => new WorkerLane(module));
  return {
    list: workers,
    expectations,
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

/** What a scenario promises to show, its finding included. */
function expectationOf({ name, expected, expectedWithinRuns, finding }: Scenario): Expectation {
  return { name, expectedWithinRuns, expected: finding === undefined ? expected : [...expected, FOUND] };
}

/** A worker thread that answers each task with its outcome. */
class WorkerLane implements Lane {
  readonly #worker: Worker;
  #waiting: { readonly resolve: (done: TaskDone) => void; readonly reject: (error: Error) => void } | null = null;

  constructor(module: URL) {
    this.#worker = new Worker(new URL('./explore-worker.js', import.meta.url), { workerData: module.href });
    this.#worker.on('message', (answer: TaskAnswer) => {
      const waiting = this.#take();
      if ('done' in answer) waiting?.resolve(answer.done);
      else waiting?.reject(new BadScenario(answer.badScenario));
    });
    this.#worker.on('error', (error: Error) => this.#take()?.reject(error));
    this.#worker.on('exit', (code) => this.#take()?.reject(new Error(`a worker ended in the middle of a run, code ${code}`)));
  }

  run(task: Task): Promise<TaskDone> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(task);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(): { readonly resolve: (done: TaskDone) => void; readonly reject: (error: Error) => void } | null {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting;
  }
}
