/** `seedstorm bench explore`: how a campaign scales from one job to two, beside two processes that share nothing. */
import { spawn, spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { benchLanes, type LanesBenchResult } from './explore-lanes.js';
import { median, rounded } from './statistics.js';

export interface ExploreBenchResult {
  readonly benchmark: 'explore';
  readonly scenario: string;
  readonly runs: number;
  readonly rounds: number;
  /** Medians of wall time, from the start of the process to its end. */
  readonly oneJobMs: number;
  readonly twoJobsMs: number;
  /** How many times as fast two jobs are: the median over the rounds. One job has V8's compiler and collector on the other core, so 2 is out of reach. */
  readonly oneOverTwo: number;
  /**
   * What the second core brings: two jobs on two cores, over what one job with all its threads on one core does (`taskset`), the mean
   * of the two cores, which need not be equally fast. null where there is no `taskset`, or no second core.
   */
  readonly oneCoreOverTwo: number | null;
  /** The processes of two jobs by themselves, once they have compiled what they live by: what a campaign of an hour comes to. */
  readonly lanes: LanesBenchResult;
  /** The control: half of the runs in a process that is alone, and both halves in two processes beside each other. */
  readonly halfAloneMs: number;
  readonly halvesTogetherMs: number;
  /** What two processes that share nothing get out of this machine at this moment: 2 of two free cores, less where a core is taken or memory is the limit. */
  readonly twoProcesses: number;
  readonly node: string;
}

const SCENARIO = 'swarm';
const COMMAND = fileURLToPath(new URL('../../bin/seedstorm.js', import.meta.url));
export const EXPLORE_RUNS = 2_000;
export const EXPLORE_ROUNDS = 3;

/** Milliseconds of one round. */
interface Round {
  readonly one: number;
  readonly two: number;
  readonly alone: number;
  readonly together: number;
  readonly cores: { readonly first: number; readonly second: number; readonly both: number } | null;
}

const SLICES_PER_ROUND = 8;
const RUNS_PER_SLICE_MAX = 120;

/** Takes twenty-five minutes. @param runs Seeds 1 to `runs`; 2 or more. */
export async function benchExplore(runs: number, rounds: number): Promise<ExploreBenchResult> {
  const canPin = canPinToCores();
  const all: Round[] = [];
  for (let i = 0; i < rounds; i++) all.push(await oneRound(runs, canPin));
  const lanes = await benchLanes(SCENARIO, {
    slices: rounds * SLICES_PER_ROUND,
    warmUpRuns: Math.floor(runs / 4),
    runsPerSlice: Math.min(2 * Math.floor(runs / 2), RUNS_PER_SLICE_MAX),
  });
  const of = (figure: (round: Round) => number): number => median(all.map(figure));
  return {
    benchmark: 'explore',
    scenario: SCENARIO,
    runs,
    rounds,
    oneJobMs: Math.round(of(({ one }) => one)),
    twoJobsMs: Math.round(of(({ two }) => two)),
    oneOverTwo: rounded(of(({ one, two }) => one / two)),
    oneCoreOverTwo: canPin ? rounded(of(({ cores }) => (cores === null ? 0 : secondCoreBrings(cores)))) : null,
    lanes,
    halfAloneMs: Math.round(of(({ alone }) => alone)),
    halvesTogetherMs: Math.round(of(({ together }) => together)),
    twoProcesses: rounded(of(({ alone, together }) => (2 * alone) / together)),
    node: process.version,
  };
}

/** All figures in turns, so that a machine that drifts does so for all of them. */
async function oneRound(runs: number, canPin: boolean): Promise<Round> {
  const half = Math.floor(runs / 2);
  const one = await campaignMs(runs, 1);
  const two = await campaignMs(runs, 2);
  const cores = canPin
    ? {
        first: await campaignMs(runs, 1, pinnedTo('0')),
        both: await campaignMs(runs, 2, pinnedTo('0,1')),
        second: await campaignMs(runs, 1, pinnedTo('1')),
      }
    : null;
  const alone = await campaignMs(half, 1);
  // The same seeds twice, so that both halves are of one length.
  const together = Math.max(...(await Promise.all([campaignMs(half, 1), campaignMs(half, 1)])));
  return { one, two, alone, together, cores };
}

/** In rates, for those add up: what both do, over the mean of what each does alone. */
function secondCoreBrings({ first, second, both }: { readonly first: number; readonly second: number; readonly both: number }): number {
  return 1 / both / ((1 / first + 1 / second) / 2);
}

const pinnedTo = (cores: string): readonly string[] => ['taskset', '-c', cores];

function canPinToCores(): boolean {
  return ['0', '1'].every((core) => spawnSync('taskset', ['-c', core, 'true']).status === 0);
}

/**
 * Milliseconds that a campaign in a process of its own took. What it found is not the matter here, so long as it came to its end.
 *
 * @param under A command that starts the one behind it.
 */
function campaignMs(runs: number, jobs: number, under: readonly string[] = []): Promise<number> {
  const words = ['explore', SCENARIO, '--seeds', `1..${runs}`, '--jobs', String(jobs), '--rerun', '0', '--failures', '1000000', '--json'];
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const [program, ...rest] = [...under, process.execPath, COMMAND, ...words] as [string, ...string[]];
    const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === null || code === 2) reject(new Error(`a campaign ended with ${code ?? signal ?? 'nothing'}`));
      else resolve(performance.now() - startMs);
    });
  });
}
