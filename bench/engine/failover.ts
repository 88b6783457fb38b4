/** How long nobody's writes are answered when the leader's process is killed. */
import { nodeId, type NodeId } from '../../src/core/base/units.js';
import { openClient } from '../../src/real/client/client.js';
import { UserError } from '../../src/real/base/errors.js';
import { writerOf, type Filled } from './servers.js';

/** The longest time without an answered write after each kill, in milliseconds. */
export interface Failovers {
  readonly medianMs: number;
  readonly shortestMs: number;
  readonly longestMs: number;
  readonly rounds: number;
}

/** Callers of one client of the library, each with one write under way. */
export const FAILOVER_CALLERS = 8;

const SETTLE_MS = 1_000;
const PATIENCE_MS = 60_000;

/**
 * In each round: writes flow, SIGKILL to the leader, writes flow again, and the killed server is started again.
 *
 * @param sessions Whether the system keeps any.
 */
export async function measureFailover(filled: Filled, rounds: number, sessions: boolean): Promise<Failovers> {
  const gaps: number[] = [];
  for (let round = 0; round < rounds; round++) gaps.push(await killLeader(filled, sessions));
  gaps.sort((a, b) => a - b);
  const at = (place: number): number => Math.round(gaps[place] ?? 0);
  const middle = gaps.length >> 1;
  return {
    medianMs: gaps.length % 2 === 1 ? at(middle) : Math.round((at(middle - 1) + at(middle)) / 2),
    shortestMs: at(0),
    longestMs: at(gaps.length - 1),
    rounds,
  };
}

async function killLeader({ cluster }: Filled, sessions: boolean): Promise<number> {
  const leader = idOf(cluster.clientAddresses, await writerOf(cluster.clientAddresses));
  const client = openClient({ servers: cluster.clientAddresses, sessions });
  const writes = new Writes(Array.from({ length: FAILOVER_CALLERS }, (_, i) => () => client.set(`failover${i}`, 'x')));
  try {
    await pause(SETTLE_MS);
    const killedMs = performance.now();
    await cluster.kill(leader);
    await writes.untilOneBegunAfter(killedMs);
    await pause(SETTLE_MS);
    return writes.longestGapSince(killedMs);
  } finally {
    await writes.stop();
    await client.close();
    await cluster.restart(leader);
    await pause(SETTLE_MS);
  }
}

function idOf(addresses: readonly string[], writer: string): NodeId {
  return nodeId(addresses.indexOf(writer) + 1);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Callers that write one after the other, and when they were answered. */
class Writes {
  /** Of each answered write, in the order of the answers. */
  readonly #answered: { readonly begunMs: number; readonly endedMs: number }[] = [];
  readonly #callers: readonly Promise<void>[];
  #isStopping = false;

  constructor(callers: readonly (() => Promise<unknown>)[]) {
    this.#callers = callers.map((write) => this.#repeat(write));
  }

  /** @throws {UserError} When none is in time. */
  async untilOneBegunAfter(momentMs: number): Promise<void> {
    while (!this.#answered.some(({ begunMs }) => begunMs > momentMs)) {
      if (performance.now() > momentMs + PATIENCE_MS)
        throw new UserError(`no write was answered for ${PATIENCE_MS / 1_000} s after the leader was killed`);
      await pause(1);
    }
  }

  longestGapSince(momentMs: number): number {
    let before = momentMs;
    let longest = 0;
    for (const { endedMs } of this.#answered) {
      if (endedMs < momentMs) continue;
      longest = Math.max(longest, endedMs - before);
      before = endedMs;
    }
    return longest;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#callers);
  }

  /** One that fails, or of which nobody knows, is no answer; the next may be. */
  async #repeat(write: () => Promise<unknown>): Promise<void> {
    while (!this.#isStopping) {
      const begunMs = performance.now();
      const isAnswered = await write().then(
        () => true,
        () => false,
      );
      if (isAnswered) this.#answered.push({ begunMs, endedMs: performance.now() });
      else await pause(1);
    }
  }
}
