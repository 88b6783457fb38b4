import { Worker } from 'node:worker_threads';

/** The descriptor of a pipe that nobody writes to: it closes when the process at its other end is gone, however it went. */
export const PARENT_PIPE = 4;

// A thread of its own hears that also while a step that never returns keeps the first one busy.
const WATCHER = `
  const { Socket } = require('node:net');
  const end = () => process.kill(process.pid, 'SIGKILL');
  new Socket({ fd: ${PARENT_PIPE}, readable: true, writable: false }).on('end', end).on('error', end).on('close', end).resume();
`;

/** Ends this process when the one that began it is gone, whatever it is at. */
export function endWithParent(): void {
  new Worker(WATCHER, {
    eval: true,
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  }).unref();
}
