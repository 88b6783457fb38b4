import type { ExploreOptions, Task } from './campaign.js';

/** Every seed of this shard with every scenario, seeds first, so that a short campaign has seen all scenarios. */
export function* tasksOf(options: Pick<ExploreOptions, 'firstSeed' | 'lastSeed' | 'scenarios' | 'shard' | 'recheckOneIn'>): Generator<Task, void> {
  const last = options.lastSeed ?? Number.MAX_SAFE_INTEGER;
  let ordinal = 0;
  for (let seed = options.firstSeed; seed <= last; seed++) {
    if ((seed - options.firstSeed) % options.shard.count !== options.shard.index - 1) continue;
    for (const scenario of options.scenarios) {
      // The high bits of a multiplicative hash spread the second lives over scenarios, whatever their number; the first task is always one.
      const spread = (Math.imul(ordinal, 0x9e3779b1) >>> 0) / 4_294_967_296;
      const isLivedTwice = options.recheckOneIn > 0 && spread * options.recheckOneIn < 1;
      ordinal++;
      yield { scenario, seed, isLivedTwice };
    }
  }
}

/** One run in how many is lived twice if that is to be such a share of all, in percent from 0 to 100. Exact, so seldom a whole number. */
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
