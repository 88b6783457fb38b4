import { assert } from '../../core/base/assert.js';
import type { Micros } from '../../core/base/units.js';
import type { Effect, Machine } from '../../core/machine.js';
import type { DiskWork } from '../disk/disk.js';
import type { Network } from '../network/network.js';
import type { Observer } from './observer.js';
import type { HeldInput, Process, Slowness, Trap } from './process.js';
import type { EventQueue } from '../base/event-queue.js';
import { between, type RandomStreams } from '../base/random-streams.js';
import type { Cause, WorldAct } from './world-event.js';

/** What the lives of processes need of the world that they are lived in. */
export interface LivesWorld {
  readonly queue: EventQueue;
  readonly network: Network;
  readonly streams: RandomStreams;
  /** Inputs that a process keeps for later; more are lost. */
  readonly inboxMax: number;
  /** The kinds of events that the lives put into the queue or ask for. */
  readonly kinds: { readonly wake: number; readonly disk: number; readonly worked: number };
  observer(): Observer | null;
  tell(act: WorldAct): void;
  because(cause: Cause | null, act: () => void): void;
  /** Why what is done now is done. */
  cause(): Cause | null;
  boot(process: Process): void;
  /** Hands the closing steps of a process to its disk. @returns False if it has none. */
  close(process: Process): boolean;
  /** Something that was sent reached nobody. */
  lost(): void;
}

/**
 * How the lives of processes begin, stand still, drag on and end: crash and restart, pause and resume, a slow
 * processor, a graceful stop, and death at an effect that was chosen beforehand.
 *
 * A process that is slow, paused or stopping is *held*: the world then asks here before it hands over an input.
 */
export class Lives {
  readonly #world: LivesWorld;

  constructor(world: LivesWorld) {
    this.#world = world;
  }

  // ---- beginning and end

  /** Ends a life. With `keepsPageCache` the process was killed; without, the power went, also of one that is down. */
  crash(process: Process, keepsPageCache: boolean): void {
    const wasUp = process.isUp;
    if (wasUp) this.#endWatched(process);
    if (keepsPageCache) {
      if (wasUp) this.#world.tell({ kind: 'killed', node: process.id });
      return;
    }
    const fates = process.disk?.losePower() ?? null;
    this.#world.tell({ kind: 'lostPower', node: process.id, fates });
  }

  /** Boots a process that is down, with what its disk holds. Nothing if it is up. */
  restart(process: Process): void {
    if (process.isUp) return;
    this.#world.tell({ kind: 'restarted', node: process.id });
    this.#world.boot(process);
  }

  /** All that was volatile is gone, and so is what was under way to it in byte streams. */
  end(process: Process): void {
    process.endLife();
    this.#world.network.hangUp(process.id);
    const ended = process.onEnd;
    process.onEnd = null;
    ended?.();
  }

  /**
   * Asks a process to stop. From now on it takes neither messages nor requests, and no timer fires; its disk work
   * goes on, with what the machine asks for in turn; when all of it was reported the disk takes the machine's closing steps,
   * and the process ends. Nothing is lost by it.
   *
   * @param onEnd Called when this life is over, be it that something else ended it first. Never for a process that is down.
   */
  stop(process: Process, onEnd: () => void): void {
    if (!process.isUp) return;
    const earlier = process.onEnd;
    process.onEnd = () => {
      earlier?.();
      onEnd();
    };
    if (process.isStopping) return;
    this.#world.tell({ kind: 'stopping', node: process.id });
    process.isStopping = true;
    process.stopCause = this.#world.cause();
    process.settleHeld();
    const { disk } = this.#world.kinds;
    const kept = process.held.filter(({ kind }) => kind === disk);
    for (let i = kept.length; i < process.held.length; i++) this.#world.lost();
    process.held.splice(0, process.held.length, ...kept);
    process.workSerial++;
    process.isWorking = false;
    this.goOn(process);
  }

  /** A process that is down comes back as this machine, which must understand what the other one left on its disk. */
  install<State, Message, Request, Response>(process: Process, machine: Machine<State, Message, Request, Response>): void {
    assert(!process.isUp, 'a machine is changed while it is down');
    process.machine = machine as unknown as Process['machine'];
  }

  // ---- standing still and dragging on

  /** Stops a process in its tracks: its disk works on, messages gather (up to `inboxMax`), nothing is read and no timer fires. */
  pause(process: Process): void {
    if (!process.isUp || process.isPaused) return;
    process.isPaused = true;
    process.settleHeld();
    this.#world.tell({ kind: 'paused', node: process.id });
  }

