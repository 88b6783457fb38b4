import { join } from 'node:path';
import type { NodeId } from '../../core/base/units.js';
import { openClient, type Client, type ClientSettings } from '../../real/client.js';
import { startCluster, type RunningCluster } from '../../real/cluster.js';
import { Coverage } from '../../sim/coverage.js';
import { Violated, violated } from '../../sim/oracles/oracle.js';
import { RandomStreams } from '../../sim/random.js';
import type { Violation } from '../../sim/report.js';
import { StormNetwork } from './network.js';
import type { ChaosPlan, Deed } from './plan.js';
import { Storm } from './storm.js';
import { LockWatch, LockWorker } from './lock-worker.js';
import { nowUs, Worker, type Application, type Recording } from './worker.js';

/** What became of a storm. */
export interface ChaosOutcome {
  /** `found`: what the scenario expects to be found. `unknown`: the search for an order gave up, or nothing was answered and so nothing proved. */
  readonly verdict: 'pass' | 'found' | 'violation' | 'unknown';
  readonly violation: Violation | null;
  readonly recording: Recording;
  readonly deeds: ReadonlyMap<Deed, number>;
  /** Messages between the processes. */
  readonly passed: number;
  readonly dropped: number;
  /** What the servers wrote, each line with its server in front. */
  readonly lines: readonly string[];
}

const LEADER_MS_MAX = 20_000;
const LOOK_MS = 50;
/** A server that ends like this has broken one of its own rules. */
const BROKEN_RULE = /a rule of this program was broken|this program failed/;

/** Everything that lives while a storm does. */
interface Theatre {
  readonly plan: ChaosPlan;
  readonly cluster: RunningCluster;
  readonly network: StormNetwork;
  /** Reaches the servers past the proxies. */
  readonly scout: Client;
  readonly workers: readonly Application[];
  readonly watch: LockWatch;
  readonly storm: Storm;
}

/**
 * Lives a plan: real servers, each a process, real clients, a proxy on every way between them. Then all is healed, every
 * client must be served, the servers must come to one state, and the history is judged by the simulator's checkers.
 *
 * @param directory Holds the servers' data; must not exist, or be empty.
 * @throws {UserError} When the servers cannot be started.
 */
export async function liveChaos(plan: ChaosPlan, directory: string): Promise<ChaosOutcome> {
  const lines: string[] = [];
  const recording: Recording = { operations: [], staleReads: [], failedWrites: [] };
  const open: { network: StormNetwork | null; cluster: RunningCluster | null; clients: Client[] } = { network: null, cluster: null, clients: [] };
  const deeds = new Map<Deed, number>();
  try {
    const cluster = await startCluster({
      servers: plan.servers,
      directory: join(directory, 'cluster'),
      nodeArguments: plan.system.words,
      keepsFiles: plan.system.keepsFiles,
      onLine: (id, line) => void lines.push(`s${id} ${line}`),
      through: async (servers) => {
        open.network = await StormNetwork.open(servers, plan.workload.clients, plan.seed);
        return open.network.maps;
      },
    });
    open.cluster = cluster;
    const { network } = open;
    if (network === null) throw new Error('a cluster is told its ways before it starts');
    const theatre = setUp(plan, cluster, network, recording, (settings) => {
      const client = openClient(settings);
      open.clients.push(client);
      return client;
    });
    const violation = await found(async () => {
      await untilSomebodyLeads(theatre.scout);
      await stormOver(theatre);
      await heal(theatre);
      if (theatre.watch.breach === null) await serveEverybody(theatre);
      if (theatre.watch.breach !== null) throw theatre.watch.breach;
      await convergence(theatre);
    });
    for (const [deed, count] of theatre.storm.done) deeds.set(deed, count);
    return { ...judged(plan, violation, recording, lines), recording, deeds, ...network.counts, lines };
  } finally {
    await Promise.all(open.clients.map((client) => client.close()));
    await open.cluster?.stop();
    await open.network?.close();
  }
}

function setUp(plan: ChaosPlan, cluster: RunningCluster, network: StormNetwork, recording: Recording, openOne: (settings: ClientSettings) => Client): Theatre {
  const { workload, seed, habits, sessions } = plan;
  const streams = new RandomStreams(seed);
  const watch = new LockWatch();
  const workers = network.clientAddresses.map((all, i): Application => {
    const client = openOne({
      servers: habits.asks === 'first' ? all.slice(0, 1) : all,
      ...(habits.asks === 'anyone' ? { level: 'stale' } : {}),
      sessions: sessions[i] ?? true,
      timeoutMs: workload.timeLimitMs, attemptTimeoutMs: workload.attemptTimeoutMs, callsMax: 1, connectionsMax: 2,
    });
    const stream = streams.stream('workload', `c${i + 1}`);
    return habits.wants === 'locks' ? new LockWorker(i + 1, client, workload, stream, recording, watch) : new Worker(i + 1, client, workload, stream, streams.stream('stale reads', `c${i + 1}`), recording);
  });
  const scout = openOne({ servers: cluster.clientAddresses, timeoutMs: LEADER_MS_MAX });
  return { plan, cluster, network, scout, workers, watch, storm: new Storm(cluster, network, scout, workload.clients) };
}

