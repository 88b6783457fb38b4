import { BadScenario } from '../base/bad-scenario.js';
import { READY, type Answer, type Ask } from './campaign.js';
import { endWithParent } from './end-with-parent.js';
import { changeFileTimes } from './elsewhere.js';
import { accountOf, carryOut, loadNamed } from './load-scenarios.js';
import type { AnyScenario } from '../run/scenario.js';

// A process of a campaign: a task in, its outcome out. The module of the scenarios comes as an address.
const [, , module = '', limitMs = '', where = ''] = process.argv;
endWithParent();
if (where === 'elsewhere') changeFileTimes();
const scenarios = loadNamed(new URL(module));
// That they cannot be loaded is said to each task; without a task there is nobody to say it to.
scenarios.then(() => process.send?.(READY)).catch(() => undefined);

process.on('message', (ask: Ask) => {
  void answerTo(ask).then((answer) => process.send?.(answer));
});
// A terminal sends Ctrl-C to all processes; the one that began the campaign ends it, with its summary.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());

/** Only plain data crosses over between processes whole: a mistake in a scenario goes as its line, a bug with its stack. */
async function answerTo(ask: Ask): Promise<Answer> {
  let list: readonly AnyScenario[];
  try {
    list = await scenarios;
  } catch (error) {
    const line = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    const hint = where === 'elsewhere' ? ', with few environment variables (--env NAME=value gives it one)' : '';
    return { badScenario: `${module} cannot be loaded in a process of its own${hint}: ${line}` };
  }
  try {
    if (ask.window === undefined) return { done: carryOut(list, ask.task, Number(limitMs)) };
    return { account: accountOf(list, ask.task, ask.window, Number(limitMs)) };
  } catch (error) {
    if (error instanceof BadScenario) return { badScenario: error.message };
    return { broken: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
