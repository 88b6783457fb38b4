import { assert, unreachable } from '../core/base/assert.js';
import { NEVER, connectionId, micros, type ConnectionId, type Micros, type NodeId } from '../core/base/units.js';
import type { Effect, Input, Step } from '../core/machine.js';
import { RunningDigest } from './digest.js';
import { SimDisk, type DiskWork } from './disk.js';
import { deepFreeze } from './freeze.js';
import { FATE_LOST, FATE_NAMES, Network, isOnItsWay } from './network.js';
import { pack, unpack } from './network-codec.js';
import { Piece } from './network-stream.js';
import type { EventKind, Observer } from './observer.js';
import { Process, type ProcessSpec } from './process.js';
import { EventQueue } from './queue.js';
import { RandomStreams, bits32 } from './random.js';
import { WorldClocks } from './world-clocks.js';
import type { Violation, WorldOptions } from './world-options.js';
import { Disks } from './world-disks.js';
import { Lives } from './world-processes.js';

export type { Violation, WorldOptions } from './world-options.js';

const ARRIVAL = 1;
const WAKE = 2;
const DISK = 3;
const REQUEST = 4;
const CALL = 5;
/** A message that reached a process, which reads it now: at once, or when it is held back no more. */
const READ = 6;
/** A slow process is done with an input. */
const WORKED = 7;
const KINDS: readonly EventKind[] = ['call', 'arrival', 'wake', 'disk', 'request', 'call', 'read', 'worked'];

/**
 * A whole world grown from one seed: processes with their disks and clocks, the network between them,
 * one queue of events. It hosts any {@link Machine} and knows nothing of what they are for.
 *
 * Requests ride on no connection that could break: each is a message of its own, so `connection` inputs
 * are never given, and an answer can be lost, doubled or overtaken like any message if the links' options say so.
 */
export class World {
  readonly options: WorldOptions;
  readonly streams: RandomStreams;
  /** For holds, bursts and links of one's own; the cuts below also tell the observer. */
  readonly network: Network;
  /** For what is done to processes beside crash and restart, pause and resume below. */
  readonly lives: Lives;
  /** For turning the clocks of processes. */
  readonly clocks: WorldClocks;
  /** Events taken from the queue so far. */
  events = 0;
  messagesSent = 0;
  messagesDelivered = 0;
  messagesLost = 0;
  /** What a machine threw to end the run, with its stack, for whoever mends it. Never in a digest or a report. */
  thrown: Error | null = null;

  readonly #queue = new EventQueue();
  readonly #digest = new RunningDigest();
  readonly #disks: Disks;
  readonly #processes: (Process | undefined)[] = [];
  readonly #order: Process[] = [];
  #observer: Observer | null = null;
  #violation: Violation | null = null;
  /** Whose code is running, so that what it throws is held against it. */
  #acting: Process | null = null;

