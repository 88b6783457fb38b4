/** The machine under the figures: without it they say nothing. */
import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';

export interface MachineFacts {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Appending 4 KiB and making it durable, in the directory that the servers use. Microseconds. */
  readonly syncUs: { readonly p50: number; readonly p99: number; readonly times: number };
  /** Processes that wanted to run, on average over the minute before: others' work, which costs our figures. */
  readonly loadBefore: number;
}

const SYNC_TIMES = 300;
const SYNC_MS_MAX = 1_500;
const SYNC_BYTES = 4_096;

/** @param directory On the disk that is to be measured. */
export function machineFacts(directory: string): MachineFacts {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    syncUs: syncLatency(join(directory, 'sync-latency')),
  };
}

function syncLatency(path: string): MachineFacts['syncUs'] {
  const bytes = Buffer.alloc(SYNC_BYTES, 1);
  const file = openSync(path, 'a');
  const times: number[] = [];
  try {
    const endMs = performance.now() + SYNC_MS_MAX;
    while (times.length < SYNC_TIMES && performance.now() < endMs) {
      const before = performance.now();
      writeSync(file, bytes);
      fdatasyncSync(file);
      times.push((performance.now() - before) * 1_000);
    }
  } finally {
    closeSync(file);
    unlinkSync(path);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(times[Math.ceil(times.length * share) - 1] ?? 0);
  return { p50: at(0.5), p99: at(0.99), times: times.length };
}
