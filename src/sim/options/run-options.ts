import type { ClockOptions, MonotonicClocks } from '../base/node-clock.js';
import type { SimDiskOptions } from '../disk/disk-options.js';
import type { FaultSchedule } from './fault-schedule.js';
import type { LinkOptions } from '../network/network.js';
import type { Ratio } from '../base/random-streams.js';

/**
 * Everything that decides a run besides its seed. No field has a default, and the whole prints as JSON. Ranges: check-options.ts.
 * `NodeOptions` are the numbers of the system under test.
 */
export interface RunOptions<NodeOptions = unknown> {
  /** Servers, 1 or more; a system may take fewer than a world does. */
  readonly servers: number;
  /** How long the nemesis is at work, in milliseconds of world time. */
  readonly chaosMs: number;
  /** Within so many milliseconds after it the healed core must serve every client and converge. */
  readonly convergenceMs: number;
  /** Events after which a run is given up as one that never ends. */
  readonly eventsMax: number;
  /** Each message goes through the wire codec and back, instead of as an object. */
  readonly isCodecUsed: boolean;
  /** Between servers. */
  readonly peerLink: LinkOptions;
  /** Between a client and a server, both directions. */
  readonly clientLink: LinkOptions;
  readonly disk: SimDiskOptions;
  /** One for each server, in order. A server behind the last one has a true clock; one too many is not used. */
  readonly clocks: readonly ClockOptions[];
  /** The bound that all servers' clock rates keep, in parts per million. */
  readonly clockRatePpmMax: number;
  /** What else is declared of the servers' monotonic clocks. A run that does not keep its declaration does not begin. */
  readonly monotonicClocks: MonotonicClocks;
  /** The numbers of the system under test. */
  readonly node: NodeOptions;
  /** What servers come back with after a rolling restart, and after the next one with `node` again; null: with `node` always. */
  readonly laterNode: NodeOptions | null;
  readonly workload: WorkloadOptions;
  /** The families of fault that are at work; a family that is not listed is switched off. */
  readonly faults: readonly FaultSchedule[];
  readonly promise: RunPromise;
}

/**
 * How far damage to what disks keep may go (docs/FAULTS.md, "Budget"). `within budget`: a majority stays whole, and
 * the run is asked to serve and to converge after the healing. `beyond: may be unavailable`: it may strike every server,
 * as far as recoveries can notice it; nothing is asked of the cluster until it is repaired, but it is never wrong.
 */
export type RunPromise = 'within budget' | 'beyond: may be unavailable';

/** What clients do. Weights are shares of all operations; a weight of 0 leaves the operation out. */
export interface WorkloadOptions {
  readonly clients: number;
  /** Of all clients, those that work without a session. */
  readonly sessionlessRatio: Ratio;
  /**
   * Of all reads, those that any server may answer from what it has (`stale`), each asked of a server drawn at random. What
   * they promise is their system's to say (key-value.ts), and they are judged apart from the others.
   */
  readonly staleRatio: Ratio;
  readonly keys: number;
  /** Values are padded by up to so many bytes, so that some writes span sectors of a disk. */
  readonly paddingBytesMax: number;
  readonly getWeight: number;
  readonly setWeight: number;
  readonly putWeight: number;
  readonly deleteWeight: number;
  /** Milliseconds between an answer and the next call. */
  readonly thinkMsMin: number;
  readonly thinkMsMax: number;
  /** Milliseconds a client waits for one server's answer, and for the outcome of a call in all. */
  readonly attemptTimeoutMs: number;
  readonly timeLimitMs: number;
}
