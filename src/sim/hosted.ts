import type { NodeId } from '../core/base/units.js';
import type { Codecs, Machine } from '../core/machine.js';
import type { ClockSource } from './clock.js';
import type { ServerView } from './oracles/oracle.js';
import type { RunOptions } from './run-options.js';

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
  /** null for a server that does not lead; else a number that is higher for a later leader, such as its term. */
  leadsIn(state: unknown): number | null;
  /** The state as a server of the raft system, for shapes and oracles that know Raft; null for any other, and while it recovers. */
  view(state: unknown): ServerView | null;

  /** What data directories of core/storage are labelled with in this run; any number for a system that keeps none. */
  clusterId(options: RunOptions<NodeOptions>): number;
  /** How many finished snapshots a server in this state leaves on its disk when its next flush is done; Infinity where it never removes one. */
  snapshotsKept(state: unknown): number;
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
  /** What is new in a server's state after a step, in the words of a story, behind its name; null for nothing. Absent: never anything. */
  news?(before: unknown, after: unknown): string | null;
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
