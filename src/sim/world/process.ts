import type { Codecs, Machine } from '../../core/machine.js';
import { ok, type Result } from '../../core/base/result.js';
import { NEVER, type ConnectionId, type Micros, type NodeId } from '../../core/base/units.js';
import { NodeClock, type ClockOptions, type ClockSource } from '../base/node-clock.js';
import type { SimDisk } from '../disk/disk.js';
import type { SimDiskOptions } from '../disk/disk-options.js';
import type { EventQueue } from '../base/event-queue.js';
import type { Stream } from '../base/random-streams.js';
import type { Cause } from './world-event.js';

/** Wakes of one process at one moment; more means that it asks for the present for ever. */
const WAKES_AT_ONE_MOMENT_MAX = 1_000;

/** One process of a world: which machine runs in it, on what disk and by what clock. */
export interface ProcessSpec<State, Message, Request, Response> {
  /** 1 or more, unique; small, since tables are indexed by it. Servers 1 .. n, clients behind them. */
  readonly id: NodeId;
  /** How it is called in transcripts and in the labels of random streams: "s1", "c2". */
  readonly name: string;
  /** A client's `send` arrives at a server as a `request`, and a server's `respond` to it as its `message`. */
  readonly kind: 'server' | 'client';
  readonly machine: Machine<State, Message, Request, Response>;
  /** The members that the machine is told at boot. */
  readonly members: readonly NodeId[];
  /** null for a machine that uses no disk; a disk effect of such a machine is a violation. */
  readonly disk: SimDiskOptions | null;
  readonly clock: ClockOptions;
  /** Said only where a machine is told another time than the contract promises: 'wall' time may go back under it. */
  readonly clockSource?: ClockSource;
  /** Bytes and back, used when the world's option `codecs` is on. A client gives the servers' codecs. */
  readonly codecs?: Codecs<unknown, unknown, unknown>;
  /** An answer for the application: all of a client's, and a server's for connections that are no process. */
  readonly onRespond?: (connection: ConnectionId, response: Response, atUs: number) => void;
  /** A cheap integer that says much about a state; mixed into the running digest after every step. */
  readonly fingerprint?: (state: State) => number;
  /** A cheap integer that says much about what is sent, a message or a response; mixed into the running digest for every send. */
  readonly messageFingerprint?: (sent: Message | Response) => number;
}

/** What the world knows of one process. The fields that change belong to {@link World}; others only read. */
export class Process {
  readonly id: NodeId;
  readonly name: string;
  readonly isClient: boolean;
  readonly spec: ProcessSpec<unknown, unknown, unknown, unknown>;
  /** Another one only while the process is down: what it comes back with. */
  machine: Machine<unknown, unknown, unknown, unknown>;
  readonly monotonic: NodeClock;
  readonly wall: NodeClock;
  /** The one of the two that the machine is told. */
  readonly clock: NodeClock;
  readonly disk: SimDisk | null;
  readonly bootStream: Stream;

  /** The machine's state; undefined while the process is down. */
  state: unknown = undefined;
  isUp = false;
  isPaused = false;
  /** Asked to stop: its disk work is being finished. */
  isStopping = false;
  /** The last part of that: the machine was asked for its closing steps, and hears of nothing any more. */
  isClosing = false;
  /** Why it was asked to. */
  stopCause: Cause | null = null;
  slowness: Slowness | null = null;
  /** Paused, slow or stopping: an input is not simply handed over. One look on the way of every input. */
  isHeld = false;
  /** What it is to die of, if anything: for the present life, or for the next one while it is down. */
  trap: Trap | null = null;
  /** Called once, when the present life ends. */
  onEnd: (() => void) | null = null;
  /** True from a `stop` effect (fail-stop) until the next boot. */
  isStopped = false;
  /** Counts boots; an event of an earlier life is ignored. */
  life = 0;

  /** When the machine wants to be woken, by its own clock. */
  wakeAt: Micros = NEVER;
  /** When the one outstanding timer is due, in world time; Infinity when none is. May be earlier than the wish: see World. */
  timerAtUs = Infinity;
  timerSerial = 0;
  #wakesAtOneMoment = 0;
  #wokenAtUs = -1;

  /** What came in while held, in order. While a slow process works on an input, that is the first of them. */
  readonly held: HeldInput[] = [];
  isWorking = false;
  workSerial = 0;
  /** When it took up that input, by its own clock. */
  tookUpAt: Micros = NEVER;
  /** Disk operations of this life of which the machine has not heard yet. */
  diskUnreported = 0;
  /** Requests of this life that were read and not answered yet, by connection. */
  readonly #unanswered = new Map<number, number>();

