import type { FirstDifference } from '../replay/first-difference.js';
import { roughly } from '../replay/first-difference.js';
import { differenceBetween, type Remote } from '../replay/remote-account.js';
import { processName } from '../base/process-names.js';
import type { Difference, Lane, NonDeterminism, Stuck, Task, TaskDone } from './campaign.js';
import type { Lanes } from './lanes.js';

const EACH_PROCESS =
  'each process makes something else of this seed: chance, a clock or something of the process itself has come into it, past the guard of a run or while the module was loaded';
const ELSEWHERE =
  'a process with other environment variables, time zone, language and file times makes something else of this seed: a variable that belongs to the run is named by --env NAME=value';
const LEFT_BEHIND =
  'a fresh process makes something else of this seed than one that has run others before: something of a run reaches the next one, such as a variable of a module or a promise';

/** What stands for the digest of a run that was given up by force. */
const NO_DIGEST = 'no end';

const digestOf = (done: TaskDone | Stuck): string => ('stuck' in done ? NO_DIGEST : done.report.digest);

/** Runs a task again in another process than it was run in. @returns null when it came out the same each time. */
export async function recheck(
  lanes: Lanes,
  lane: Lane,
  task: Task,
  digest: string,
  again: 'once' | 'twice' | 'fresh',
): Promise<Difference | null> {
  const runIn = async (other: Lane): Promise<string | null> => {
    for (let left = again === 'once' ? 1 : 2; left > 0; left--) {
      const found = digestOf(await other.run(task));
      if (found !== digest) return found;
    }
    return null;
  };
  const found = again === 'fresh' ? await lanes.withFresh(true, runIn) : await runIn(lanes.other(lane));
  return found === null ? null : explain(lanes, lane, task, [digest, found]);
}

/** Runs a task that failed in a fresh process, as the command would that is printed with it. @returns null when it came out the same. */
export async function confirm(lanes: Lanes, lane: Lane, task: Task, digest: string): Promise<Difference | null> {
  const again = digestOf(await lanes.withFresh(false, (fresh) => fresh.run(task)));
  return again === digest ? null : await explain(lanes, lane, task, [digest, again]);
}

/** By what the runs differ is told by which of three fresh processes agree. */
async function explain(lanes: Lanes, lane: Lane, task: Task, digests: NonDeterminism['digests']): Promise<Difference> {
  const digestIn = (isElsewhere: boolean): Promise<string> =>
    lanes.withFresh(isElsewhere, async (fresh) => digestOf(await fresh.run(task)));
  // Each account is that of a first run, as the digests are.
  const fresh: Remote = (window) => lanes.withFresh(false, (each) => each.account(task, window));
  const elsewhere: Remote = (window) => lanes.withFresh(true, (each) => each.account(task, window));
  const [first, second, third] = await Promise.all([digestIn(false), digestIn(false), digestIn(true)]);
  if (first !== second) return { digests, cause: EACH_PROCESS, firstDifference: (await difference(fresh, fresh)) ?? UNKNOWN_PLACE };
  if (first !== third) return { digests, cause: ELSEWHERE, firstDifference: (await difference(fresh, elsewhere)) ?? UNKNOWN_PLACE };
  const later: Remote = (window) => lane.account(task, window);
  const next: Remote = (window) =>
    lanes.withFresh(false, async (each) => {
      await each.run(task);
      return each.account(task, window);
    });
  const firstDifference = (await difference(fresh, later)) ?? (await difference(fresh, next)) ?? UNKNOWN_PLACE;
  return { digests, cause: LEFT_BEHIND, firstDifference };
}

const UNKNOWN_PLACE = roughly(0, 'a place that cannot be told: run once more, both came out the same');

function difference(one: Remote, other: Remote): Promise<FirstDifference | null> {
  return differenceBetween(one, other, (servers) => (node) => processName(node, servers));
}
