import { assert, unreachable } from '../../core/base/assert.js';
import { NEVER, connectionId, micros, type ConnectionId, type Micros, type NodeId } from '../../core/base/units.js';
import type { Effect, Input, Step } from '../../core/machine.js';
import { RunningDigest } from '../base/running-digest.js';
import { SimDisk, type DiskWork } from '../disk/disk.js';
import { answersNobody, checkStep, checkWakeAt, sendsToNobody } from './contract.js';
import { Acting, deedText } from './acting.js';
import { deepFreeze } from '../base/deep-freeze.js';
import { FATE_LOST, FATE_NAMES, Network, isOnItsWay } from '../network/network.js';
import { pack, unpack } from './packing.js';
import { Piece } from '../network/byte-stream.js';
import type { EventKind, Observer } from './observer.js';
import { Process, type ProcessSpec } from './process.js';
import { ARRIVAL, CALL, DISK, KINDS, READ, REQUEST, WAKE, WORKED } from './event-kinds.js';
import { EventQueue } from '../base/event-queue.js';
import { RandomStreams, bits32 } from '../base/random-streams.js';
import { WorldClocks } from './clocks.js';
import type { WorldOptions } from './world-options.js';
import { violationOf, type Violation } from '../checkers/violation.js';
import { Disks } from './disk-work.js';
import { Lives } from './lives.js';
import { WorldActs, type NetworkView } from './world-acts.js';
import { mixAct, type Cause, type WorldEvent } from './world-event.js';

/**
 * A whole world grown from one seed: processes with their disks and clocks, the network between them,
 * one queue of events. It hosts any {@link Machine} and knows nothing of what they are for.
 *
 * Requests ride on no connection that could break: each is a message of its own, so `connection` inputs
 * are never given, and an answer can be lost, doubled or overtaken like any message if the links' options say so.
 */
export class World extends WorldActs {
  readonly options: WorldOptions;
  readonly streams: RandomStreams;
  readonly network: NetworkView;
  /** For turning the clocks of processes. */
  readonly clocks: WorldClocks;
  /** Whose code is running, for who gives a run up in the middle of it. */
  readonly acting = new Acting();
  /** Events taken from the queue so far. */
  events = 0;
  messagesSent = 0;
  messagesDelivered = 0;
  messagesLost = 0;
  /** What a machine threw to end the run, with its stack, for whoever mends it. Never in a digest or a report. */
  thrown: Error | null = null;

  protected readonly links: Network;
  protected readonly lives: Lives;
  readonly #queue = new EventQueue();
  readonly #digest = new RunningDigest();
  readonly #disks: Disks;
  readonly #processes: (Process | undefined)[] = [];
  readonly #order: Process[] = [];
  #observer: Observer | null = null;
  #violation: Violation | null = null;
  /** Causes of what is scheduled; its place is the tag of an event. */
  readonly #causes: (Cause | null)[] = [null];