  constructor(spec: ProcessSpec<unknown, unknown, unknown, unknown>, disk: SimDisk | null, bootStream: Stream) {
    this.id = spec.id;
    this.name = spec.name;
    this.isClient = spec.kind === 'client';
    this.spec = spec;
    this.machine = spec.machine;
    this.monotonic = new NodeClock(spec.clock);
    this.wall = new NodeClock(spec.clock);
    this.clock = spec.clockSource === 'wall' ? this.wall : this.monotonic;
    this.disk = disk;
    this.bootStream = bootStream;
  }

  /** Another boot: nothing of an earlier life counts any more. */
  beginLife(): void {
    this.life++;
    this.isUp = true;
    this.isStopped = false;
    this.diskUnreported = 0;
    this.timerAtUs = Infinity;
    this.timerSerial++;
  }

  /** All that was volatile is gone. */
  endLife(): void {
    this.isUp = false;
    this.isPaused = false;
    this.isStopping = false;
    this.isClosing = false;
    this.slowness = null;
    this.isHeld = false;
    this.trap = null;
    this.isWorking = false;
    this.workSerial++;
    this.state = undefined;
    this.wakeAt = NEVER;
    this.held.length = 0;
    this.#unanswered.clear();
    this.life++;
    this.disk?.crashProcess();
  }

  /** To be called when it was paused, slowed or asked to stop, or is so no more. */
  settleHeld(): void {
    this.isHeld = this.isPaused || this.isStopping || this.slowness !== null;
  }

  /** A request of this connection is about to be read. */
  asks(connection: number): void {
    this.#unanswered.set(connection, (this.#unanswered.get(connection) ?? 0) + 1);
  }

  /** An answer to this connection is about to leave. @returns Whether there is a request that it can answer. */
  answers(connection: number): boolean {
    const waiting = this.#unanswered.get(connection) ?? 0;
    if (waiting > 0) this.#unanswered.set(connection, waiting - 1);
    return waiting > 0;
  }

  /** To be called with each wake. @returns Whether there were so many without time moving that they will never end. */
  wakesForEver(nowUs: number): boolean {
    this.#wakesAtOneMoment = this.#wokenAtUs === nowUs ? this.#wakesAtOneMoment + 1 : 0;
    this.#wokenAtUs = nowUs;
    return this.#wakesAtOneMoment > WAKES_AT_ONE_MOMENT_MAX;
  }

  /** A message of this process as the other side reads it: encoded and decoded, if there are codecs. */
  roundTrip(message: unknown, toClient: boolean): Result<unknown, string> {
    const codecs = this.spec.codecs;
    if (codecs === undefined) return ok(message);
    const codec = this.isClient === toClient ? codecs.message : toClient ? codecs.response : codecs.request;
    return codec.decode(codec.encode(message));
  }

  /** Sees that the one timer fires no later than the machine's wish. It may fire earlier, and is then set anew. */
  armTimer(queue: EventQueue, wakeKind: number): void {
    if (this.wakeAt >= NEVER) return;
    const wishUs = this.clock.worldAt(this.wakeAt);
    const atUs = wishUs > queue.nowUs ? wishUs : queue.nowUs;
    if (atUs >= this.timerAtUs) return;
    this.timerAtUs = atUs;
    queue.push(atUs, wakeKind, this.id, 0, ++this.timerSerial, null);
  }
}

/** How long a slow process takes for each input: one draw each, evenly. Microseconds of world time, 0 or more, both inclusive. */
export interface Slowness {
  readonly usMin: number;
  readonly usMax: number;
}

/** An effect, chosen beforehand, at which something is to happen to the process that asks for it: as a rule its death. */
export interface Trap {
  /** `send`: just before a message or an answer leaves. `disk`: at or after the handing over of a disk operation. */
  readonly at: 'send' | 'disk';
  /** It is the n-th such effect from now on, 1 or more. Counts down. */
  left: number;
  /** Of a disk operation the place, in [0, 1): at the handing over, before its first step, between any two, or after the last. */
  readonly share: number;
  /**
   * Called once. If it lets the process live, all goes on as if there had been no trap.
   *
   * @param done Steps of the operation that are done, -1 at the handing over; of sends: those of the same step that have left.
   * @param of So many there are in all.
   */
  readonly spring: (done: number, of: number) => void;
  /** Asked when the time has come; false: all goes on as if there had been no trap. Absent: true. */
  readonly isWanted?: () => boolean;
}

/** An event that reached a held process: the numbers of the event queue, kept for later. */
export interface HeldInput {
  readonly kind: number;
  readonly from: number;
  readonly payload: unknown;
}
