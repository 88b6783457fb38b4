import type { ConnectionId, Micros, NodeId, OperationId } from '../../core/base/units.js';
import type { Boot, DiskOutcome, DiskStep, Effect, Input, Machine, Note, Past } from '../../core/machine.js';
import { AssertionError } from '../../core/base/assert.js';
import { lineOf } from '../base/errors.js';
import type { Log, LogLevel } from '../base/log.js';

/** The world as one machine meets it. None of these may throw or call back into the host before it returns. */
export interface Surroundings<Message, Response> {
  readonly now: () => Micros;
  /** A 32-bit seed for this life. */
  readonly seed: number;
  readonly send: (to: NodeId, message: Message) => void;
  readonly respond: (connection: ConnectionId, response: Response) => void;
  /** Performs the steps of one operation; never rejects. */
  readonly perform: (steps: readonly DiskStep[]) => Promise<DiskOutcome>;
  readonly log: Log;
  /** The machine ended: by its own `stop`, or by a bug that broke one of its rules. Called once. */
  readonly onStop: (reason: string) => void;
  /** Called when inputs were taken in and their effects carried out: a moment to look at `state`. */
  readonly onStepped?: () => void;
}

/** The longest span that a timer of Node.js takes, in milliseconds. */
const TIMER_MS_MAX = 2_147_483_647;

/**
 * Runs one machine, whatever it is for, by the order contract of core/machine.ts: one input at a time,
 * its effects in list order, one timer. Holds no rule of any protocol.
 *
 * The twin of this class is the process of the simulated world; contract tests hold the two together.
 */
export class Host<State, Message, Request, Response> {
  readonly #machine: Machine<State, Message, Request, Response>;
  readonly #world: Surroundings<Message, Response>;
  readonly #inputs: Input<Message, Request>[] = [];
  #state: State | null = null;
  #hasStarted = false;
  #isStepping = false;
  #hasEnded = false;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  /** When the armed timer goes off; null when none is armed. */
  #armedAt: Micros | null = null;

  constructor(machine: Machine<State, Message, Request, Response>, world: Surroundings<Message, Response>) {
    this.#machine = machine;
    this.#world = world;
  }

  /** Gives the machine its first state and begins to carry out what it asks for. Once only. */
  start(self: NodeId, members: readonly NodeId[], past: Past): void {
    const boot: Boot = { self, members, past, now: this.#world.now(), seed: this.#world.seed };
    this.#guarded(() => {
      const { state, effects } = this.#machine.init(boot);
      this.#state = state;
      this.#hasStarted = true;
      this.#carryOut(effects);
    });
    this.#drain();
  }

  /** The machine's state as it is now; null before `start`. A value: looking changes nothing. */
  get state(): State | null {
    return this.#state;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  message(from: NodeId, message: Message): void {
    this.#take({ kind: 'message', now: this.#world.now(), from, message });
  }

  request(connection: ConnectionId, request: Request): void {
    this.#take({ kind: 'request', now: this.#world.now(), connection, request });
  }

  connection(connection: ConnectionId, isOpen: boolean): void {
    this.#take({ kind: 'connection', now: this.#world.now(), connection, isOpen });
  }

  /** Ends the machine from outside, as a crash would: no further input, no further effect. `onStop` is not called. */
  end(): void {
    this.#hasEnded = true;
    this.#inputs.length = 0;
    this.#disarm();
  }

  /** Ends the machine in good order. @returns What it asks of the disk, last of all; nothing where it has ended before. */
  close(): readonly DiskStep[] {
    const steps = this.#hasEnded || this.#state === null ? [] : (this.#machine.closing?.(this.#state) ?? []);
    this.end();
    return steps;
  }

  #take(input: Input<Message, Request>): void {
    if (this.#hasEnded) return;
    this.#inputs.push(input);
    this.#drain();
  }

  #drain(): void {
    if (this.#isStepping || !this.#hasStarted) return;
    this.#isStepping = true;
    // By position, not shift(): a burst of inputs stays linear.
    for (let at = 0; at < this.#inputs.length; at++) {
      const input = this.#inputs[at];
      if (input !== undefined) this.#guarded(() => this.#step(input));
    }
    this.#inputs.length = 0;
    this.#isStepping = false;
    this.#arm();
    this.#world.onStepped?.();
  }

  #step(input: Input<Message, Request>): void {
    if (this.#hasEnded) return;
    const { state, effects } = this.#machine.step(this.#state as State, input);
    this.#state = state;
    this.#carryOut(effects);
  }

  #carryOut(effects: readonly Effect<Message, Response>[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          this.#world.send(effect.to, effect.message);
          break;
        case 'respond':
          this.#world.respond(effect.connection, effect.response);
          break;
        case 'disk':
          this.#perform(effect.operation, effect.steps);
          break;
        case 'note':
          this.#world.log(levelOf(effect), effect.text === '' ? effect.name : `${effect.name} ${effect.text}`);
          break;
        case 'stop':
          this.#stop(effect.reason);
          return;
      }
    }
  }

  #perform(operation: OperationId, steps: readonly DiskStep[]): void {
    void this.#world.perform(steps).then((outcome) => {
      this.#take({ kind: 'disk', now: this.#world.now(), operation, outcome });
    });
  }

  /** The outermost loop: a broken rule, or any other throw out of pure code, ends the node here and nowhere else. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      const what = error instanceof AssertionError ? 'a rule of this program was broken' : 'this program failed';
      if (error instanceof Error && error.stack !== undefined) this.#world.log('debug', error.stack);
      this.#stop(`${what}: ${lineOf(error)}`);
    }
  }

  #stop(reason: string): void {
    if (this.#hasEnded) return;
    this.end();
    this.#world.onStop(reason);
  }

  /** Leaves an armed timer alone when it goes off early enough: it looks again then, which is cheaper than arming anew for each input. */
  #arm(): void {
    if (this.#hasEnded) return;
    let wakeAt: Micros | null = null;
    this.#guarded(() => {
      wakeAt = this.#machine.wakeAt(this.#state as State);
    });
    if (wakeAt === null || this.#hasEnded) return;
    if (this.#armedAt !== null && this.#armedAt <= wakeAt) return;

    this.#disarm();
    this.#armedAt = wakeAt;
    const waitUs = wakeAt - this.#world.now();
    if (waitUs <= 0) this.#immediate = setImmediate(() => this.#onTimer());
    else this.#timer = setTimeout(() => this.#onTimer(), Math.min(Math.ceil(waitUs / 1_000), TIMER_MS_MAX));
  }

  #onTimer(): void {
    this.#disarm();
    if (this.#hasEnded) return;
    const now = this.#world.now();
    const wakeAt = this.#machine.wakeAt(this.#state as State);
    if (wakeAt !== null && wakeAt <= now) this.#take({ kind: 'wake', now });
    else this.#arm();
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#timer = null;
    this.#immediate = null;
    this.#armedAt = null;
  }
}

function levelOf({ isWarning, isDetail }: Note): LogLevel {
  return isWarning === true ? 'warn' : isDetail === true ? 'debug' : 'info';
}
