import type { Leadership } from '../../cluster/leadership.js';
import type { NodeId } from '../../../core/base/units.js';
import type { Codec, Effect, Input, Machine } from '../../../core/machine.js';
import type { ClockOptions, ClockSource, MonotonicClocks } from '../../base/node-clock.js';
import type { SimDiskOptions } from '../../disk/disk-options.js';
import type { FaultSchedule } from '../../options/fault-schedule.js';
import type { LinkOptions } from '../../network/link-options.js';
import type { Model } from '../../checkers/check/model.js';
import type { Script } from '../../nemesis/script.js';
import type { Clients } from './clients.js';
import type { Draw, Drawn } from '../../base/draw.js';

/**
 * What became of a call.
 *
 *   done    it was answered
 *   failed  every server that was asked refused it, so it certainly had no effect; only clients made by `retrying` with `again` say so
 *   maybe   nobody answered in time: the request may have had its effect, or have it later, or never
 */
export type CallOutcome<Response> =
  | { readonly kind: 'done'; readonly response: Response }
  | { readonly kind: 'failed'; readonly response: Response }
  | { readonly kind: 'maybe' };

/** A request of one client, from its call to its return. Moments are milliseconds of world time, with fractions. */
export interface Call<Request, Response> {
  /** `c1`, `c2` and so on. */
  readonly client: string;
  /** 1 for the first call of its client. */
  readonly number: number;
  /** Who answered, or was asked last: `s1`, `s2` and so on. */
  readonly server: string;
  readonly request: Request;
  readonly outcome: CallOutcome<Response>;
  readonly callMs: number;
  /** null for a `maybe`: its effect may come at any time after the call. */
  readonly returnMs: number | null;
}

/** A server that is up. */
export interface UpServer<State> {
  /** `s1`, `s2` and so on. */
  readonly name: string;
  readonly id: NodeId;
  readonly state: State;
}

/** A step that a server has just taken; nothing that it asks for has been done yet. */
export interface StepTaken<State, Message, Request, Response> {
  readonly server: string;
  readonly id: NodeId;
  /** null at the first step of a life. */
  readonly before: State | null;
  readonly after: State;
  /** null at the first step of a life. */
  readonly input: Input<Message, Request> | null;
  readonly effects: readonly Effect<Message, Response>[];
  readonly atMs: number;
  /** All servers that are up, in their new states. */
  readonly servers: readonly UpServer<State>[];
}

/** A run at its end: the faults are over, every server that the system is promised is well, and all has come to rest. */
export interface RunEnded<State, Request, Response> {
  readonly servers: readonly UpServer<State>[];
  /** In the order in which they ended. */
  readonly calls: readonly Call<Request, Response>[];
  readonly atMs: number;
}

/** Who asks next. */
export interface Caller<Request, Response> {
  /** `c1`, `c2` and so on. */
  readonly name: string;
  /** 1 for the first client. */
  readonly number: number;
  /** 1 for its first call: with the name it makes a value that nobody else writes. */
  readonly call: number;
  /** What became of its call before; null before the first. */
  readonly last: Call<Request, Response> | null;
}

/** How things are called in stories and traces. What is left out is shown as Node prints values, in short. */
export interface Words<State, Message, Request, Response> {
  /** A message between servers; null for one that is not worth a line, such as a heartbeat. */
  message?(message: Message): string | null;
  request?(request: Request): string;
  response?(response: Response, request: Request): string;
  state?(state: State): string;
}

/** A property holds: true or nothing. It does not: false, words that say what is wrong, or a throw, for which any `expect` will do. */
export type Holds = boolean | string | void;

/** Properties by their names, which are sentences: `a total never shrinks`. Looked at in their order. */
export type Properties<View> = Readonly<Record<string, Property<View>>>;

// A method's type, so that a simulation of one machine is also a simulation of some machine.
export type Property<View> = { holds(view: View): Holds }['holds'];

/** A model of whatever state. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- its state is its own: nobody but the model reads it
export type AnyModel<Input, Output> = Model<any, Input, Output>;

/** Servers that a healed system is left with: all of them, a bare majority, or so many. */
export type Survivors = 'all' | 'majority' | number;

