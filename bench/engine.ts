/** `seedstorm bench engine`: real processes on real disks of this machine, beside the figures that the documents give. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createDirectory } from '../src/real/disk/directories.js';
import { lineOf, UserError } from '../src/real/base/errors.js';
import { machineFacts } from './engine/machine.js';
import { measureSystem } from './engine/plan.js';
import { comparePeers } from './engine/peers/compare.js';
import { versionOf, type Peer } from './engine/peers/peer-server.js';
import type { BenchSystem, EngineResult, EngineRow, PeerRow } from './engine/rows.js';

export { markdownOf } from './engine/markdown.js';
export { PEERS, programOf, type Peer } from './engine/peers/peer-server.js';
export { BENCH_SYSTEMS, type BenchSystem, type EngineResult } from './engine/rows.js';

export interface EngineBenchOptions {
  readonly systems: readonly BenchSystem[];
  /** For each row, after a warm-up of at most one second. */
  readonly measureMs: number;
  /** Connections to each server that is asked. */
  readonly connections: number;
  /** A new directory in this one holds all data while the benchmark runs: it chooses the disk. */
  readonly parent: string;
  /** Other programs to be measured beside, where they are installed. */
  readonly peers: readonly Peer[];
  readonly onRow: (row: EngineRow) => void;
  readonly onPeerRow: (row: PeerRow) => void;
  /** A peer that is not installed: its rows are left out. */
  readonly onMissing: (peer: Peer) => void;
}

/** A kill for each second of a row, within these bounds. */
const FAILOVERS_MAX = 5;

/**
 * Measures system after system. Takes about six seconds for each row of five, and a minute for the failovers.
 *
 * @throws {UserError} When a directory cannot be used, or servers do not do what they are asked.
 */
export async function benchEngine({
  systems,
  measureMs,
  connections,
  parent,
  peers,
  onRow,
  onPeerRow,
  onMissing,
}: EngineBenchOptions): Promise<EngineResult> {
  const directory = await newDirectory(parent);
  // Also when somebody loses patience: what servers wrote is of no use to anyone.
  const clean = (): void => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', clean);
  const rows: EngineRow[] = [];
  const peerRows: PeerRow[] = [];
  try {
    const machine = machineFacts(directory);
    const failovers = Math.max(1, Math.min(FAILOVERS_MAX, Math.round(measureMs / 1_000)));
    for (const system of systems) {
      await measureSystem(system, { measureMs, connections, failovers, directory }, (row) => {
        rows.push(row);
        onRow(row);
      });
    }
    const { versions, missing } = await installed(peers);
    for (const peer of missing) onMissing(peer);
    await comparePeers({ systems, versions, measureMs, connections, directory }, (row) => {
      peerRows.push(row);
      onPeerRow(row);
    });
    return { benchmark: 'engine', machine, secondsPerRow: measureMs / 1_000, connections, rows, peerRows, peersMissing: missing };
  } finally {
    process.off('exit', clean);
    clean();
  }
}

async function installed(
  peers: readonly Peer[],
): Promise<{ readonly versions: ReadonlyMap<Peer, string>; readonly missing: readonly Peer[] }> {
  const versions = new Map<Peer, string>();
  const missing: Peer[] = [];
  for (const peer of peers) {
    const version = await versionOf(peer);
    if (version === null) missing.push(peer);
    else versions.set(peer, version);
  }
  return { versions, missing };
}

async function newDirectory(parent: string): Promise<string> {
  try {
    await createDirectory(parent);
    return await mkdtemp(join(parent, 'bench-'));
  } catch (error) {
    throw new UserError(`${parent} cannot be used: ${lineOf(error)}`);
  }
}
