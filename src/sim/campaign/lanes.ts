import type { Lane } from './campaign.js';
import { FOUND } from '../coverage/coverage.js';
import { ProcessLane, type LaneSetup } from './lane-process.js';
import { accountOf, carryOut, loadNamed, loadPromise, loadScenarios, pick } from './load-scenarios.js';
import type { AnyScenario } from '../run/scenario.js';
import { ALL_SCENARIOS, type Expectation } from './tally.js';

export interface Lanes {
  readonly list: readonly Lane[];
  /** One in another process than the given one, for a second run. */
  other(lane: Lane): Lane;
  /** A process that has run nothing yet, for as long as `part` lasts. */
  withFresh<Value>(isElsewhere: boolean, part: (lane: Lane) => Promise<Value>): Promise<Value>;
  /** What the chosen scenarios promise, in the order in which they were named; and what all do together, if all were. */
  readonly expectations: readonly Expectation[];
  close(): Promise<void>;
}

export interface LanesOptions extends LaneSetup {
  readonly jobs: number;
  /** Whether a single lane has a process of its own too. */
  readonly hasOwnProcesses: boolean;
}

/**
 * Opens `jobs` lanes for the scenarios that the module exports. Of several every other one is elsewhere (elsewhere.ts).
 *
 * @throws {Error} When one of `names` is not there.
 */
export async function openLanes(names: readonly string[], options: LanesOptions): Promise<Lanes> {
  const { module, jobs, runLimitMs } = options;
  const scenarios = await loadNamed(module);
  const expectations: Expectation[] = names.map((name) => expectationOf(pick(scenarios, name)));
  const promise = await loadPromise(module);
  if (promise !== null && (await loadScenarios(module)).every(({ name }) => names.includes(name))) {
    expectations.push({ name: ALL_SCENARIOS, expected: promise.moments, expectedWithinRuns: promise.withinRuns });
  }
  const list: readonly Lane[] =
    jobs === 1 && !options.hasOwnProcesses
      ? [laneHere(scenarios, runLimitMs)]
      : Array.from({ length: jobs }, (_, i) => new ProcessLane(options, i % 2 === 1));
  const open = new Set(list.filter((lane) => lane instanceof ProcessLane));
  let spare: ProcessLane | null = null;
  let turn = 0;
  return {
    list,
    expectations,
    other(lane) {
      if (jobs > 1) {
        const at = list.indexOf(lane);
        // Those who are elsewhere check those who are not, in turn.
        const others = list.filter((_, i) => i % 2 !== at % 2);
        return others[turn++ % others.length] as Lane;
      }
      spare ??= new ProcessLane(options, true);
      open.add(spare);
      return spare;
    },
    async withFresh(isElsewhere, part) {
      const fresh = new ProcessLane(options, isElsewhere);
      open.add(fresh);
      try {
        return await part(fresh);
      } finally {
        open.delete(fresh);
        await fresh.close();
      }
    },
    async close() {
      await Promise.all([...open].map((lane) => lane.close()));
    },
  };
}

function laneHere(scenarios: readonly AnyScenario[], limitMs: number): Lane {
  // A breath between runs, so that this thread can also draw progress and hear Ctrl-C.
  const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    async run(task) {
      await breath();
      return carryOut(scenarios, task, limitMs);
    },
    async account(task, window) {
      await breath();
      return accountOf(scenarios, task, window, limitMs);
    },
  };
}

/** What a scenario promises to show, its finding included. */
function expectationOf({ name, expected, expectedWithinRuns, finding }: AnyScenario): Expectation {
  return { name, expectedWithinRuns, expected: finding === undefined ? expected : [...expected, FOUND] };
}