/** A machine, its clients, and the world that it must live in: what {@link SimulatedWorld} says, and what clients ask. */
export interface MachineSimulation<State, Message, Request, Response> extends SimulatedWorld<State, Message, Request, Response> {
  readonly clients: Drawn<Clients<NoInfer<Response>, NoInfer<Request>>>;
  /** What a client asks next. Draw from `draw` alone: everything must come from the seed. */
  next(draw: Draw, me: Caller<NoInfer<Request>, NoInfer<Response>>): NoInfer<Request>;
  /** What each client asks once when all is over, such as a last read. Absent: nothing. */
  last?(draw: Draw, me: Caller<NoInfer<Request>, NoInfer<Response>>): NoInfer<Request>;
  /**
   * What the servers together are to look like to their clients: the answers of each run must be linearizable by this model, whose inputs
   * and outputs are requests and responses. Absent: answers are judged by {@link finally} alone.
   */
  readonly model?: AnyModel<NoInfer<Request>, NoInfer<Response>>;
}

/**
 * A machine, the world that it must live in, and what must hold there. Spans are milliseconds of world time. What is of type {@link Drawn}
 * may be a value or a function that draws one for each seed.
 */
export interface SimulatedWorld<State, Message, Request, Response> {
  readonly machine: Machine<State, Message, Request, Response>;
  /** How many there are: 1 or more. */
  readonly servers: Drawn<number>;
  /** Who leads, for faults that aim at leaders. Absent: nobody does, and those faults are refused. */
  readonly leadership?: Leadership<NoInfer<State>>;
  /** Between servers. Absent: a local network, on which nothing is lost. */
  readonly network?: Drawn<LinkOptions>;
  /** Between clients and servers. Absent: a local network. */
  readonly clientNetwork?: Drawn<LinkOptions>;
  /** Absent: none. */
  readonly faults?: Drawn<readonly FaultSchedule[]>;
  /** Faults at moments of your own choosing, besides {@link faults}: what happens to whom, and when. */
  readonly script?: Script;
  /** Whether the servers, all well and up, have come to rest in what should be one state. Absent: as soon as all of them serve. */
  settled?(states: readonly NoInfer<State>[]): boolean;
  /** Properties of each step of each server. */
  readonly always?: Properties<StepTaken<NoInfer<State>, NoInfer<Message>, NoInfer<Request>, NoInfer<Response>>>;
  /** Properties of the whole run, looked at when all has come to rest. */
  readonly finally?: Properties<RunEnded<NoInfer<State>, NoInfer<Request>, NoInfer<Response>>>;
  /** Moments that some seed must come to: the world's, or notes of the machine. */
  readonly sometimes?: readonly string[];
  /** Names of notes of the machine that {@link sometimes} may expect, beside the moments of any system. Absent: none. */
  readonly moments?: readonly string[];
  /** What a server must be left with for the system to serve again after the faults. Absent: all servers. */
  readonly survivors?: Survivors;
  /** Whether a server in this state takes part; false while it recovers. Absent: from its first state on. */
  isServing?(state: NoInfer<State>): boolean;
  /** For how long faults strike. Absent: 10 seconds. */
  readonly chaosMs?: Drawn<number>;
  /** Within so long after it clients must be served and servers settle. Absent: 20 seconds. */
  readonly convergenceMs?: number;
  /** For how long servers are left alone after the last ordinary call, before `last` and `settled`. Absent: half a second. */
  readonly restMs?: number;
  /** Events after which a run is given up as one that never ends. Absent: 2 million. */
  readonly eventsMax?: number;
  /** Every message, request or response goes through its codec. Absent: values are handed over as they are. */
  readonly codecs?: {
    readonly message?: Codec<NoInfer<Message>>;
    readonly request?: Codec<NoInfer<Request>>;
    readonly response?: Codec<NoInfer<Response>>;
  };
  /** How long disks take. Absent: those of an ordinary server. */
  readonly disk?: SimDiskOptions;
  readonly clocks?: Clocks;
  readonly words?: Words<NoInfer<State>, NoInfer<Message>, NoInfer<Request>, NoInfer<Response>>;
}

/** What servers are promised of their clocks. */
export interface Clocks {
  /** One for each server. Absent: up to 10 seconds apart, and up to 200 millionths too fast or too slow. */
  readonly each?: Drawn<readonly ClockOptions[]>;
  /** Parts per million that no rate is beyond. Absent: 200. */
  readonly ratePpmMax?: number;
  /** Absent: the most that the faults leave of it. */
  readonly monotonic?: MonotonicClocks;
  /** Which clock the machine is told. Absent: the monotonic one. */
  readonly source?: ClockSource;
}
