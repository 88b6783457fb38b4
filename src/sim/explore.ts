import { assert } from '../core/base/assert.js';
import type { ExploreOptions, ExploreReport, Lane, Task, TaskDone } from './campaign.js';
import { openLanes } from './lanes.js';
import { Tally } from './tally.js';
import { tasksOf } from './tasks.js';

/**
 * Runs seeds over scenarios and sums up what was seen.
 *
 * The order in which runs finish depends on the machine; the report does not, as long as the campaign
 * is bounded by seeds and not by time or by failures. One that ends at quiet may have begun a few runs more on
 * more lanes; when quiet came does not depend on them.
 *
 * @throws {Error} When a scenario is unknown or a worker dies, which is a bug here and not a finding.
 */
export async function explore(options: ExploreOptions): Promise<ExploreReport> {
  assert(options.lastSeed !== null || options.forMs !== null || options.untilQuiet !== undefined, 'a campaign has an end: seeds, a time or quiet');
  assert(options.jobs >= 1 && options.failuresMax >= 1, 'a campaign has at least one lane and may fail at least once');

  const lanes = await openLanes(options.module, options.scenarios, options.jobs);
  const tally = new Tally(options, lanes.expectations);
  const tasks = tasksOf(options);
  try {
    await Promise.all(lanes.list.map((lane) => drain(lane, tasks, tally)));
  } finally {
    await lanes.close();
  }
  return tally.report();
}

async function drain(lane: Lane, tasks: Iterator<Task, void>, tally: Tally): Promise<void> {
  while (!tally.isOver()) {
    const next = tasks.next();
    if (next.done === true) return;
    const done: TaskDone = await lane.run(next.value);
    tally.add(next.value, done);
  }
}
