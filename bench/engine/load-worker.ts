import { parentPort, workerData } from 'node:worker_threads';
import { load, type LoadSpec } from './load.js';

// A thread of load: what to do comes as its data, what came of it goes back as one message. A failure ends it as an error.
parentPort?.postMessage(await load(workerData as LoadSpec));
