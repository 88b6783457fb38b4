/** One measurement: load on one server or several, from a thread for each. */
import { Worker } from 'node:worker_threads';
import { UserError } from '../../src/real/base/errors.js';
import { merged, quantile } from './histogram.js';
import type { LoadResult, LoadSpec, Tongue } from './load.js';
import type { Operation } from './speech.js';

/** What is to be measured. */
export interface Load {
  /** Servers that are asked, each by a thread of its own. */
  readonly addresses: readonly string[];
  readonly operation: Operation;
  /** Absent: ours. */
  readonly tongue?: Tongue;
  /** Connections to each server. */
  readonly connections: number;
  readonly depth: number;
  readonly measureMs: number;
}

/** Rates are per second, of all servers together; latencies in µs, as clients see them. */
export interface Figures {
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

const WARM_UP_MS_MAX = 1_000;
const ATTEMPTS = 3;

/**
 * Measures once everything is answered as it should be: a time in which a leader changed, say, is measured anew.
 *
 * @throws {UserError} When requests were refused in each attempt.
 */
export async function measure(what: Load): Promise<Figures> {
  for (let attempt = 1; ; attempt++) {
    const results = await Promise.all(what.addresses.map((address) => inThread(specOf(what, address))));
    const refused = results.reduce((sum, result) => sum + result.refused, 0);
    const done = results.reduce((sum, result) => sum + result.done, 0);
    if (refused === 0 && done > 0) return figuresOf(results);
    if (attempt === ATTEMPTS) {
      throw new UserError(
        `${what.operation}s could not be measured: ${refused} were refused and ${done} done; try again on a machine with less to do`,
      );
    }
  }
}

function specOf({ operation, tongue = 'seedstorm', connections, depth, measureMs }: Load, address: string): LoadSpec {
  return { address, operation, tongue, connections, depth, warmUpMs: Math.min(WARM_UP_MS_MAX, measureMs), measureMs };
}

function figuresOf(results: readonly LoadResult[]): Figures {
  const perSecond = results.reduce((sum, { done, elapsedMs }) => sum + (done * 1_000) / elapsedMs, 0);
  const all = merged(results.map(({ latencies }) => latencies));
  return { perSecond: Math.round(perSecond), p50Us: quantile(all, 0.5), p99Us: quantile(all, 0.99), p999Us: quantile(all, 0.999) };
}

function inThread(spec: LoadSpec): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./load-worker.js', import.meta.url), { workerData: spec });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('a thread of load ended without a result')));
  });
}
