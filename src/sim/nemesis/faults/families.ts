import { BadScenario } from '../../base/bad-scenario.js';
import { unknownLine } from '../../../core/base/did-you-mean.js';
import { FAMILY, type FaultSchedule, type SpanMs } from '../../options/fault-schedule.js';
import { crash, crashLeader, kill, killLeader, powerCut, powerCutOfSome } from './crash.js';
import { crashWhileWriting, crashDuringElection, crashLikelierWhileWriting } from './crash-while-writing.js';
import { crashAtDisk, crashAtSend, crashInRecovery, crashLoop } from './crash-at-effect.js';
import { pause, pauseLeader, slowServer, gracefulStop, takeOver, rollingRestart } from './process.js';
import { partition, oneWayCut, isolateLeader, isolateServer, deafServer, muteServer, majorityMinority, bridge, ring } from './partition.js';
import { clog, swizzleClog, slowLink, halfOpen, resetConnections } from './link.js';
import {
  killNewLeader,
  isolateNewLeader,
  killEachNewLeader,
  crashMostAdvanced,
  clientsWithDeposedLeader,
  pauseLeaderPastLease,
} from './leader.js';
import { clockJump, clockRate, clockFreeze, clockStepBack, wallStepForward, wallStepBack, wallFreeze } from './clock.js';
import { diskStall, diskReadError, diskWriteError, diskSyncError, diskFull } from './disk-error.js';
import { diskStale, diskMisdirected, diskJunk, diskShorn, diskShortened, diskLoss, diskOldCopy, diskForgetsNames } from './disk-loss.js';
import { rot, diskUnreadable, latentRot, rotTogether, rotToLastCopy } from './disk-rot.js';
import type { BuiltInFault, FaultFamily, FaultGroup } from './family.js';

/**
 * The families of faults that a nemesis knows, each defined in one place. Each keeps its own schedule and draws from its own
 * streams, so that leaving one out does not reshuffle the others. Runs list them in this order.
 */
export const FAMILIES = [
  crash,
  crashLeader,
  crashWhileWriting,
  crashDuringElection,
  kill,
  killLeader,
  killNewLeader,
  powerCut,
  partition,
  oneWayCut,
  isolateLeader,
  isolateServer,
  pause,
  pauseLeader,
  rot,
  clockJump,
  clockRate,
  clockFreeze,
  clockStepBack,
  wallStepForward,
  wallStepBack,
  wallFreeze,
  diskStall,
  diskReadError,
  diskWriteError,
  diskSyncError,
  diskFull,
  diskUnreadable,
  diskStale,
  diskMisdirected,
  diskJunk,
  diskShorn,
  diskShortened,
  diskLoss,
  diskOldCopy,
  diskForgetsNames,
  latentRot,
  rotTogether,
  rotToLastCopy,
  clog,
  swizzleClog,
  slowLink,
  halfOpen,
  resetConnections,
  deafServer,
  muteServer,
  majorityMinority,
  bridge,
  ring,
  isolateNewLeader,
  killEachNewLeader,
  crashMostAdvanced,
  clientsWithDeposedLeader,
  pauseLeaderPastLease,
  crashLikelierWhileWriting,
  crashAtDisk,
  crashAtSend,
  crashInRecovery,
  crashLoop,
  powerCutOfSome,
  slowServer,
  gracefulStop,
  takeOver,
  rollingRestart,
] as const;

export type FaultName = (typeof FAMILIES)[number]['name'];

export const FAULT_NAMES: readonly FaultName[] = FAMILIES.map(({ name }) => name);

/** The families by their names. */
export const FAULTS = Object.fromEntries(FAMILIES.map((each) => [each.name, each])) as {
  readonly [Name in FaultName]: BuiltInFault<Name>;
};

/** The names of one group, such as all faults to clocks. */
export function faultsOf(group: FaultGroup): readonly FaultName[] {
  return FAULT_NAMES.filter((name) => FAULTS[name].group === group);
}

/** The family of the simulator's own that has a name; undefined where it is no name of one. */
export function builtIn(name: string): BuiltInFault | undefined {
  return Object.hasOwn(FAULTS, name) ? FAULTS[name as FaultName] : undefined;
}

/** The family whose schedule this is. @throws {BadScenario} When there is none of that name. */
export function familyOf(schedule: FaultSchedule): FaultFamily {
  // Only own-fault.ts puts a family there.
  const found = (schedule[FAMILY] as FaultFamily | undefined) ?? builtIn(schedule.fault);
  if (found === undefined) throw new BadScenario(unknownLine('fault', schedule.fault, FAULT_NAMES));
  return found;
}

/**
 * A family with its two spans of milliseconds, in the order every, lasts.
 *
 * @throws {BadScenario} When no family has that name, or a span is not two numbers.
 */
export function fault(name: FaultName, every: SpanMs, lasts: SpanMs): FaultSchedule {
  if (!FAULT_NAMES.includes(name)) throw new BadScenario(unknownLine('fault', String(name), FAULT_NAMES));
  return scheduled(name, every, lasts);
}

/** @throws {BadScenario} When a span is not two numbers. */
export function scheduled(name: string, every: SpanMs, lasts: SpanMs): FaultSchedule {
  for (const span of [every, lasts] as readonly unknown[]) {
    const isSpan = Array.isArray(span) && span.length === 2 && span.every((bound) => typeof bound === 'number');
    if (!isSpan)
      throw new BadScenario(
        `fault('${name}') takes two spans of milliseconds, how often and how long: fault('${name}', [1_000, 3_000], [500, 1_000])`,
      );
  }
  return { fault: name, everyMsMin: every[0], everyMsMax: every[1], lastsMsMin: lasts[0], lastsMsMax: lasts[1] };
}