async function untilSomebodyLeads(scout: Client): Promise<void> {
  const endMs = performance.now() + LEADER_MS_MAX;
  while ((await scout.leader()) === null) {
    if (performance.now() > endMs) violated('Liveness', `no server led ${LEADER_MS_MAX} ms after all had started`, nowUs());
    await pause(LOOK_MS);
  }
}

/** Clients work and blows fall, each at its moment. */
async function stormOver({ plan, network, workers, storm }: Theatre): Promise<void> {
  network.setRules(plan.clientRules, plan.peerRules);
  const beganMs = performance.now();
  const working = new AbortController();
  const isOver = (): boolean => working.signal.aborted || performance.now() - beganMs >= plan.forMs;
  const blows = plan.blows.map(async (blow) => {
    await pause(blow.atMs);
    if (!isOver()) await storm.strike(blow);
  });
  try {
    await Promise.all([...workers.map((worker) => worker.run(isOver)), ...blows]);
  } finally {
    working.abort();
  }
}

/** Every blow has been undone by now; what is left is the weather. */
async function heal({ network, cluster }: Theatre): Promise<void> {
  network.calm();
  for (const id of cluster.servers.keys()) if (cluster.pidOf(id) === null) await cluster.restart(id);
}

async function serveEverybody({ plan: { convergenceMs }, workers }: Theatre): Promise<void> {
  const endMs = performance.now() + convergenceMs;
  await Promise.all(workers.map(async (worker, i) => {
    const missing = await worker.served(endMs);
    if (missing !== null) violated('Liveness', `${convergenceMs} ms after the healing client ${i + 1} had no answer to a ${missing}`, nowUs());
  }));
}

async function convergence({ plan, scout, cluster }: Theatre): Promise<void> {
  const { place } = plan.system;
  if (place === null) return;
  const endMs = performance.now() + plan.convergenceMs;
  for (;;) {
    const told = (await scout.status()).map(({ status }) => (status === null ? 'no answer' : place(status)));
    if (new Set(told).size === 1 && told[0] !== 'no answer') return;
    if (performance.now() > endMs) {
      const words = [...cluster.servers.keys()].map((id: NodeId, i) => `s${id} ${told[i] ?? ''}`).join('; ');
      violated('Liveness', `${plan.convergenceMs} ms after the healing the servers had not come to one state: ${words}`, nowUs());
    }
    await pause(LOOK_MS);
  }
}

/**
 * The verdict on what was recorded.
 *
 * @param plan Says what is promised, and what is expected to be found.
 * @param violation What was found while the storm was lived.
 */
export function judged(
  plan: Pick<ChaosPlan, 'judgeClients' | 'finding'>,
  violation: Violation | null,
  recording: Recording,
  lines: readonly string[],
): Pick<ChaosOutcome, 'verdict' | 'violation'> {
  const broken = lines.find((line) => BROKEN_RULE.test(line));
  if (broken !== undefined) return { verdict: 'violation', violation: { property: 'assertion', message: broken, atMs: msOf(nowUs()) } };
  const coverage = new Coverage();
  // What clients saw says more than that they waited in vain, so it is judged in either case.
  const seen = foundNow(() => plan.judgeClients({ ...recording, core: [], atUs: nowUs() }, coverage)) ?? violation;
  if (seen !== null) return { verdict: plan.finding?.properties.includes(seen.property) === true ? 'found' : 'violation', violation: seen };
  const isHollow = !recording.operations.some(({ op, outcome }) => op !== 'get' && outcome === 'ok');
  const isUndecided = (coverage.counts()['linearizability-undecided'] ?? 0) > 0;
  return { verdict: isHollow || isUndecided ? 'unknown' : 'pass', violation: null };
}

async function found(live: () => Promise<void>): Promise<Violation | null> {
  try {
    await live();
    return null;
  } catch (error) {
    return violationOf(error);
  }
}

function foundNow(judge: () => void): Violation | null {
  try {
    judge();
    return null;
  } catch (error) {
    return violationOf(error);
  }
}

function violationOf(error: unknown): Violation {
  if (!(error instanceof Violated)) throw error;
  const { property, message, atUs, key } = error;
  return { property, message, atMs: msOf(atUs), ...(key === null ? {} : { key }) };
}

const msOf = (us: number): number => Math.round(us / 1_000);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
