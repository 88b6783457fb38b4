import {
  type Draws,
  fault,
  type FaultSchedule,
  LAN,
  type LinkOptions,
  NO_FAULTS,
  ratio,
  RATIO_NEVER,
  type RunOptions,
  usual,
} from 'seedstorm/sim';

/** In order and whole: what a connection that stays open gives. */
const ORDERED: LinkOptions = { ...LAN, reorders: false, faults: { ...NO_FAULTS, isStream: true } };

/** One thing that may go wrong in a world, and nothing else does. */
export type Wrong = 'joins' | 'order' | 'loss' | 'death';

/** A primary and a replica, few keys and short runs, so that a loss can be told; the same for whichever system lives in it. */
export function worldWhere(wrong: Wrong, draws: Draws): Omit<RunOptions<null>, 'node'> {
  const { node: _node, ...ordinary } = usual(draws);
  const faults: Readonly<Record<Wrong, readonly FaultSchedule[]>> = {
    joins: [],
    order: [],
    loss: [],
    death: [fault('killLeader', [200, 600], [20, 100])],
  };
  return {
    ...ordinary,
    servers: 2,
    clocks: ordinary.clocks.slice(0, 2),
    isCodecUsed: true,
    peerLink:
      wrong === 'order'
        ? { ...LAN, delayUsMax: 20_000 }
        : wrong === 'loss'
          ? { ...ORDERED, faults: { ...NO_FAULTS, isStream: false }, lossRatio: ratio(5, 100) }
          : ORDERED,
    clientLink: ORDERED,
    chaosMs: 1_500,
    convergenceMs: 3_000,
    workload: {
      ...ordinary.workload,
      clients: 2,
      keys: 2,
      sessionlessRatio: RATIO_NEVER,
      paddingBytesMax: 0,
      getWeight: 1,
      setWeight: 4,
      putWeight: 0,
      deleteWeight: 0,
      // Where the story is about writes that follow a snapshot, the replica has joined before the first of them.
      ...(wrong === 'order' || wrong === 'loss' ? { thinkMsMin: 40, thinkMsMax: 60 } : { thinkMsMin: 1, thinkMsMax: 20 }),
    },
    faults: faults[wrong],
  };
}
