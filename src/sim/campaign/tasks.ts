import type { ExploreOptions, Task } from './campaign.js';

/**
 * How a task is run again, in another process than it was: once, twice in a row (what a run leaves behind shows in the second), or
 * twice in a process that has run nothing yet. null: not at all.
 */
export type Again = 'once' | 'twice' | 'fresh' | null;

export interface PlannedTask extends Task {
  readonly again: Again;
}

/** A fresh process costs as much as many runs, so only the second runs number 4, 64, 1024 and so on have one. */
function againOf(second: number): Again {
  if (second === 1) return 'twice';
  return second >= 4 && Math.log2(second) % 4 === 2 ? 'fresh' : 'once';
}

/** Every seed of this shard with every scenario, seeds first, so that a short campaign has seen all scenarios. */
export function* tasksOf(
  options: Pick<ExploreOptions, 'firstSeed' | 'lastSeed' | 'scenarios' | 'shard' | 'recheckOneIn'>,
): Generator<PlannedTask, void> {
  const last = options.lastSeed ?? Number.MAX_SAFE_INTEGER;
  let ordinal = 0;
  let second = 0;
  for (let seed = options.firstSeed; seed <= last; seed++) {
    if ((seed - options.firstSeed) % options.shard.count !== options.shard.index - 1) continue;
    for (const scenario of options.scenarios) {
      // The high bits of a multiplicative hash spread the second runs over scenarios, whatever their number; the first task is always one.
      const spread = (Math.imul(ordinal, 0x9e3779b1) >>> 0) / 4_294_967_296;
      const isRunAgain = options.recheckOneIn > 0 && spread * options.recheckOneIn < 1;
      ordinal++;
      yield { scenario, seed, again: isRunAgain ? againOf(++second) : null };
    }
  }
}

/** One run in how many is run twice if that is to be such a share of all, in percent from 0 to 100. Exact, so seldom a whole number. */
export function oneInOf(percent: number): number {
  return percent === 0 ? 0 : 100 / percent;
}

/** How many runs a campaign has at most; null when only the time ends it. */
export function runsPlanned(options: Pick<ExploreOptions, 'firstSeed' | 'lastSeed' | 'scenarios' | 'shard'>): number | null {
  if (options.lastSeed === null) return null;
  const seeds = options.lastSeed - options.firstSeed + 1;
  const ofThisShard = Math.max(0, Math.ceil((seeds - (options.shard.index - 1)) / options.shard.count));
  return ofThisShard * options.scenarios.length;
}
