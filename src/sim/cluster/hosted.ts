import type { NodeId } from '../../core/base/units.js';
import type { Codecs, Machine } from '../../core/machine.js';
import type { ClockSource } from '../base/node-clock.js';
import type { Recovery } from '../../core/recovery.js';
import type { Leadership } from './leadership.js';
import type { RunOptions } from '../options/run-options.js';

/**
 * A system as the simulator hosts it: the machines of its servers and clients, and what nemesis and
 * phases must know of them.
 *
 * `NodeOptions` are the system's own numbers, `RunOptions.node`.
 */
export interface Hosted<NodeOptions = unknown> {
  /** The word on the command line. */
  readonly name: string;
  /** @throws {AssertionError} When the options of a run do not fit together, `laterNode` among them if it is not null. */
  checkOptions(options: RunOptions<NodeOptions>): void;
  server(options: RunOptions<NodeOptions>, id: NodeId): HostedServer;
  /** The machine of a client; what an application asks of it and learns from it is the business of its work (system.ts). */
  client(options: RunOptions<NodeOptions>, id: NodeId): HostedClient;

  /** Whether a server in this state takes part; false while it recovers. */
  isServing(state: unknown): boolean;
  /** Who leads, and what else can be told of it. Absent: nobody leads, or nobody can tell. */
  readonly leadership?: Leadership;
  /** What a server's files would come to at its next start. Absent: its machine keeps no files, or nobody can tell; then no file of it is damaged. */
  recovery?(options: RunOptions<NodeOptions>, id: NodeId): Recovery | null;
  /** How many servers the healed core has. */
  coreSize(options: RunOptions<NodeOptions>): number;
  /** Servers that must be in it, such as a primary that nobody replaces: the nemesis never damages their disks. */
  essential(options: RunOptions<NodeOptions>): readonly NodeId[];
  /** What an operator asks of a server that shall lead from now on. Absent: no operator decides that in this system. */
  readonly takeOver?: unknown;
  /** Whether the core, all of it serving in these states, has come to rest in one state. */
  hasConverged(states: readonly unknown[]): boolean;
  /** A state in a few words, for a person who asks why a run got stuck. */
  describe(state: unknown): string;
  /** What servers say to each other, in the words of a story; null for what only keeps the system going, such as heartbeats. */
  tell(message: unknown): string | null;
  /** The same in a line of a trace, which tells every message. Absent: as {@link tell} has it, or else its kind and fields. */
  line?(message: unknown): string;
  /** What clients and servers say to each other, and clients and their applications, in a line of a trace. Absent: its kind and fields. */
  callLine?(said: unknown): string;
  /** What is new in a server's state after a step, in the words of a story, behind its name; null for nothing. Absent: never anything. */
  news?(before: unknown, after: unknown): string | null;
}

/** What a server is, in the types of its machine: {@link hostedServer} makes a {@link HostedServer} of it. */
export interface ServerParts<State, Message, Request, Response> {
  readonly machine: Machine<State, Message, Request, Response>;
  readonly codecs: Codecs<Message, Request, Response>;
  fingerprint(state: State): number;
  messageFingerprint(sent: Message | Response): number;
  readonly clockSource?: ClockSource;
}

/** The world hosts machines of any types, and hands each only what came from its like: here their types are forgotten, for servers ... */
export function hostedServer<State, Message, Request, Response>(parts: ServerParts<State, Message, Request, Response>): HostedServer {
  return parts as unknown as HostedServer;
}

/** ... and here for clients. */
export function hostedClient<State, Message, Request, Response>(
  machine: Machine<State, Message, Request, Response>,
  messageFingerprint: (message: Message) => number,
): HostedClient {
  return { machine, messageFingerprint } as unknown as HostedClient;
}

export interface HostedServer {
  readonly machine: Machine<never, never, never, never>;
  readonly codecs: Codecs<never, never, never>;
  /** Cheap integers for the running digest: see ProcessSpec. */
  readonly fingerprint: (state: never) => number;
  readonly messageFingerprint: (message: never) => number;
  /** Said only by a system that is told another time than the contract promises: see ProcessSpec. */
  readonly clockSource?: ClockSource;
}

export interface HostedClient {
  readonly machine: Machine<never, never, never, never>;
  readonly messageFingerprint: (message: never) => number;
}