  /** Lets a paused process go on: it gets what gathered, in order, then its overdue timer. */
  resume(process: Process): void {
    if (!process.isUp || !process.isPaused) return;
    process.isPaused = false;
    process.settleHeld();
    this.#world.tell({ kind: 'resumed', node: process.id });
    if (process.slowness === null) this.#letGo(process);
    else process.armTimer(this.#world.queue, this.#world.kinds.wake);
    this.goOn(process);
  }

  /**
   * From now on the process works through its inputs one after the other, due timers among them, and each takes a drawn
   * span; until null is given, or its life ends. Its disk and the network keep their pace. What comes meanwhile waits in
   * line, up to `inboxMax`. An input is read when its span begins, and its effects leave when it is over.
   */
  slow(process: Process, slowness: Slowness | null): void {
    if (!process.isUp || (process.slowness === null && slowness === null)) return;
    process.slowness = slowness;
    process.settleHeld();
    const node = process.id;
    if (slowness !== null) {
      this.#world.tell({ kind: 'slowed', node, usMin: slowness.usMin, usMax: slowness.usMax });
      return;
    }
    this.#world.tell({ kind: 'spedUp', node });
    process.workSerial++;
    process.isWorking = false;
    if (!process.isPaused) this.#letGo(process);
    this.goOn(process);
  }

  /** Everything that was asked for here is called off; a process that was stopping has stopped. */
  relieve(process: Process): void {
    process.trap = null;
    if (process.isStopping) this.crash(process, true);
    this.slow(process, null);
    this.resume(process);
  }

  // ---- death at a chosen effect

  /** Sets a trap for the present life, or for the next one of a process that is down. It takes the place of one that is there. */
  arm(process: Process, trap: Trap): void {
    process.trap = trap;
  }

  /** The i-th effect of a step is about to be carried out. Called while a trap is set. */
  beforeEffect(process: Process, effects: readonly Effect<unknown, unknown>[], i: number): void {
    const { trap } = process;
    if (trap?.at !== 'send' || !isSend(effects[i]) || --trap.left > 0) return;
    process.trap = null;
    trap.spring(effects.slice(0, i).filter(isSend).length, effects.filter(isSend).length);
  }

  /** A disk operation was handed over. Called while a trap is set. */
  onHandedOver(process: Process, work: DiskWork): void {
    const { trap } = process;
    if (trap?.at !== 'disk' || --trap.left > 0) return;
    process.trap = null;
    const steps = work.steps.length;
    // Places to die at: at the handing over, then before the first step, between any two, and behind the last.
    const haltAt = Math.floor(trap.share * (steps + 2)) - 1;
    if (haltAt < 0) {
      trap.spring(-1, steps);
      return;
    }
    work.haltAt = haltAt;
    work.onHalt = () => trap.spring(work.position, steps);
  }

  /** A disk operation has come to where it was to halt, or has failed on its way there. */
  onHalted(work: DiskWork): void {
    const { onHalt } = work;
    work.haltAt = -1;
    work.onHalt = null;
    onHalt?.();
  }

  // ---- what is held back

  /** Asked for each input of a process that is held. @returns False if it is to be taken now; else it waits, or is lost. */
  holds(process: Process, kind: number, from: number, payload: unknown): boolean {
    const isDisk = kind === this.#world.kinds.disk;
    if (process.isStopping) {
      if (!isDisk) this.#world.lost();
      if (!isDisk) return true;
      if (!process.isPaused && process.slowness === null) return false;
    }
    if (isDisk || process.held.length < this.#world.inboxMax) process.held.push({ kind, from, payload });
    else this.#world.lost();
    this.goOn(process);
    return true;
  }

  /** A timer of a held process is due: a slow one gets to it when its turn comes. */
  holdsWake(process: Process): void {
    if (process.isPaused || process.isStopping) return;
    const { wake } = this.#world.kinds;
    if (!process.held.some(({ kind }) => kind === wake)) process.held.push({ kind: wake, from: 0, payload: null });
    this.goOn(process);
  }

  /** To be called when a held process may have something to do: a slow one takes up its next input, a stopping one may be done. */
  goOn(process: Process): void {
    if (process.isPaused || !process.isUp) return;
    if (process.slowness !== null) this.#takeUp(process, process.slowness);
    if (!process.isStopping || process.diskUnreported > 0) return;
    if (!process.isClosing) {
      process.isClosing = true;
      if (this.#world.close(process)) return;
    }
    this.#endWatched(process);
    this.#world.because(process.stopCause, () => this.#world.tell({ kind: 'stopped', node: process.id }));
  }

  /** The span of an input is over. @returns The input, and the process's own time at which it was read; null if it has to wait on. */
  worked(process: Process): { readonly input: HeldInput; readonly now: Micros } | null {
    process.isWorking = false;
    if (process.isPaused) return null;
    const input = process.held.shift();
    return input === undefined ? null : { input, now: process.tookUpAt };
  }

  #takeUp(process: Process, { usMin, usMax }: Slowness): void {
    if (process.isWorking || process.held.length === 0) return;
    const { queue, streams, kinds } = this.#world;
    process.isWorking = true;
    process.tookUpAt = process.clock.at(this.#nowUs);
    const tookUs = between(streams.stream('slow', process.name), usMin, usMax);
    queue.push(this.#nowUs + tookUs, kinds.worked, process.id, 0, ++process.workSerial, null);
  }

  /** All that gathered comes now, in order, then the timer. */
  #letGo(process: Process): void {
    const { queue, kinds } = this.#world;
    for (const { kind, from, payload } of process.held.splice(0)) {
      if (kind !== kinds.wake) queue.push(this.#nowUs, kind, process.id, from, process.life, payload);
    }
    process.armTimer(queue, kinds.wake);
  }

  #endWatched(process: Process): void {
    this.#world.observer()?.onCrash?.(this.#nowUs, process.id, process.state);
    this.end(process);
  }

  get #nowUs(): Micros {
    return this.#world.queue.nowUs as Micros;
  }
}

const isSend = (effect: Effect<unknown, unknown> | undefined): boolean => effect?.kind === 'send' || effect?.kind === 'respond';
