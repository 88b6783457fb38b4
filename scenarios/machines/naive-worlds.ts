import type { Draws } from '../../src/sim/draws.js';
import { NO_FAULTS } from '../../src/sim/network-options.js';
import { ratio, RATIO_NEVER } from '../../src/sim/random.js';
import type { LinkOptions } from '../../src/sim/network.js';
import { harm, type HarmOptions } from '../../src/sim/harms.js';
import type { RunOptions } from '../../src/sim/run-options.js';
import { LAN, usual } from '../../src/sim/usual.js';

/** In order and whole: what a connection that stays open gives. */
const ORDERED: LinkOptions = { ...LAN, reorders: false, faults: { ...NO_FAULTS, isStream: true } };

/** One thing that may go wrong in a world, and nothing else does. */
export type Wrong = 'joins' | 'order' | 'loss' | 'death';

/** A primary and a replica, few keys and short runs, so that a loss can be told; the same for whichever system lives in it. */
export function worldWhere(wrong: Wrong, draws: Draws): Omit<RunOptions, 'node'> {
  const { node: _node, ...ordinary } = usual(draws);
  const harms: Readonly<Record<Wrong, readonly HarmOptions[]>> = {
    joins: [],
    order: [],
    loss: [],
    death: [harm('killLeader', [200, 600], [20, 100])],
  };
  return {
    ...ordinary,
    servers: 2,
    clocks: ordinary.clocks.slice(0, 2),
    isCodecUsed: true,
    peerLink: wrong === 'order' ? { ...LAN, delayUsMax: 20_000 } : wrong === 'loss' ? { ...ORDERED, faults: { ...NO_FAULTS, isStream: false }, lossRatio: ratio(5, 100) } : ORDERED,
    clientLink: ORDERED,
    chaosMs: 1_500,
    convergenceMs: 3_000,
    workload: {
      ...ordinary.workload, clients: 2, keys: 2, sessionlessRatio: RATIO_NEVER, paddingBytesMax: 0, getWeight: 1, setWeight: 4, putWeight: 0, deleteWeight: 0,
      // Where the story is about writes that follow a snapshot, the replica has joined before the first of them.
      ...(wrong === 'order' || wrong === 'loss' ? { thinkMsMin: 40, thinkMsMax: 60 } : { thinkMsMin: 1, thinkMsMax: 20 }),
    },
    harms: harms[wrong],
  };
}
