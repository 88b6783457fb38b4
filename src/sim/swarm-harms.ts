import type { Draws } from './draws.js';
import { HARMS, harm, type HarmName, type HarmOptions } from './harms.js';
import type { WorkloadOptions } from './run-options.js';

/** Families that a world may leave out all together, so that the others are seen without them. */
export const HARM_GROUPS = ['crash', 'process', 'network', 'leader', 'clock', 'disk', 'damage'] as const;
export type HarmGroup = (typeof HARM_GROUPS)[number];

type Span = readonly [min: number, max: number];

/** A family as a swarm draws it: its group, then milliseconds from one blow to the next, and for one blow. */
type Row = readonly [group: HarmGroup, every: Span, lasts: Span];

/** Every family there is: one that is new is a compile error here. */
export const SWARM_HARMS: Readonly<Record<HarmName, Row>> = {
  crash: ['crash', [500, 3_000], [10, 2_000]],
  crashLeader: ['crash', [700, 4_000], [10, 1_500]],
  crashWhileWriting: ['crash', [500, 3_000], [10, 1_500]],
  crashDuringElection: ['crash', [1_000, 3_000], [10, 300]],
  kill: ['crash', [500, 3_000], [10, 1_500]],
  killLeader: ['crash', [700, 4_000], [10, 1_500]],
  killNewLeader: ['leader', [150, 300], [50, 700]],
  powerCut: ['crash', [2_000, 6_000], [10, 1_000]],
  powerCutOfSome: ['crash', [1_500, 5_000], [20, 1_000]],
  crashLikelierWhileWriting: ['crash', [500, 4_000], [10, 1_000]],
  crashAtDisk: ['crash', [300, 2_000], [5, 1_000]],
  crashAtSend: ['crash', [300, 2_000], [5, 1_000]],
  crashInRecovery: ['crash', [600, 3_000], [5, 600]],
  crashLoop: ['crash', [2_000, 6_000], [500, 2_000]],

  slowServer: ['process', [500, 3_000], [100, 3_000]],
  gracefulStop: ['process', [700, 5_000], [10, 1_000]],
  takeOver: ['process', [1_500, 6_000], [100, 1_500]],
  rollingRestart: ['process', [1_000, 4_000], [10, 500]],
  pause: ['process', [700, 4_000], [20, 2_000]],
  pauseLeader: ['process', [1_000, 4_000], [100, 2_000]],

  partition: ['network', [800, 4_000], [100, 2_500]],
  oneWayCut: ['network', [500, 3_000], [100, 2_500]],
  isolateLeader: ['network', [1_000, 4_000], [100, 2_000]],
  isolateServer: ['network', [1_000, 4_000], [100, 2_000]],
  clog: ['network', [200, 2_000], [50, 2_000]],
  swizzleClog: ['network', [1_500, 5_000], [300, 3_000]],
  slowLink: ['network', [500, 3_000], [200, 3_000]],
  halfOpen: ['network', [300, 2_500], [100, 2_500]],
  resetConnections: ['network', [500, 3_000], [1, 500]],
  deafServer: ['network', [1_500, 6_000], [200, 2_500]],
  muteServer: ['network', [1_500, 6_000], [200, 2_500]],
  majorityMinority: ['network', [1_000, 5_000], [200, 2_500]],
  bridge: ['network', [1_500, 6_000], [300, 3_000]],
  ring: ['network', [1_500, 6_000], [300, 3_000]],

  isolateNewLeader: ['leader', [500, 4_000], [200, 2_000]],
  killEachNewLeader: ['leader', [3_000, 9_000], [500, 3_000]],
  crashMostAdvanced: ['leader', [1_000, 5_000], [10, 1_500]],
  clientsWithDeposedLeader: ['leader', [1_500, 6_000], [300, 2_500]],
  pauseLeaderPastLease: ['leader', [1_500, 6_000], [1_000, 3_000]],

  clockJump: ['clock', [500, 3_000], [50, 1_000]],
  clockRate: ['clock', [500, 3_000], [0, 0]],
  clockFreeze: ['clock', [300, 2_000], [50, 2_000]],
  clockStepBack: ['clock', [100, 600], [100, 2_000]],
  wallStepForward: ['clock', [300, 2_000], [1, 3_600_000]],
  wallStepBack: ['clock', [300, 2_000], [1, 3_600_000]],
  wallFreeze: ['clock', [500, 3_000], [50, 2_000]],

  diskStall: ['disk', [1_000, 4_000], [200, 1_500]],
  diskReadError: ['disk', [2_000, 6_000], [50, 500]],
  diskWriteError: ['disk', [1_500, 5_000], [20, 400]],
  diskSyncError: ['disk', [600, 2_500], [10, 200]],
  diskFull: ['disk', [1_000, 4_000], [100, 1_500]],

  rot: ['damage', [3_000, 9_000], [50, 1_000]],
  diskUnreadable: ['damage', [3_000, 12_000], [50, 500]],
  diskStale: ['damage', [1_500, 9_000], [50, 500]],
  diskMisdirected: ['damage', [1_500, 9_000], [50, 500]],
  diskLoss: ['damage', [3_000, 9_000], [0, 0]],
  diskOldCopy: ['damage', [2_000, 9_000], [500, 4_000]],
  diskForgetsNames: ['damage', [1_500, 8_000], [200, 2_000]],
  latentRot: ['damage', [1_000, 6_000], [300, 3_000]],
  rotTogether: ['damage', [3_000, 9_000], [100, 2_000]],
  rotToLastCopy: ['damage', [2_000, 9_000], [50, 800]],
};

/**
 * Some of all families. Each group is off in one of four worlds, and of the others each world has many families or few:
 * one of eight, one of four, or one of two. Each choice is a draw of its own name, so that a new family changes no other.
 */
export function swarmHarms(draws: Draws): readonly HarmOptions[] {
  const oneOf = draws.oneOf('one family of', [8, 4, 2]);
  const groups = HARM_GROUPS.filter((group) => draws.chance(`group ${group}`, 3, 4));
  return HARMS.filter((name) => draws.chance(`harm ${name}`, 1, oneOf) && groups.includes(SWARM_HARMS[name][0])).map((name) => {
    const [, every, lasts] = SWARM_HARMS[name];
    return harm(name, every, lasts);
  });
}

/** Shares of the operations in all that clients do. */
export type OperationWeights = Pick<WorkloadOptions, 'getWeight' | 'setWeight' | 'putWeight' | 'deleteWeight'>;

/**
 * Weights of the operations that clients do: each is off in one of three worlds, never all of them.
 *
 * @param isSessionless Some client has no session. Then nothing is deleted, and something is read or set: a put that
 *   conflicts may be the work of its own copy, so who does nothing else never learns a version and gets nothing done.
 */
export function swarmOperations(draws: Draws, isSessionless: boolean): OperationWeights {
  const weight = (name: string, most: number): number => {
    const drawn = draws.between(`weight of ${name}`, 1, most);
    return draws.chance(`operation ${name}`, 2, 3) ? drawn : 0;
  };
  const getWeight = weight('get', 4);
  const setWeight = weight('set', 4);
  const putWeight = weight('put', 3);
  const deleteWeight = isSessionless ? 0 : weight('delete', 2);
  const isAnyOn = isSessionless ? getWeight + setWeight > 0 : getWeight + setWeight + putWeight + deleteWeight > 0;
  return { getWeight, setWeight: isAnyOn ? setWeight : 1, putWeight, deleteWeight };
}
