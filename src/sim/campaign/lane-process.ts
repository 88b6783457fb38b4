import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BadScenario } from '../base/bad-scenario.js';
import { seconds } from '../run/limited-run.js';
import type { AccountWindow } from '../replay/life-record.js';
import type { RemoteAccount } from '../replay/remote-account.js';
import { READY, type Answer, type Ask, type Lane, type Stuck, type Task, type TaskDone } from './campaign.js';
import { environmentElsewhere } from './elsewhere.js';

/**
 * How V8 works in a lane. One lane keeps one core busy, and the other cores have lanes of their own, so whatever helps one
 * program with a second core only takes it from a neighbour: a collector and a compiler on threads beside it, which keep
 * waking each other up and cost a fifth of all CPU here, and a compiler that inlines as if it had time to.
 */
const LANE_FLAGS = ['--single-threaded', '--max-inlined-bytecode-size-cumulative=400'];
const BUILT = fileURLToPath(new URL('./lane-main.js', import.meta.url));
/** The tests of this project run from its sources. */
const FROM_SOURCE = ['--import', 'tsx'];
/** Beyond the limit of a run, for a process that is to give it up by itself. */
const GRACE_MS = 10_000;

/** What the processes of a campaign have in common. */
export interface LaneSetup {
  /** Of the scenarios. */
  readonly module: URL;
  /** A run is given up after so long. */
  readonly runLimitMs: number;
  /** Names of environment variables that belong to the runs. */
  readonly environment: readonly string[];
  /** Flags of Node with which the module can be loaded. */
  readonly flags: readonly string[];
}

interface Waiting {
  readonly ask: Ask;
  readonly resolve: (answer: Answer | Stuck) => void;
  readonly reject: (error: Error) => void;
}

/** A process that answers each task with its outcome, one at a time in their order. It ends when this one does, whatever the reason. */
export class ProcessLane implements Lane {
  readonly #setup: LaneSetup;
  readonly #isElsewhere: boolean;
  readonly #graceMs: number;
  readonly #queue: Waiting[] = [];
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Whether it has loaded the scenarios: before that no run can have begun. */
  #isReady = false;
  #isClosed = false;

  /** @param isElsewhere With other environment variables, time zone, language and file times than this process has. */
  constructor(setup: LaneSetup, isElsewhere: boolean, graceMs = GRACE_MS) {
    this.#setup = setup;
    this.#isElsewhere = isElsewhere;
    this.#graceMs = graceMs;
    this.#child = this.#begin();
  }

  async run(task: Task): Promise<TaskDone | Stuck> {
    const answer = await this.#ask({ task });
    if ('stuck' in answer) return answer;
    if ('done' in answer) return answer.done;
    throw errorOf(answer);
  }

  async account(task: Task, window: AccountWindow): Promise<RemoteAccount | null> {
    const answer = await this.#ask({ task, window });
    if ('stuck' in answer) return null;
    if ('account' in answer) return answer.account;
    throw errorOf(answer);
  }

  /** Ends it at once, also in the middle of a run. */
  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    return this.#end();
  }

  #ask(ask: Ask): Promise<Answer | Stuck> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ ask, resolve, reject });
      if (this.#queue.length === 1) this.#sendFirst();
    });
  }

  #sendFirst(): void {
    const first = this.#queue[0];
    if (first === undefined || this.#isClosed) return;
    this.#child ??= this.#begin();
    this.#watch();
    this.#child.send(first.ask, (error) => {
      if (error !== null) this.#take()?.reject(error);
    });
  }

  /** Gives the first run its time, from when it can have begun. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#isReady && this.#queue.length > 0) this.#timer = setTimeout(() => this.#giveUp(), this.#setup.runLimitMs + this.#graceMs);
  }

  #begin(): ChildProcess {
    this.#isReady = false;
    const isBuilt = existsSync(BUILT);
    // An inspector listens on a port, and this process has it.
    const inherited = process.execArgv.filter((flag) => !flag.startsWith('--inspect'));
    const { module, runLimitMs, environment, flags } = this.#setup;
    const child = fork(
      isBuilt ? BUILT : BUILT.replace(/js$/, 'ts'),
      [module.href, String(runLimitMs), this.#isElsewhere ? 'elsewhere' : 'here'],
      {
        execArgv: [...inherited, ...LANE_FLAGS, ...(isBuilt ? flags : FROM_SOURCE)],
        serialization: 'advanced',
        stdio: ['inherit', 'inherit', 'inherit', 'ipc', 'pipe'],
        ...(this.#isElsewhere ? { env: environmentElsewhere(process.env, environment) } : {}),
      },
    );
    child.on('message', (answer: Answer | typeof READY) => {
      if (this.#child !== child) return;
      if (answer === READY) {
        this.#isReady = true;
        this.#watch();
      } else this.#onAnswer(answer);
    });
    child.on('error', (error) => this.#take()?.reject(error));
    child.on('exit', (code, signal) => {
      if (this.#isClosed || this.#child !== child) return;
      this.#child = null;
      const first = this.#take();
      const { scenario = '', seed = 0 } = first?.ask.task ?? {};
      first?.reject(
        new Error(
          `a process of the campaign ended in the middle of a run: ${signal ?? `code ${code}`} (scenario "${scenario}", seed ${seed})`,
        ),
      );
    });
    return child;
  }

  /** Not even the limit within the process was heard: it waits in the system, and is ended. The next task gets another one. */
  #giveUp(): void {
    void this.#end().then(() => {
      this.#take()?.resolve({
        stuck: `the run was not over after ${seconds(this.#setup.runLimitMs)} of wall time, and waited for something outside of it, so that its process was ended`,
      });
      this.#sendFirst();
    });
  }

  #end(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }

  #onAnswer(answer: Answer): void {
    this.#take()?.resolve(answer);
    this.#sendFirst();
  }

  #take(): Waiting | undefined {
    clearTimeout(this.#timer);
    return this.#queue.shift();
  }
}

function errorOf(answer: Answer): Error {
  if ('badScenario' in answer) return new BadScenario(answer.badScenario);
  return new Error('broken' in answer ? answer.broken : 'a process of the campaign gave an answer that nobody asked for');
}
