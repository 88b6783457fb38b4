import { nodeId } from '../../core/base/units.js';
import { PRESETS, type Preset, type Rules } from '../../core/proxy/rules.js';
import { builtIn } from '../../sim/nemesis/faults/families.js';
import type { ProcessFault } from '../../sim/nemesis/faults/family.js';
import type { FaultSchedule } from '../../sim/options/fault-schedule.js';
import type { LinkOptions } from '../../sim/network/link-options.js';
import { between, RandomStreams } from '../../sim/base/random-streams.js';
import { optionsOf } from '../../sim/run/run.js';
import { isSessionless } from '../../sim/clients/key-value-client.js';
import type { Finding, RunOptions, AnyScenario, WorkloadOptions } from '../../sim/run/scenario.js';
import type { ClientHabits, HostedSystem } from '../../sim/run/system.js';
import { misuse } from '../terminal/exit.js';
import { REAL_SYSTEMS, realSystemOf, type RealSystem } from './real-system.js';

/** One blow: what, when after the beginning, for how long, and two numbers below 1 that choose whom it hits. */
export interface Blow {
  readonly deed: ProcessFault;
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
  /** Families of fault of the scenario that only the simulator can do, by name. */
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
 * @throws {UserError} For a scenario of a system that has no real servers, or none of whose faults can be done to them.
 */
export function planOf(scenario: AnyScenario, seed: number, forMs: number, network: Preset | null): ChaosPlan {
  const hosted = scenario.system;
  const options = optionsOf(scenario, seed);
  const system = realSystemOf(hosted.name, options);
  if (system === null) {
    throw misuse(
      `scenario "${scenario.name}" is about ${hosted.name}, a machine that lives in the simulator only: chaos has real servers of ${REAL_SYSTEMS.join(', ')}`,
    );
  }
  const left = leftOf(options);
  if (left.length > 0 && left.length === options.faults.length) {
    throw misuse(
      `nothing of this scenario can be done to processes: ${left.join(', ')} ${left.length === 1 ? 'exists' : 'exist'} in the simulator only; try "seedstorm run ${scenario.name}"`,
    );
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
    blows: options.faults.flatMap((fault) => blowsOf(fault, seed, forMs)).sort((a, b) => a.atMs - b.atMs),
    left: [
      ...left,
      ...(system.isSynced
        ? []
        : options.faults.some(({ fault }) => fault === 'powerCut')
          ? ['what powerCut takes from the cache of the kernel']
          : []),
    ],
    system,
    habits: hosted.habits ?? { wants: 'values', asks: 'leader' },
    sessions: Array.from({ length: options.workload.clients }, (_, i) => !isSessionless(options, nodeId(options.servers + i + 1))),
    finding: scenario.finding ?? null,
    judgeClients: hosted.judgeClients,
  };
}

function leftOf({ faults }: RunOptions): readonly string[] {
  return faults.filter(({ fault }) => builtIn(fault)?.onProcesses === undefined).map(({ fault }) => fault);
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
function blowsOf({ fault, everyMsMin, everyMsMax, lastsMsMin, lastsMsMax }: FaultSchedule, seed: number, forMs: number): readonly Blow[] {
  const deed = builtIn(fault)?.onProcesses;
  if (deed === undefined) return [];
  const stream = new RandomStreams(seed).stream('chaos', fault);
  const blows: Blow[] = [];
  let atMs = Math.min(between(stream, everyMsMin, everyMsMax), Math.floor((forMs * (1 + stream() * 4)) / 10));
  while (atMs < forMs) {
    const lastsMs = between(stream, lastsMsMin, lastsMsMax);
    blows.push({ deed, atMs, lastsMs, choices: [stream(), stream()] });
    atMs += lastsMs + between(stream, everyMsMin, everyMsMax);
  }
  return blows;
}
