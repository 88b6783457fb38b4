import type { ExploreAsked, ExploreOptions } from './campaign.js';
import { RUN_LIMIT_MS } from '../run/limited-run.js';
import { runsPlanned } from './tasks.js';

/** Seeds of a campaign of which nothing says how long it is. */
const SEEDS = 100;

/**
 * Fills in what was left out, and refuses what would be no campaign.
 *
 * @throws {RangeError} One line, when something is out of range or there is nothing to run.
 */
export function wholeOptions(options: ExploreAsked): Omit<ExploreOptions, 'scenarios'> & { readonly scenarios: readonly string[] | null } {
  const { scenarios = null, firstSeed = 1, forMs = null, untilQuiet, jobs = 1, shard = { index: 1, count: 1 } } = options;
  const isOpen = forMs !== null || untilQuiet !== undefined;
  const { lastSeed = isOpen ? null : firstSeed + SEEDS - 1, recheckOneIn = 20, failuresMax = 10, runLimitMs = RUN_LIMIT_MS } = options;
  const fail = (problem: string): never => {
    throw new RangeError(`explore: ${problem}`);
  };
  const whole = (name: string, value: unknown, min: number): void => {
    if (!Number.isSafeInteger(value) || Number(value) < min) fail(`${name} is a whole number, ${min} or more, not ${String(value)}`);
  };
  if (scenarios?.length === 0) fail('scenarios is empty: name one, or leave it out for all of the module');
  whole('firstSeed', firstSeed, 0);
  if (lastSeed !== null) whole('lastSeed', lastSeed, 0);
  if (lastSeed !== null && lastSeed < firstSeed) fail(`lastSeed, ${lastSeed}, is before firstSeed, ${firstSeed}`);
  if (lastSeed === null && !isOpen) fail('a campaign has an end: lastSeed, forMs or untilQuiet');
  if (forMs !== null && !(forMs > 0)) fail(`forMs is above 0, not ${forMs}`);
  if (untilQuiet !== undefined) whole('untilQuiet', untilQuiet, 1);
  whole('jobs', jobs, 1);
  whole('failuresMax', failuresMax, 1);
  if (recheckOneIn !== 0 && !(recheckOneIn >= 1)) fail(`recheckOneIn is 0 for none, else 1 or more, not ${recheckOneIn}`);
  if (!(runLimitMs > 0)) fail(`runLimitMs is above 0, not ${runLimitMs}`);
  whole('shard.count', shard.count, 1);
  whole('shard.index', shard.index, 1);
  if (shard.index > shard.count) fail(`shard.index is at most shard.count, ${shard.count}, not ${shard.index}`);
  if (runsPlanned({ firstSeed, lastSeed, shard, scenarios: ['any'] }) === 0)
    fail(`none of the seeds ${firstSeed} to ${lastSeed} falls to shard ${shard.index} of ${shard.count}`);
  const { onProgress = null } = options;
  return { ...options, scenarios, firstSeed, lastSeed, forMs, jobs, shard, recheckOneIn, failuresMax, runLimitMs, onProgress };
}