  constructor(setup: { readonly seed: number | string; readonly options: WorldOptions; readonly observer?: Observer }) {
    super();
    this.options = setup.options;
    this.streams = new RandomStreams(setup.seed);
    this.links = new Network(this.#queue, this.streams, ARRIVAL);
    this.network = this.links;
    this.lives = new Lives({
      queue: this.#queue,
      network: this.links,
      streams: this.streams,
      inboxMax: this.options.inboxMax,
      kinds: { wake: WAKE, disk: DISK, worked: WORKED },
      observer: () => this.#observer,
      tell: (act) => this.tell(act),
      because: (cause, act) => this.because(cause, act),
      cause: () => this.cause,
      boot: (process) => this.#guarded(() => this.#boot(process)),
      close: (process) => this.#disks.close(process),
      lost: () => {
        this.messagesLost++;
      },
    });
    this.#disks = new Disks({
      queue: this.#queue,
      digest: this.#digest,
      lives: this.lives,
      kind: DISK,
      observer: () => this.#observer,
      acting: this.acting,
    });
    this.clocks = new WorldClocks({
      queue: this.#queue,
      processes: this.#order,
      process: (id) => this.process(id),
      tell: (act) => this.tell(act),
      turned: (process) => this.#clockChanged(process),
    });
    this.setObserver(setup.observer ?? null);
  }

  // ---- who is there

  /** Adds a process and boots it at the present moment. Add all before the first event, in the same order in each run. */
  addProcess<State, Message, Request, Response>(spec: ProcessSpec<State, Message, Request, Response>): void {
    assert(Number.isInteger(spec.id) && spec.id >= 1 && spec.id < 4_096, 'a process is numbered from 1 on, in small numbers');
    assert(this.#processes[spec.id] === undefined, 'a number names one process');
    const disk = spec.disk === null ? null : new SimDisk(spec.name, spec.disk, this.streams);
    const process = new Process(
      spec as unknown as ProcessSpec<unknown, unknown, unknown, unknown>,
      disk,
      this.streams.stream('boot', spec.name),
    );
    this.#processes[spec.id] = process;
    this.#order.push(process);
    this.links.join(
      spec.id,
      (id) => this.process(id).name,
      (other) => (process.isClient || this.process(other).isClient ? this.options.clientLinks : this.options.serverLinks),
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
    this.because(null, () => this.#guarded(() => this.#runQuickly(atUs)));
    if (this.#violation === null && atUs > this.#queue.nowUs) this.#queue.moveTo(atUs);
    return this.#violation;
  }

  /** Lives one event. @returns Whether there was one; false also after a violation. */
  step(): boolean {
    if (this.#violation !== null || this.#queue.size === 0) return false;
    this.because(null, () => this.#guarded(() => this.#liveNext()));
    return true;
  }

  /** Calls `act` at `atUs`, now or later, as an event of its own: for the nemesis and the workload. It has the present cause. */
  schedule(atUs: number, act: () => void): void {
    this.#queue.push(atUs, CALL, 0, 0, this.#placeOf(this.cause), act);
  }

  /** 16 hex digits over everything that happened so far. */
  digest(): string {
    return this.#digest.toString();
  }

  /** The two halves of the digest as integers: cheap to note after each event. */
  get digestLanes(): readonly [high: number, low: number] {
    return [this.#digest.high, this.#digest.low];
  }

  /** Ends the run: a rule was broken ('assertion', 'threw', 'codec', 'wake-loop', or an oracle's), at `node` or at none. The first violation stays. */
  fail(property: string, message: string, node: NodeId | null): void {
    const isServer = node !== null && !this.process(node).isClient;
    this.#violation ??= violationOf(property, message, this.nowUs, isServer ? { servers: [node] } : {});
  }

  // ---- what the application does; what else is done to a world is in world-acts.ts

  /** The application asks a machine, at the present moment. @returns false if the process is down, and then nothing happens. */
  request(id: NodeId, request: unknown, connection: ConnectionId): boolean {
    const process = this.process(id);
    if (process.isUp) this.#queue.push(this.nowUs, REQUEST, id, connection, process.life, request);
    return process.isUp;
  }

  protected record(event: WorldEvent): void {
    // Whoever watches may throw, and that is no machine's mistake.
    const { process } = this.acting;
    this.acting.process = null;
    mixAct(this.#digest, event);
    this.#observer?.onWorldEvent?.(this.nowUs, event);
    this.acting.process = process;
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
      const { process } = this.acting;
      this.acting.end();
      if (process === null) throw error;
      const { thrown, property, message } = this.acting.breach(process, error);
      this.thrown ??= thrown;
      this.fail(property, message, process.id);
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
      if (tag === 0) (payload as () => void)();
      else this.because(this.#causes[tag] ?? null, payload as () => void);
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
    if (!this.links.arrives(from, process.id, epoch)) this.messagesLost++;
    else if (!process.isUp) {
      this.messagesLost++;
      if (message instanceof Piece) this.links.reset(from, process.id, 0);
    } else if (message instanceof Piece) this.#readPiece(process, from, message);
    else this.#give(process, READ, from, message);
  }

  /** What a piece of a byte stream completes: each message is an input of its own. */
  #readPiece(process: Process, from: NodeId, piece: Piece): void {
    const { life } = process;
    const { messages, problem, bug } = unpack(this.links, this.process(from), process, piece);
    for (const message of messages) if (process.life === life) this.#give(process, READ, from, message);
    if (problem !== null) this.tell({ kind: 'connectionBroke', from, to: process.id, problem });
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
        if (isRequest) process.asks(from);
        this.#step(
          process,
          isRequest
            ? { kind: 'request', now, connection: connectionId(from), request: payload }
            : { kind: 'message', now, from: from as NodeId, message: payload },
        );
        return;
      }
      case REQUEST:
        if (!process.isClient) process.asks(from);
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
    if (process.wakesForEver(this.#queue.nowUs))
      this.fail('wake-loop', `${process.name} asks to be woken at the present moment for ever`, process.id);
    else this.#step(process, { kind: 'wake', now });
  }

  #boot(process: Process): void {
    process.beginLife();
    const { id, spec } = process;
    this.acting.begin(process, null);
    const step = process.machine.init({
      self: id,
      members: spec.members,
      past: 'unknown',
      now: process.clock.at(this.nowUs),
      seed: bits32(process.bootStream),
    });
    this.#settle(process, null, undefined, step);
  }

  #step(process: Process, input: Input<unknown, unknown>): void {
    if (this.options.freezes) deepFreeze(input);
    const before = process.state;
    this.acting.begin(process, input);
    this.#settle(process, input, before, process.machine.step(before, input));
  }

  /** Takes over a step's result: the state, then what it means for the timer, then the effects in list order. */
  #settle(process: Process, input: Input<unknown, unknown> | null, before: unknown, step: Step<unknown, unknown, unknown>): void {
    checkStep(step, () => (input === null ? 'init' : `${deedText(input)},`));
    const { state, effects } = step;
    const life = process.life;
    if (this.options.freezes) deepFreeze(step);
    process.state = state;
    const wakeAt = checkWakeAt(process.machine.wakeAt(state) ?? NEVER);
    if (process.spec.fingerprint !== undefined) this.#digest.mix(process.spec.fingerprint(state));
    this.acting.end();
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

  /** A member that has not come into the world yet gets nothing. */
  #send(process: Process, to: NodeId, message: unknown): void {
    this.messagesSent++;
    if (process.spec.messageFingerprint !== undefined) this.#digest.mix(process.spec.messageFingerprint(message));
    let fate = FATE_LOST;
    if (this.links.knows(process.id, to)) {
      const payload = this.options.codecs ? this.#throughCodec(process, to, message) : message;
      fate = this.links.send(process.id, to, payload, message);
    } else if (!process.spec.members.includes(to)) this.acting.breaks(process, sendsToNobody(to));
    this.#digest.mix(fate);
    if (!isOnItsWay(fate)) this.messagesLost++;
    if (this.#observer !== null) this.#observer.onSend?.(this.nowUs, process.id, to, message, FATE_NAMES[fate] ?? 'lost');
  }

  #respond(process: Process, connection: ConnectionId, response: unknown): void {
    if (!process.isClient && !process.answers(connection)) this.acting.breaks(process, answersNobody(connection));
    const peer = this.#processes[connection];
    if (!process.isClient && peer !== undefined && peer.isClient) this.#send(process, peer.id, response);
    else process.spec.onRespond?.(connection, response, this.nowUs);
  }

  #throughCodec(process: Process, to: NodeId, message: unknown): unknown {
    this.acting.begin(process, 'a codec');
    const packed = pack(this.links, process, this.#processes[to] as Process, message);
    this.acting.end();
    if (packed.ok) return packed.value;
    this.fail('codec', `${process.name} cannot read what it wrote itself: ${packed.problem}`, process.id);
    return message;
  }

  // ---- small things

  #placeOf(cause: Cause | null): number {
    if (cause === null) return 0;
    const place = this.#causes.indexOf(cause);
    return place >= 0 ? place : this.#causes.push(cause) - 1;
  }

  #clockChanged(process: Process): void {
    // The outstanding timer was placed by the old clock: it may now be too late.
    process.timerAtUs = Infinity;
    if (process.isUp) process.armTimer(this.#queue, WAKE);
  }
}
