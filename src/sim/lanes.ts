import type { Lane } from './campaign.js';
import { FOUND } from './coverage.js';
import { ProcessLane } from './lane-process.js';
import { carryOut, loadNamed, loadPromise, loadScenarios, pick } from './load.js';
import type { Scenario } from './scenario.js';
import { ALL_SCENARIOS, type Expectation } from './tally.js';

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
  const processes = Array.from({ length: jobs }, () => new ProcessLane(module));
  return {
    list: processes,
    expectations,
    async close() {
      await Promise.all(processes.map((lane) => lane.close()));
    },
  };
}

/** What a scenario promises to show, its finding included. */
function expectationOf({ name, expected, expectedWithinRuns, finding }: Scenario): Expectation {
  return { name, expectedWithinRuns, expected: finding === undefined ? expected : [...expected, FOUND] };
}
