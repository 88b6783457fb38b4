/** `seedstorm bench engine`: real processes on real disks of this machine, beside the figures that the documents give. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createDirectory } from '../src/real/directories.js';
import { lineOf, UserError } from '../src/real/errors.js';
import { machineFacts } from './engine/machine.js';
import { measureSystem } from './engine/plan.js';
import type { BenchSystem, EngineResult, EngineRow } from './engine/rows.js';

export { markdownOf } from './engine/markdown.js';
export { BENCH_SYSTEMS, type BenchSystem, type EngineResult } from './engine/rows.js';

export interface EngineBenchOptions {
  readonly systems: readonly BenchSystem[];
  /** For each row, after a warm-up of at most one second. */
  readonly measureMs: number;
  /** Connections to each server that is asked. */
  readonly connections: number;
  /** A new directory in this one holds all data while the benchmark runs: it chooses the disk. */
  readonly parent: string;
  readonly onRow: (row: EngineRow) => void;
}

/** A kill for each second of a row, within these bounds. */
const FAILOVERS_MAX = 5;

/**
 * Measures system after system. Takes about six seconds for each row of five, and a minute for the failovers.
 *
 * @throws {UserError} When a directory cannot be used, or servers do not do what they are asked.
 */
export async function benchEngine({ systems, measureMs, connections, parent, onRow }: EngineBenchOptions): Promise<EngineResult> {
  const directory = await newDirectory(parent);
  // Also when somebody loses patience: what servers wrote is of no use to anyone.
  const clean = (): void => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', clean);
  const rows: EngineRow[] = [];
  try {
    const machine = machineFacts(directory);
    const failovers = Math.max(1, Math.min(FAILOVERS_MAX, Math.round(measureMs / 1_000)));
    for (const system of systems) {
      await measureSystem(system, { measureMs, connections, failovers, directory }, (row) => {
        rows.push(row);
        onRow(row);
      });
    }
    return { benchmark: 'engine', machine, secondsPerRow: measureMs / 1_000, connections, rows };
  } finally {
    process.off('exit', clean);
    clean();
  }
}

async function newDirectory(parent: string): Promise<string> {
  try {
    await createDirectory(parent);
    return await mkdtemp(join(parent, 'bench-'));
  } catch (error) {
    throw new UserError(`${parent} cannot be used: ${lineOf(error)}`);
  }
}
