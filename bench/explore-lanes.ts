import { performance } from 'node:perf_hooks';
import type { Lane } from '../src/sim/campaign/campaign.js';
import { openLanes } from '../src/sim/campaign/lanes.js';
import { RUN_LIMIT_MS } from '../src/sim/run/limited-run.js';
import { median, rounded } from './statistics.js';

/** What a second lane of a campaign brings, once both have compiled what they live by. */
export interface LanesBenchResult {
  /** Runs that each lane lived before anything was measured. */
  readonly warmUpRuns: number;
  readonly slices: number;
  readonly runsPerSlice: number;
  /** Medians: the same runs by one lane at a time, half each, and by both at once. */
  readonly inTurnsMs: number;
  readonly atOnceMs: number;
  /**
   * The first over the second in each slice, the median: what two jobs on two cores do, over one such process on one core. 2 is all
   * that two cores have; a little more has come out. `--jobs 1` is faster than one such process: V8 helps it from the other core.
   */
  readonly secondLane: number;
}

const SCENARIOS = new URL('../scenarios/index.js', import.meta.url);

/**
 * Both ways take turns every few seconds and live the same runs, so a machine that drifts does so for both, and what one run costs
 * does not matter.
 *
 * @param scenario Its name.
 * @param options `slices`: how often both are measured, 1 or more. `warmUpRuns`: of each lane. `runsPerSlice`: an even number.
 */
export async function benchLanes(
  scenario: string,
  options: Pick<LanesBenchResult, 'slices' | 'warmUpRuns' | 'runsPerSlice'>,
): Promise<LanesBenchResult> {
  const { slices, warmUpRuns, runsPerSlice } = options;
  const lanes = await openLanes([scenario], {
    module: SCENARIOS,
    jobs: 2,
    hasOwnProcesses: true,
    runLimitMs: RUN_LIMIT_MS,
    environment: [],
    flags: [],
  });
  const [first, second] = lanes.list as readonly [Lane, Lane];
  try {
    await Promise.all(lanes.list.map((lane) => msToLive([lane], scenario, 1, warmUpRuns)));
    const figures: { readonly inTurns: number; readonly atOnce: number }[] = [];
    for (let i = 0; i < slices; i++) {
      const from = warmUpRuns + 1 + i * runsPerSlice;
      const half = runsPerSlice / 2;
      // Who comes first takes turns too, or a drift within a slice would favour one.
      const before = i % 2 === 0 ? null : await msToLive(lanes.list, scenario, from, runsPerSlice);
      const inTurns = (await msToLive([first], scenario, from, half)) + (await msToLive([second], scenario, from + half, half));
      figures.push({ inTurns, atOnce: before ?? (await msToLive(lanes.list, scenario, from, runsPerSlice)) });
    }
    return {
      warmUpRuns,
      slices,
      runsPerSlice,
      inTurnsMs: Math.round(median(figures.map(({ inTurns }) => inTurns))),
      atOnceMs: Math.round(median(figures.map(({ atOnce }) => atOnce))),
      secondLane: rounded(median(figures.map(({ inTurns, atOnce }) => inTurns / atOnce))),
    };
  } finally {
    await lanes.close();
  }
}

/** Milliseconds until these lanes have lived `count` seeds from `from` on, each lane taking the next one when it is free, as in a campaign. */
async function msToLive(lanes: readonly Lane[], scenario: string, from: number, count: number): Promise<number> {
  const startMs = performance.now();
  let next = from;
  await Promise.all(
    lanes.map(async (lane) => {
      while (next < from + count) await lane.run({ scenario, seed: next++ });
    }),
  );
  return performance.now() - startMs;
}
