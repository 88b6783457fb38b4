/** What a pool of connections is worth: calls of the client library, and the same calls with a new connection for each. */
import { openClient, type Client } from '../../src/real/client/client.js';
import { emptyHistogram, quantile, record } from './histogram.js';
import type { Figures } from './measure.js';

/** Each connection that is closed keeps its port for a minute on this machine: of ten thousands, not too many may be used up. */
const UNPOOLED_MS_MAX = 5_000;
const WARM_UP_MS_MAX = 1_000;
const KEY = 'key000001';

/** So many callers of one client, each with one read under way. */
export async function measurePooled(address: string, callers: number, measureMs: number): Promise<Figures> {
  const client = openClient({ servers: [address], callsMax: callers });
  try {
    return await measureCalls(() => client.get(KEY), callers, measureMs);
  } finally {
    await client.close();
  }
}

/** One caller who opens a client for each read, and closes it again. */
export function measureUnpooled(address: string, measureMs: number): Promise<Figures> {
  const one = async (): Promise<void> => {
    const client: Client = openClient({ servers: [address] });
    try {
      await client.get(KEY);
    } finally {
      await client.close();
    }
  };
  return measureCalls(one, 1, Math.min(measureMs, UNPOOLED_MS_MAX));
}

async function measureCalls(call: () => Promise<unknown>, callers: number, measureMs: number): Promise<Figures> {
  await repeat(call, callers, Math.min(WARM_UP_MS_MAX, measureMs), () => undefined);
  const latencies = emptyHistogram();
  let done = 0;
  const elapsedMs = await repeat(call, callers, measureMs, (us) => {
    done++;
    record(latencies, us);
  });
  return {
    perSecond: Math.round((done * 1_000) / elapsedMs),
    p50Us: quantile(latencies, 0.5),
    p99Us: quantile(latencies, 0.99),
    p999Us: quantile(latencies, 0.999),
  };
}

/** @returns How long it took, in milliseconds. */
async function repeat(call: () => Promise<unknown>, callers: number, forMs: number, onDone: (us: number) => void): Promise<number> {
  const startMs = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() - startMs < forMs) {
      const begunMs = performance.now();
      await call();
      onDone((performance.now() - begunMs) * 1_000);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return performance.now() - startMs;
}
