/** What the benchmark of the engine tells: rows, each beside the figure that the documents give, where they give one. */
import type { Failovers } from './failover.js';
import type { MachineFacts } from './machine.js';
import type { Figures } from './measure.js';
import type { Peer } from './peers/peer-server.js';

export const BENCH_SYSTEMS = ['single', 'primary-replica', 'quorum', 'simple-election', 'raft'] as const;
export type BenchSystem = (typeof BENCH_SYSTEMS)[number];

/** A figure of the documents: a target. Absent members: they do not say. */
export interface Target {
  readonly perSecond?: number;
  readonly latencyMs?: number;
  /** Of a failover, from and to. */
  readonly failoverMs?: readonly [number, number];
}

export interface EngineRow {
  readonly system: BenchSystem;
  readonly what: string;
  readonly document: Target | null;
  readonly ours: Figures | Failovers;
  readonly settings: string;
}

/** Our servers beside those of another program, under the same load, in turns. */
export interface PeerRow {
  readonly system: BenchSystem;
  readonly servers: number;
  readonly peer: Peer;
  readonly version: string;
  readonly what: string;
  readonly ours: Figures;
  readonly theirs: Figures;
  /** Ours through theirs, turn by turn, the one in the middle: of the rate more is better, of the latency less. */
  readonly ratio: { readonly perSecond: number; readonly p99: number };
  readonly settings: string;
}

/** One JSON object. Rates are per second, latencies in µs as the clients see them. */
export interface EngineResult {
  readonly benchmark: 'engine';
  readonly machine: MachineFacts;
  readonly secondsPerRow: number;
  readonly connections: number;
  readonly rows: readonly EngineRow[];
  readonly peerRows: readonly PeerRow[];
  /** Peers that were to be measured and are not installed. */
  readonly peersMissing: readonly Peer[];
}

/** The documents' figures. */
export const TARGETS = {
  memoryReads: { perSecond: 100_000, latencyMs: 0.02 },
  memoryWrites: { perSecond: 50_000, latencyMs: 0.02 },
  syncedWrites: { perSecond: 10_000, latencyMs: 1 },
  asynchronousWrites: { perSecond: 30_000, latencyMs: 1 },
  threeReplicaReads: { perSecond: 300_000 },
  quorumWrites: { perSecond: 15_000, latencyMs: 5 },
  failover: { failoverMs: [2_000, 5_000] },
  pooled: { perSecond: 10_000, latencyMs: 0.1 },
  unpooled: { latencyMs: 3 },
} as const satisfies Readonly<Record<string, Target>>;
