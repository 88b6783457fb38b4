import { parentPort, workerData } from 'node:worker_threads';
import { BadScenario } from './bad-scenario.js';
import type { Task, TaskAnswer } from './campaign.js';
import { carryOut, loadNamed } from './load.js';
import type { Scenario } from './scenario.js';

// A worker thread of a campaign: a task in, its outcome out. The module of the scenarios comes as an address.
const scenarios = loadNamed(new URL(workerData as string));

parentPort?.on('message', (task: Task) => {
  void scenarios.then((list) => parentPort?.postMessage(answerTo(list, task)));
});

/** Only plain data crosses over between threads whole: a mistake in a scenario goes as its line. */
function answerTo(list: readonly Scenario[], task: Task): TaskAnswer {
  try {
    return { done: carryOut(list, task) };
  } catch (error) {
    if (error instanceof BadScenario) return { badScenario: error.message };
    throw error;
  }
}
