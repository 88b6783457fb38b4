import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BadScenario } from './bad-scenario.js';
import type { Lane, Task, TaskAnswer, TaskDone } from './campaign.js';

/**
 * How V8 works in a lane. One lane keeps one core busy, and the other cores have lanes of their own, so whatever helps one
 * program with a second core only takes it from a neighbour: a collector and a compiler on threads beside it, which keep
 * waking each other up and cost a fifth of all CPU here, and a compiler that inlines as if it had time to.
 */
const LANE_FLAGS = ['--single-threaded', '--max-inlined-bytecode-size-cumulative=400'];
const WORKER = fileURLToPath(new URL('./explore-worker.js', import.meta.url));

interface Waiting {
  readonly resolve: (done: TaskDone) => void;
  readonly reject: (error: Error) => void;
}

/** A process that answers each task with its outcome. It ends when this one does, whatever the reason. */
export class ProcessLane implements Lane {
  readonly #child: ChildProcess;
  #waiting: Waiting | null = null;
  #isClosing = false;

  /** @param module Of the scenarios. */
  constructor(module: URL) {
    // An inspector listens on a port, and this process has it.
    const inherited = process.execArgv.filter((flag) => !flag.startsWith('--inspect'));
    this.#child = fork(WORKER, [module.href], { execArgv: [...inherited, ...LANE_FLAGS], serialization: 'advanced' });
    this.#child.on('message', (answer: TaskAnswer) => this.#onAnswer(answer));
    this.#child.on('error', (error) => this.#take()?.reject(error));
    this.#child.on('exit', (code, signal) => {
      if (!this.#isClosing) this.#take()?.reject(new Error(`a process of the campaign ended in the middle of a run: ${signal ?? `code ${code}`}`));
    });
  }

  run(task: Task): Promise<TaskDone> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#child.send(task, (error) => {
        if (error !== null) this.#take()?.reject(error);
      });
    });
  }

  /** Ends it at once, also in the middle of a run. */
  close(): Promise<void> {
    this.#isClosing = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.kill('SIGKILL');
    });
  }

  #onAnswer(answer: TaskAnswer): void {
    const waiting = this.#take();
    if ('done' in answer) waiting?.resolve(answer.done);
    else waiting?.reject('badScenario' in answer ? new BadScenario(answer.badScenario) : new Error(answer.broken));
  }

  #take(): Waiting | null {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting;
  }
}
