import { parentPort, workerData } from 'node:worker_threads';
import type { Task } from './campaign.js';
import { carryOut, loadNamed } from './load.js';

// A worker thread of a campaign: a task in, its outcome out. The module of the scenarios comes as an address.
const scenarios = loadNamed(new URL(workerData as string));

parentPort?.on('message', (task: Task) => {
  void scenarios.then((list) => parentPort?.postMessage(carryOut(list, task)));
});
