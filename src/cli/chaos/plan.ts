import { nodeId } from '../../core/base/units.js';
import { PRESETS, type Preset, type Rules } from '../../core/proxy/rules.js';
import type { HarmName, HarmOptions } from '../../sim/harms.js';
import type { LinkOptions } from '../../sim/network-options.js';
import { between, RandomStreams } from '../../sim/random.js';
import { optionsOf, systemOf } from '../../sim/run.js';
import { isSessionless } from '../../sim/hosted-client.js';
import type { Finding, RunOptions, Scenario, WorkloadOptions } from '../../sim/scenario.js';
import type { ClientHabits, HostedSystem } from '../../sim/system.js';
import { misuse } from '../exit.js';
import { REAL_SYSTEMS, realSystemOf, type RealSystem } from './real-system.js';

/** What can be done to real processes on this machine. The other families of a scenario stay in the simulator. */
export type Deed = 'kill' | 'killLeader' | 'killAll' | 'pause' | 'pauseLeader' | 'partition' | 'oneWayCut' | 'isolateLeader' | 'isolateServer';

/** A machine that loses power and a process that is killed are the same here: what was handed to the kernel stays. */
const DEED_OF: Readonly<Partial<Record<HarmName, Deed>>> = {
  crash: 'kill',
  kill: 'kill',
  crashWhileWriting: 'kill',
  crashDuringElection: 'kill',
  crashLeader: 'killLeader',
  killLeader: 'killLeader',
  killNewLeader: 'killLeader',
  powerCut: 'killAll',
  pause: 'pause',
  pauseLeader: 'pauseLeader',
  partition: 'partition',
  oneWayCut: 'oneWayCut',
  isolateLeader: 'isolateLeader',
  isolateServer: 'isolateServer',
};

/** One blow: what, when after the beginning, for how long, and two numbers below 1 that choose whom it hits. */
export interface Blow {
  readonly deed: Deed;
  readonly atMs: number;
  readonly lastsMs: number;
  readonly choices: readonly [number, number];
}

/** A scenario and a seed as they are lived in real processes. What is chosen repeats with the seed; when the machine gets round to it does not. */
export interface ChaosPlan {
  readonly scenario: string;
  readonly seed: number;
  readonly forMs: number;
  readonly servers: number;
  readonly workload: WorkloadOptions;
  /** A healed cluster must serve every client and come to one state within so many milliseconds. */
  readonly convergenceMs: number;
  /** What clients and servers say to each other, and servers among themselves. */
  readonly clientRules: Rules;
  readonly peerRules: Rules;
  /** By the time of their beginning. */
  readonly blows: readonly Blow[];
  /** Families of harm of the scenario that only the simulator can do, by name. */
  readonly left: readonly string[];
  readonly system: RealSystem;
  /** What its clients want and whom they ask. */
  readonly habits: ClientHabits;
  /** By client, the first at 0: whether it has a session. */
  readonly sessions: readonly boolean[];
  /** What is expected to be found; null where every property is to hold. */
  readonly finding: Finding | null;
  readonly judgeClients: HostedSystem['judgeClients'];
}

/** Processes on a busy machine are slower than simulated ones. */
const CONVERGENCE_MS_MIN = 30_000;
const US_PER_MS = 1_000;
const ATTEMPT_MS_MAX = 100;

/**
 * Plans a scenario for real processes.
 *
 * @param network Which network clients have; null: the one of the scenario.
 * @throws {UserError} For a scenario of a system that has no real servers.
 */
export function planOf(scenario: Scenario, seed: number, forMs: number, network: Preset | null): ChaosPlan {
  const hosted = systemOf(scenario);
  const options = optionsOf(scenario, seed);
  const system = realSystemOf(hosted.name, options);
  if (system === null) {
    throw misuse(`scenario "${scenario.name}" is about ${hosted.name}, a machine that lives in the simulator only: chaos has real servers of ${REAL_SYSTEMS.join(', ')}`);
  }
  return {
    scenario: scenario.name,
    seed,
    forMs,
    servers: options.servers,
    workload: network === 'unreliable' || isLossy(options.clientLink) ? impatient(options.workload) : options.workload,
    convergenceMs: Math.max(CONVERGENCE_MS_MIN, options.convergenceMs),
    clientRules: network === null ? rulesOf(options.clientLink) : PRESETS[network],
    peerRules: rulesOf(options.peerLink),
    blows: options.harms.flatMap((harm) => blowsOf(harm, seed, forMs)).sort((a, b) => a.atMs - b.atMs),
    left: [...leftOf(options), ...(system.isSynced ? [] : options.harms.some(({ harm }) => harm === 'powerCut') ? ['what powerCut takes from the cache of the kernel'] : [])],
    system,
    habits: hosted.habits ?? { wants: 'values', asks: 'leader' },
    sessions: Array.from({ length: options.workload.clients }, (_, i) => !isSessionless(options, nodeId(options.servers + i + 1))),
    finding: scenario.finding ?? null,
    judgeClients: hosted.judgeClients,
  };
}

function leftOf({ harms }: RunOptions): readonly string[] {
  return harms.filter(({ harm }) => DEED_OF[harm] === undefined).map(({ harm }) => harm);
}

/** Where half of everything is lost, a client that waits long for what will not come gets nothing done in seconds of real time. */
function impatient(workload: WorkloadOptions): WorkloadOptions {
  return { ...workload, attemptTimeoutMs: Math.min(workload.attemptTimeoutMs, ATTEMPT_MS_MAX) };
}

const isLossy = ({ lossRatio }: LinkOptions): boolean => lossRatio.numerator * 10 >= lossRatio.denominator;

/** A simulated link as rules of the proxy. Below a few milliseconds the real network delays enough by itself. */
function rulesOf({ lossRatio, delayUsMin, delayUsMax }: LinkOptions): Rules {
  const permille = Math.round((1_000 * lossRatio.numerator) / lossRatio.denominator);
  const isSlow = delayUsMax > 5 * US_PER_MS;
  return {
    dropRequestsPermille: permille,
    dropRepliesPermille: permille,
    delayMsMin: isSlow ? Math.floor(delayUsMin / US_PER_MS) : 0,
    delayMsMax: isSlow ? Math.floor(delayUsMax / US_PER_MS) : 0,
  };
}

/** The timetable of one family. Its first blow comes in the first half, however short the run is, so that each has struck. */
function blowsOf({ harm, everyMsMin, everyMsMax, lastsMsMin, lastsMsMax }: HarmOptions, seed: number, forMs: number): readonly Blow[] {
  const deed = DEED_OF[harm];
  if (deed === undefined) return [];
  const stream = new RandomStreams(seed).stream('chaos', harm);
  const blows: Blow[] = [];
  let atMs = Math.min(between(stream, everyMsMin, everyMsMax), Math.floor((forMs * (1 + stream() * 4)) / 10));
  while (atMs < forMs) {
    const lastsMs = between(stream, lastsMsMin, lastsMsMax);
    blows.push({ deed, atMs, lastsMs, choices: [stream(), stream()] });
    atMs += lastsMs + between(stream, everyMsMin, everyMsMax);
  }
  return blows;
}
