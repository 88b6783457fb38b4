import { BadScenario } from './bad-scenario.js';
import type { Task, TaskAnswer } from './campaign.js';
import { carryOut, loadNamed } from './load.js';
import type { Scenario } from './scenario.js';

// A process of a campaign: a task in, its outcome out. The module of the scenarios comes as an address.
const scenarios = loadNamed(new URL(process.argv[2] as string));

process.on('message', (task: Task) => {
  void scenarios.then((list) => process.send?.(answerTo(list, task)));
});
// A terminal sends Ctrl-C to all processes; the one that began the campaign ends it, with its summary.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());

/** Only plain data crosses over between processes whole: a mistake in a scenario goes as its line, a bug with its stack. */
function answerTo(list: readonly Scenario[], task: Task): TaskAnswer {
  try {
    return { done: carryOut(list, task) };
  } catch (error) {
    if (error instanceof BadScenario) return { badScenario: error.message };
    return { broken: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
