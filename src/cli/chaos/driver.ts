import { join } from 'node:path';
import type { NodeId } from '../../core/base/units.js';
import { openClient, type Client, type ClientSettings } from '../../real/client/client.js';
import { startCluster, type RunningCluster } from '../../real/cluster/cluster.js';
import { Coverage } from '../../sim/coverage/coverage.js';
import { violated, violationIn, violationOf, type Violation } from '../../sim/checkers/violation.js';
import { RandomStreams } from '../../sim/base/random-streams.js';
import { isPortTaken } from '../../real/base/sockets.js';
import { StormNetwork } from './network.js';
import { clientName } from '../../sim/base/process-names.js';
import type { ProcessFault } from '../../sim/nemesis/faults/family.js';
import type { ChaosPlan } from './plan.js';
import { Storm } from './storm.js';
import { LockWatch, LockWorker } from './lock-worker.js';
import { nowUs, Worker, type Application, type Recording } from './worker.js';

/** What became of a storm. */
export interface ChaosOutcome {
  /** `found`: what the scenario expects to be found. `unknown`: the search for an order gave up, or nothing was answered and so nothing proved. */
  readonly verdict: 'pass' | 'found' | 'violation' | 'unknown';
  readonly violation: Violation | null;
  readonly recording: Recording;
  readonly deeds: ReadonlyMap<ProcessFault, number>;
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

/** What a storm tells while it lasts, and what ends it early. */
export interface ChaosWatch {
  /** Aborted: everything is stopped at once, and nothing is judged. */
  readonly signal?: AbortSignal;
  /** Told what is being done, and what clients have recorded so far, which goes on growing. */
  readonly onStage?: (stage: string, recording: Recording) => void;
}

/** Thrown when a storm was stopped by its signal. */
export class Interrupted extends Error {}

/** Ports are drawn anew so often when another process took one before it was used. */
const DRAWS_MAX = 5;

/** What is to be closed at the end, however it comes. */
interface Open {
  network: StormNetwork | null;
  cluster: RunningCluster | null;
  readonly clients: Client[];
}

/**
 * Carries out a plan: real servers, each a process, real clients, a proxy on every way between them. Then all is healed, every
 * client must be served, the servers must come to one state, and the history is judged by the simulator's checkers.
 *
 * @param directory Holds the servers' data; must not exist, or be empty.
 * @throws {UserError} When the servers cannot be started.
 * @throws {Interrupted}
 */
export async function liveChaos(plan: ChaosPlan, directory: string, { signal, onStage }: ChaosWatch = {}): Promise<ChaosOutcome> {
  const lines: string[] = [];
  const recording: Recording = { operations: [], staleReads: [], failedWrites: [] };
  const open: Open = { network: null, cluster: null, clients: [] };
  const deeds = new Map<ProcessFault, number>();
  const stage = (text: string): void => onStage?.(text, recording);
  const isStopped = (): boolean => signal?.aborted === true;
  const live = async ({ cluster, network }: Ground): Promise<ChaosOutcome> => {
    const theatre = setUp(plan, cluster, network, recording, (settings) => {
      const client = openClient(settings);
      open.clients.push(client);
      return client;
    });
    const violation = await found(async () => {
      await untilSomebodyLeads(theatre.scout);
      stage('storm');
      await stormOver(theatre, isStopped);
      stage('healing');
      await heal(theatre);
      stage('serving every client once more');
      if (theatre.watch.breach === null) await serveEverybody(theatre);
      if (theatre.watch.breach !== null) throw theatre.watch.breach;
      stage('waiting for one state');
      await convergence(theatre);
    });
    for (const [deed, count] of theatre.storm.done) deeds.set(deed, count);
    stage('judging what clients saw');
    return { ...judged(plan, violation, recording, lines), recording, deeds, ...network.counts, lines };
  };
  try {
    stage('starting servers');
    const ground = await started(plan, directory, open, lines);
    return await unlessAborted(live(ground), signal);
  } catch (error) {
    // A Ctrl-C on a terminal reaches the servers too: what they then fail with says nothing.
    throw isStopped() ? new Interrupted() : error;
  } finally {
    await closeAll(open);
  }
}

interface Ground {
  readonly cluster: RunningCluster;
  readonly network: StormNetwork;
}

/** Starts servers and the network between them, with other ports when one was taken since it was drawn. */
async function started({ servers, system, workload, seed }: ChaosPlan, directory: string, open: Open, lines: string[]): Promise<Ground> {
  for (let draw = 1; ; draw++) {
    try {
      const cluster = await startCluster({
        servers,
        directory: join(directory, 'cluster'),
        nodeArguments: system.words,
        keepsFiles: system.keepsFiles,
        onLine: (id, line) => void lines.push(`s${id} ${line}`),
        through: async (all) => {
          open.network = await StormNetwork.open(all, workload.clients, seed);
          return open.network.maps;
        },
      });
      open.cluster = cluster;
      if (open.network === null) throw new Error('a cluster is told its ways before it starts');
      return { cluster, network: open.network };
    } catch (error) {
      await open.network?.close();
      open.network = null;
      if (!isPortTaken(error) || draw === DRAWS_MAX) throw error;
    }
  }
}

/** The outcome, or {@link Interrupted} as soon as the signal is aborted; what is under way then ends by itself once all is closed. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new Interrupted());
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    void work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', onAbort));
  });
}

async function closeAll({ clients, cluster, network }: Open): Promise<void> {
  await Promise.all(clients.map((client) => client.close()));
  await cluster?.stop();
  await network?.close();
}

function setUp(
  plan: ChaosPlan,
  cluster: RunningCluster,
  network: StormNetwork,
  recording: Recording,
  openOne: (settings: ClientSettings) => Client,
): Theatre {
  const { workload, seed, habits, sessions } = plan;
  const streams = new RandomStreams(seed);
  const watch = new LockWatch();
  const workers = network.clientAddresses.map((all, i): Application => {
    const client = openOne({
      servers: habits.asks === 'first' ? all.slice(0, 1) : all,
      ...(habits.asks === 'anyone' ? { level: 'stale' } : {}),
      sessions: sessions[i] ?? true,
      timeoutMs: workload.timeLimitMs,
      attemptTimeoutMs: workload.attemptTimeoutMs,
      callsMax: 1,
      connectionsMax: 2,
    });
    const stream = streams.stream('workload', clientName(i + 1));
    return habits.wants === 'locks'
      ? new LockWorker(i + 1, client, workload, stream, recording, watch)
      : new Worker(i + 1, client, workload, stream, streams.stream('stale reads', clientName(i + 1)), recording);
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
async function stormOver({ plan, network, workers, storm }: Theatre, isStopped: () => boolean): Promise<void> {
  network.setRules(plan.clientRules, plan.peerRules);
  const beganMs = performance.now();
  const working = new AbortController();
  const isOver = (): boolean => working.signal.aborted || isStopped() || performance.now() - beganMs >= plan.forMs;
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
  await Promise.all(
    workers.map(async (worker, i) => {
      const missing = await worker.served(endMs);
      if (missing !== null)
        violated('Liveness', `${convergenceMs} ms after the healing ${clientName(i + 1)} had no answer to a ${missing}`, nowUs());
    }),
  );
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
  if (broken !== undefined) return { verdict: 'violation', violation: violationOf('assertion', broken, nowUs()) };
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
    return violationIn(error);
  }
}

function foundNow(judge: () => void): Violation | null {
  try {
    judge();
    return null;
  } catch (error) {
    return violationIn(error);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
