/** `seedstorm bench explore`: how a campaign scales from one job to two, beside two processes that share nothing. */
import { spawn, spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { median, rounded } from './statistics.js';

export interface ExploreBenchResult {
  readonly benchmark: 'explore';
  readonly scenario: string;
  readonly runs: number;
  readonly rounds: number;
  /** Medians of wall time, from the start of the process to its end. */
  readonly oneJobMs: number;
  readonly twoJobsMs: number;
  /** How many times as fast two jobs are: the median over the rounds. One job has V8's compiler and collector on the other core. */
  readonly oneOverTwo: number;
  /**
   * The same for the runs behind these, as many again: both campaigns have compiled by then what they live by. It is what a
   * campaign of an hour comes to; the first minute pays for a compiler in each process.
   */
  readonly oneOverTwoLater: number;
  /** One job with all its threads on one core (`taskset`), over two jobs on two: what the second core brings. null where there is no `taskset`. */
  readonly oneCoreOverTwo: number | null;
  /** The control: half of the runs in a process that is alone, and both halves in two processes beside each other. */
  readonly halfAloneMs: number;
  readonly halvesTogetherMs: number;
  /** What two processes that share nothing get out of this machine at this moment: 2 of two free cores, less where a core is taken or memory is the limit. */
  readonly twoProcesses: number;
  readonly node: string;
}

const SCENARIO = 'swarm';
const COMMAND = fileURLToPath(new URL('../../bin/seedstorm.js', import.meta.url));
export const EXPLORE_RUNS = 1_000;
export const EXPLORE_ROUNDS = 3;

/** Takes a quarter of an hour. @param runs Seeds 1 to `runs`, and once more 1 to twice as many; 2 or more. */
export async function benchExplore(runs: number, rounds: number): Promise<ExploreBenchResult> {
  const half = Math.floor(runs / 2);
  const figures = { one: [] as number[], two: [] as number[], ratio: [] as number[], core: [] as number[], later: [] as number[], alone: [] as number[], together: [] as number[], control: [] as number[] };
  const keepsToOneCore = hasTaskset();
  for (let i = 0; i < rounds; i++) {
    const one = await campaignMs(1, runs, 1);
    const two = await campaignMs(1, runs, 2);
    const oneCore = keepsToOneCore ? await campaignMs(1, runs, 1, ['taskset', '-c', '0']) : null;
    const [oneTwice, twoTwice] = [await campaignMs(1, 2 * runs, 1), await campaignMs(1, 2 * runs, 2)];
    const alone = await campaignMs(1, half, 1);
    // The same seeds twice, so that both halves are of one length.
    const together = Math.max(...(await Promise.all([campaignMs(1, half, 1), campaignMs(1, half, 1)])));
    figures.one.push(one);
    figures.two.push(two);
    figures.ratio.push(one / two);
    if (oneCore !== null) figures.core.push(oneCore / two);
    figures.later.push((oneTwice - one) / (twoTwice - two));
    figures.alone.push(alone);
    figures.together.push(together);
    figures.control.push((2 * alone) / together);
  }
  return {
    benchmark: 'explore', scenario: SCENARIO, runs, rounds,
    oneJobMs: Math.round(median(figures.one)), twoJobsMs: Math.round(median(figures.two)), oneOverTwo: rounded(median(figures.ratio)),
    oneOverTwoLater: rounded(median(figures.later)), oneCoreOverTwo: keepsToOneCore ? rounded(median(figures.core)) : null,
    halfAloneMs: Math.round(median(figures.alone)), halvesTogetherMs: Math.round(median(figures.together)), twoProcesses: rounded(median(figures.control)),
    node: process.version,
  };
}

function hasTaskset(): boolean {
  return spawnSync('taskset', ['-c', '0', 'true']).status === 0;
}

/**
 * Milliseconds that a campaign in a process of its own took. What it found is not the matter here, so long as it came to its end.
 *
 * @param under A command that starts the one behind it.
 */
function campaignMs(first: number, last: number, jobs: number, under: readonly string[] = []): Promise<number> {
  const words = ['explore', SCENARIO, '--seeds', `${first}..${last}`, '--jobs', String(jobs), '--rerun', '0', '--failures', '1000000', '--json'];
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
