/** What is measured of each system, in order. */
import { measureFailover, FAILOVER_CALLERS } from './failover.js';
import { measure, type Load } from './measure.js';
import { measurePooled, measureUnpooled } from './pooling.js';
import { TARGETS, type BenchSystem, type EngineRow, type Target } from './rows.js';
import { withServers, type Filled } from './servers.js';
import type { Operation } from './speech.js';

/** How much is done for each row. */
export interface Effort {
  readonly measureMs: number;
  /** Connections to each server. */
  readonly connections: number;
  /** Kills of the leader, where failover is measured. */
  readonly failovers: number;
  /** Holds the servers' data. */
  readonly directory: string;
}

/** One system at work, and where its rows go. */
interface Bench {
  readonly system: BenchSystem;
  readonly effort: Effort;
  readonly add: (row: EngineRow) => void;
}

/** Requests that a connection keeps unanswered in the rows about throughput. */
const PIPELINED = 16;
const POOL_CALLERS = 64;

/** Measures one system, row by row. */
export async function measureSystem(system: BenchSystem, effort: Effort, add: (row: EngineRow) => void): Promise<void> {
  await PLANS[system]({ system, effort, add });
}

const PLANS: Readonly<Record<BenchSystem, (bench: Bench) => Promise<void>>> = {
  single: async (bench) => {
    await served(bench, 1, ['--store', 'memory'], async ({ writer }) => {
      await kinds(bench, 'memory only: reads', [writer], 'read', TARGETS.memoryReads, 'GET');
      await kinds(bench, 'memory only: writes', [writer], 'write', TARGETS.memoryWrites, 'SET');
      await clients(bench, writer);
    });
    for (const [sync, target] of [
      ['always', TARGETS.syncedWrites],
      ['100ms', null],
      ['never', null],
    ] as const) {
      await served(bench, 1, ['--sync', sync], ({ writer }) => kinds(bench, `log, sync ${sync}: writes`, [writer], 'write', target, 'SET'));
    }
  },

  'primary-replica': async (bench) => {
    for (const [name, words] of [
      ['memory only', ['--store', 'memory']],
      ['log, sync always', ['--sync', 'always']],
    ] as const) {
      await served(bench, 4, words, async ({ writer, others }) => {
        await kinds(
          bench,
          `${name}, 3 replicas: writes`,
          [writer],
          'write',
          TARGETS.asynchronousWrites,
          'SET at the primary, not waiting for replicas',
        );
        if (name === 'memory only') await spread(bench, others, 'read', 'GET at replicas');
      });
    }
  },

  quorum: (bench) =>
    served(bench, 3, ['--write-quorum', '2', '--read-quorum', '2'], async ({ writer }) => {
      await kinds(bench, 'W=2 of 3: writes', [writer], 'write', TARGETS.quorumWrites, 'SET at the primary, log, sync always');
      await kinds(bench, 'R=2 of 3: reads', [writer], 'read', null, 'GET at the primary');
    }),

  'simple-election': async (bench) => {
    await served(bench, 3, [], async (filled) => {
      await kinds(bench, '3 servers: writes', [filled.writer], 'write', null, 'SET at the leader, log, sync always');
      await failover(bench, filled, 'default times: heartbeat 1 s, patience 5 s');
    });
  },

  raft: async (bench) => {
    await served(bench, 3, [], async (filled) => {
      const { writer, cluster } = filled;
      await kinds(bench, '3 servers: writes', [writer], 'write', null, 'SET at the leader, on two disks before the answer');
      await kinds(
        bench,
        '3 servers: linearizable reads',
        [writer],
        'read',
        null,
        'GET at the leader, a round to a majority before the answer',
      );
      await spread(bench, cluster.clientAddresses, 'staleRead', 'stale reads, frames');
      await failover(bench, filled, 'default times');
    });
  },
};

function served(bench: Bench, servers: number, words: readonly string[], act: (filled: Filled) => Promise<void>): Promise<void> {
  return withServers({ system: bench.system, servers, words, directory: bench.effort.directory }, act);
}

/**
 * The rows of one kind of request: many connections with one request each, and pipelined, which shows throughput. Before them, where
 * the documents name a latency, one connection alone: what is waited then is work, and no queue.
 */
async function kinds(
  bench: Bench,
  what: string,
  addresses: readonly string[],
  operation: Operation,
  target: Target | null,
  words: string,
): Promise<void> {
  const { connections } = bench.effort;
  if (target?.latencyMs !== undefined) await loaded(bench, what, { addresses, operation, connections: 1, depth: 1 }, target, words);
  for (const depth of [1, PIPELINED]) await loaded(bench, what, { addresses, operation, connections, depth }, target, words);
}

/** Reads at one server, at two, at three. Those of the documents scale with the servers; here they share one machine. */
async function spread(bench: Bench, addresses: readonly string[], operation: Operation, words: string): Promise<void> {
  for (let count = 1; count <= Math.min(3, addresses.length); count++) {
    const what = `reads at ${count} ${bench.system === 'raft' ? 'server' : 'replica'}${count === 1 ? '' : 's'}`;
    const target = count === 3 && bench.system === 'primary-replica' ? TARGETS.threeReplicaReads : null;
    await loaded(
      bench,
      what,
      { addresses: addresses.slice(0, count), operation, connections: bench.effort.connections, depth: PIPELINED },
      target,
      words,
    );
  }
}

async function loaded(bench: Bench, what: string, load: Omit<Load, 'measureMs'>, document: Target | null, words: string): Promise<void> {
  const { addresses, connections, depth } = load;
  const ours = await measure({ ...load, measureMs: bench.effort.measureMs });
  const count = `${connections} connection${connections === 1 ? '' : 's'}${addresses.length === 1 ? '' : ' to each'}`;
  bench.add({
    system: bench.system,
    what,
    document,
    ours,
    settings: `${words}; ${count}, ${depth === 1 ? 'one request at a time' : `${depth} pipelined`}`,
  });
}

/** The client library against one server. */
async function clients({ system, effort, add }: Bench, writer: string): Promise<void> {
  const row = (what: string, document: Target | null, ours: EngineRow['ours'], settings: string): void =>
    add({ system, what, document, ours, settings });
  row('client library, pooled', TARGETS.pooled, await measurePooled(writer, 1, effort.measureMs), 'get, one caller');
  row(
    'client library, pooled',
    TARGETS.pooled,
    await measurePooled(writer, POOL_CALLERS, effort.measureMs),
    `get, ${POOL_CALLERS} callers of one client`,
  );
  row(
    'client library, a connection for each request',
    TARGETS.unpooled,
    await measureUnpooled(writer, effort.measureMs),
    'get, one caller, connect and close each time',
  );
}

async function failover({ system, effort, add }: Bench, filled: Filled, times: string): Promise<void> {
  const ours = await measureFailover(filled, effort.failovers, system === 'raft');
  add({
    system,
    what: 'failover after kill -9 of the leader',
    document: TARGETS.failover,
    ours,
    settings: `${times}; ${FAILOVER_CALLERS} callers of the client library write; the longest time without an answered write`,
  });
}