  constructor(setup: { readonly seed: number | string; readonly options: WorldOptions; readonly observer?: Observer }) {
    this.options = setup.options;
    this.streams = new RandomStreams(setup.seed);
    this.network = new Network(this.#queue, this.streams, ARRIVAL);
    this.lives = new Lives({
      queue: this.#queue,
      network: this.network,
      streams: this.streams,
      inboxMax: this.options.inboxMax,
      kinds: { wake: WAKE, disk: DISK, worked: WORKED },
      observer: () => this.#observer,
      harm: (text) => this.harm(text),
      boot: (process) => this.#guarded(() => this.#boot(process)),
      close: (process) => this.#disks.close(process),
      lost: () => { this.messagesLost++; },
    });
    this.#disks = new Disks({
      queue: this.#queue,
      digest: this.#digest,
      lives: this.lives,
      kind: DISK,
      observer: () => this.#observer,
      act: (process) => { this.#acting = process; },
    });
    this.clocks = new WorldClocks(this, (process) => this.#clockChanged(process));
    this.setObserver(setup.observer ?? null);
  }

  // ---- who is there

  /** Adds a process and boots it at the present moment. Add all before the first event, in the same order in each run. */
  addProcess<State, Message, Request, Response>(spec: ProcessSpec<State, Message, Request, Response>): void {
    assert(Number.isInteger(spec.id) && spec.id >= 1 && spec.id < 4_096, 'a process is numbered from 1 on, in small numbers');
    assert(this.#processes[spec.id] === undefined, 'a number names one process');
    const disk = spec.disk === null ? null : new SimDisk(spec.name, spec.disk, this.streams);
    const process = new Process(spec as unknown as ProcessSpec<unknown, unknown, unknown, unknown>, disk, this.streams.stream('boot', spec.name));
    this.#processes[spec.id] = process;
    this.#order.push(process);
    this.network.join(spec.id, (id) => this.process(id).name, (other) =>
      process.isClient || this.process(other).isClient ? this.options.clientLinks : this.options.serverLinks,
    );
    this.#disks.watch(process);
    this.#guarded(() => this.#boot(process));
  }

  process(id: NodeId): Process {
    const process = this.#processes[id];
    assert(process !== undefined, 'a process is named that is there');
    return process;
  }

  /** All processes, in the order they were added. */
  get processes(): readonly Process[] {
    return this.#order;
  }

  /** The disk of a process that has one. */
  disk(id: NodeId): SimDisk {
    const disk = this.process(id).disk;
    assert(disk !== null, 'a disk is named that is there');
    return disk;
  }

  /** Replaces whoever watches. Watching changes nothing. */
  setObserver(observer: Observer | null): void {
    this.#observer = observer;
    for (const process of this.#order) this.#disks.watch(process);
  }

  // ---- time

  /** The present, in microseconds of world time. */
  get nowUs(): Micros {
    return micros(this.#queue.nowUs);
  }

  /** When the next event is due; Infinity when nothing will ever happen again by itself. */
  get nextEventUs(): number {
    return this.#queue.nextAtUs;
  }

  get violation(): Violation | null {
    return this.#violation;
  }

  /** Lives every event up to and including `atUs`, then moves time there. Ends early at a violation. */
  runUntil(atUs: number): Violation | null {
    this.#guarded(() => this.#runQuickly(atUs));
    if (this.#violation === null && atUs > this.#queue.nowUs) this.#queue.moveTo(atUs);
    return this.#violation;
  }

  /** Lives one event. @returns Whether there was one; false also after a violation. */
  step(): boolean {
    if (this.#violation !== null || this.#queue.size === 0) return false;
    this.#guarded(() => this.#liveNext());
    return true;
  }

  /** Calls `act` at `atUs`, now or later, as an event of its own: for the nemesis and the workload. */
  schedule(atUs: number, act: () => void): void {
    this.#queue.push(atUs, CALL, 0, 0, 0, act);
  }

  /** 16 hex digits over everything that happened so far. */
  digest(): string {
    return this.#digest.toString();
  }

  /** The two halves of the digest as integers: cheap to note after each event. */
  get digestLanes(): readonly [high: number, low: number] {
    return [this.#digest.high, this.#digest.low];
  }

  /** Ends the run: an oracle saw a rule broken. The first violation stays. */
  fail(property: string, message: string, node: NodeId | null): void {
    this.#violation ??= { property, message, atUs: this.nowUs, node };
  }

  // ---- what the application and the nemesis do

  /** The application asks a machine, at the present moment. @returns false if the process is down, and then nothing happens. */
  request(id: NodeId, request: unknown, connection: ConnectionId): boolean {
    const process = this.process(id);
    if (process.isUp) this.#queue.push(this.nowUs, REQUEST, id, connection, process.life, request);
    return process.isUp;
  }

  /** Ends a process's life. With `keepsPageCache` it was killed (k); without, the power went (K), also of one that is down. */
  crash(id: NodeId, how: { readonly keepsPageCache: boolean }): void {
    this.lives.crash(this.process(id), how.keepsPageCache);
  }

  /** Boots a process that is down, with what its disk holds. Nothing if it is up. */
  restart(id: NodeId): void {
    this.lives.restart(this.process(id));
  }

  /** Stops a process in its tracks: its disk works on, messages gather (up to `inboxMax`), nothing is read and no timer fires. */
  pause(id: NodeId): void {
    this.lives.pause(this.process(id));
  }

  /** Lets a paused process go on: it gets what gathered, in order, then its overdue timer. */
  resume(id: NodeId): void {
    this.lives.resume(this.process(id));
  }

  /** Cuts one direction; what is under way on it is lost. */
  cut(from: NodeId, to: NodeId): void {
    this.network.cut(from, to);
    this.harm(`cut ${this.process(from).name}>${this.process(to).name}`);
  }

  /** Mends one direction. */
  heal(from: NodeId, to: NodeId): void {
    this.network.heal(from, to);
    this.harm(`heal ${this.process(from).name}>${this.process(to).name}`);
  }

  /** Cuts every link between two of these groups, both ways: `[[a], [b]]` parts two. Others' links stay as they are. */
  partition(groups: readonly (readonly NodeId[])[]): void {
    this.network.partition(groups);
    this.harm(`partition ${groups.map((group) => group.map((id) => this.process(id).name).join(' ')).join(' | ')}`);
  }

  /** Mends every link. */
  healAll(): void {
    this.network.healAll();
    this.harm('heal all');
  }

  /** Tells the observer and the digest of something the nemesis did. */
  harm(text: string): void {
    this.#digest.mixText(text);
    this.#observer?.onHarm?.(this.nowUs, text);
  }

  // ---- living

  #runQuickly(atUs: number): void {
    while (this.#queue.nextAtUs <= atUs && this.#violation === null) this.#liveNext();
  }

  /** Runs part of the world; what a machine throws there ends the run as a violation, anything else is thrown on. */
  #guarded(part: () => void): void {
    try {
      part();
    } catch (error) {
      const acting = this.#acting;
      this.#acting = null;
      if (acting === null || !(error instanceof Error)) throw error;
      this.thrown ??= error;
      this.fail(error.name === 'AssertionError' ? 'assertion' : 'threw', `${acting.name}: ${error.message}`, acting.id);
    }
  }

  #liveNext(): void {
    const queue = this.#queue;
    queue.take();
    this.events++;
    const { kind, node, from, tag, payload } = queue;
    this.#observer?.onEvent?.(queue.nowUs, KINDS[kind] as EventKind, node, from, this.#digest.high, this.#digest.low);
    this.#digest.mixMoment(queue.nowUs);
    this.#digest.mix(kind | (node << 4) | (from << 16));
    if (kind === CALL) {
      (payload as () => void)();
      return;
    }
    const process = this.#processes[node] as Process;
    switch (kind) {
      case ARRIVAL:
        this.#arrive(process, from as NodeId, tag, payload);
        return;
      case WAKE:
        if (tag === process.timerSerial) this.#wake(process);
        return;
      case DISK:
        if (tag === process.life && this.#disks.due(process, payload as DiskWork)) this.#give(process, DISK, 0, payload);
        return;
      case REQUEST:
        if (tag === process.life) this.#give(process, REQUEST, from, payload);
        return;
      case WORKED:
        if (tag === process.workSerial) this.#worked(process);
        return;
      default:
        if (tag === process.life) this.#give(process, READ, from, payload);
    }
  }

  #arrive(process: Process, from: NodeId, epoch: number, message: unknown): void {
    if (!this.network.arrives(from, process.id, epoch)) this.messagesLost++;
    else if (!process.isUp) {
      this.messagesLost++;
      if (message instanceof Piece) this.network.reset(from, process.id, 0);
    } else if (message instanceof Piece) this.#readPiece(process, from, message);
    else this.#give(process, READ, from, message);
  }

  /** What a piece of a byte stream completes: each message is an input of its own. */
  #readPiece(process: Process, from: NodeId, piece: Piece): void {
    const { life } = process;
    const { messages, problem, bug } = unpack(this.network, this.process(from), process, piece);
    for (const message of messages) if (process.life === life) this.#give(process, READ, from, message);
    if (problem !== null) this.harm(`connection ${this.process(from).name}>${process.name} breaks: ${problem}`);
    if (bug !== null) this.fail('codec', `${process.name} reads from ${this.process(from).name}: ${bug}`, process.id);
  }

  /** An input has reached a process: it takes it now, unless it is held. */
  #give(process: Process, kind: number, from: number, payload: unknown): void {
    if (process.isHeld && this.lives.holds(process, kind, from, payload)) return;
    this.#take(process, kind, from, payload, process.clock.at(this.#queue.nowUs));
  }

  #take(process: Process, kind: number, from: number, payload: unknown, now: Micros): void {
    switch (kind) {
      case READ: {
        this.messagesDelivered++;
        const isRequest = !process.isClient && (this.#processes[from] as Process).isClient;
        this.#step(process, isRequest
          ? { kind: 'request', now, connection: connectionId(from), request: payload }
          : { kind: 'message', now, from: from as NodeId, message: payload });
        return;
      }
      case REQUEST:
        this.#step(process, { kind: 'request', now, connection: connectionId(from), request: payload });
        return;
      case DISK: {
        const { operation, outcome } = payload as DiskWork;
        assert(outcome !== null, 'a disk operation is reported when it is over');
        process.diskUnreported--;
        if (!process.isClosing) this.#step(process, { kind: 'disk', now, operation, outcome });
        if (process.isStopping) this.lives.goOn(process);
        return;
      }
      default:
        this.#takeWake(process, now);
    }
  }

  /** A slow process is done with an input: now the input has its effects, and the next one is taken up. */
  #worked(process: Process): void {
    const { life } = process;
    const done = this.lives.worked(process);
    if (done === null) return;
    this.#take(process, done.input.kind, done.input.from, done.input.payload, done.now);
    if (process.life === life) this.lives.goOn(process);
  }

  /**
   * A timer fired. A deadline that moves later leaves the timer as it is, to find the new wish when it
   * fires; so deadlines that move with every message cost nothing.
   */
  #wake(process: Process): void {
    process.timerAtUs = Infinity;
    if (!process.isUp || process.isPaused) return;
    const now = process.clock.at(this.#queue.nowUs);
    if (process.isHeld && now >= process.wakeAt) this.lives.holdsWake(process);
    else this.#takeWake(process, now);
  }

  #takeWake(process: Process, now: Micros): void {
    if (now < process.wakeAt) {
      process.armTimer(this.#queue, WAKE);
      return;
    }
    if (process.wakesForEver(this.#queue.nowUs)) this.fail('wake-loop', `${process.name} asks to be woken at the present moment for ever`, process.id);
    else this.#step(process, { kind: 'wake', now });
  }

  #boot(process: Process): void {
    process.beginLife();
    const { id, spec } = process;
    this.#acting = process;
    const step = process.machine.init({ self: id, members: spec.members, past: 'unknown', now: process.clock.at(this.nowUs), seed: bits32(process.bootStream) });
    this.#settle(process, null, undefined, step);
  }

  #step(process: Process, input: Input<unknown, unknown>): void {
    if (this.options.freezes) deepFreeze(input);
    const before = process.state;
    this.#acting = process;
    this.#settle(process, input, before, process.machine.step(before, input));
  }

  /** Takes over a step's result: the state, then what it means for the timer, then the effects in list order. */
  #settle(process: Process, input: Input<unknown, unknown> | null, before: unknown, step: Step<unknown, unknown, unknown>): void {
    const { state, effects } = step;
    const life = process.life;
    if (this.options.freezes) deepFreeze(step);
    process.state = state;
    const wakeAt = process.machine.wakeAt(state) ?? NEVER;
    if (process.spec.fingerprint !== undefined) this.#digest.mix(process.spec.fingerprint(state));
    this.#acting = null;
    this.#digest.mix(effects.length);
    if (wakeAt !== process.wakeAt || process.timerAtUs === Infinity) {
      process.wakeAt = wakeAt;
      process.armTimer(this.#queue, WAKE);
    }
    if (this.#observer !== null) this.#observer.onStep?.(this.nowUs, process.id, input, before, state, effects);
    for (let i = 0; i < effects.length; i++) {
      // A `stop`, or a watcher that crashes the process at this very moment, ends the list.
      if (process.life !== life) return;
      if (process.trap !== null) {
        this.lives.beforeEffect(process, effects, i);
        if (process.life !== life) return;
      }
      this.#carryOut(process, effects[i] as Effect<unknown, unknown>);
    }
  }

  // ---- effects

  #carryOut(process: Process, effect: Effect<unknown, unknown>): void {
    switch (effect.kind) {
      case 'send':
        this.#send(process, effect.to, effect.message);
        return;
      case 'respond':
        this.#respond(process, effect.connection, effect.response);
        return;
      case 'disk':
        this.#disks.begin(process, effect.operation, effect.steps);
        return;
      case 'note':
        this.#observer?.onNote?.(this.nowUs, process.id, effect);
        return;
      case 'stop':
        this.#observer?.onStop?.(this.nowUs, process.id, effect.reason);
        this.#digest.mixText(effect.reason);
        this.lives.end(process);
        process.isStopped = true;
        return;
      default:
        unreachable(effect);
    }
  }

  /** A message to nobody of this world is lost, like one to an address where nobody lives. */
  #send(process: Process, to: NodeId, message: unknown): void {
    this.messagesSent++;
    if (process.spec.messageFingerprint !== undefined) this.#digest.mix(process.spec.messageFingerprint(message));
    let fate = FATE_LOST;
    if (this.network.knows(process.id, to)) {
      const payload = this.options.codecs ? this.#throughCodec(process, to, message) : message;
      fate = this.network.send(process.id, to, payload);
    }
    this.#digest.mix(fate);
    if (!isOnItsWay(fate)) this.messagesLost++;
    if (this.#observer !== null) this.#observer.onSend?.(this.nowUs, process.id, to, message, FATE_NAMES[fate] ?? 'lost');
  }

  #respond(process: Process, connection: ConnectionId, response: unknown): void {
    const peer = this.#processes[connection];
    if (!process.isClient && peer !== undefined && peer.isClient) this.#send(process, peer.id, response);
    else process.spec.onRespond?.(connection, response, this.nowUs);
  }

  #throughCodec(process: Process, to: NodeId, message: unknown): unknown {
    this.#acting = process;
    const packed = pack(this.network, process, this.#processes[to] as Process, message);
    this.#acting = null;
    if (packed.ok) return packed.value;
    this.fail('codec', `${process.name} cannot read what it wrote itself: ${packed.problem}`, process.id);
    return message;
  }

  // ---- small things

  #clockChanged(process: Process): void {
    // The outstanding timer was placed by the old clock: it may now be too late.
    process.timerAtUs = Infinity;
    if (process.isUp) process.armTimer(this.#queue, WAKE);
  }
}
