import type { Draws } from '../src/sim/draws.js';
import { harm, type HarmOptions } from '../src/sim/harms.js';
import { lossy, usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const processSwarm: Scenario = {
  name: 'process-swarm',
  title: 'Processes die, stall, drag and are restarted in every way at once, in mixtures that each world draws anew.',
  why: 'A graceful stop that is killed half-way, a slow server that is paused, a recovery under the other options: what no single story brings together.',
  expected: ['died-between-disk-steps', 'died-in-recovery', 'crash-loop', 'server-slow', 'server-stopped-gracefully'],
  expectedWithinRuns: 40,
  options: (draws) => {
    const ordinary = usual(draws);
    const { node } = ordinary;
    const hasLater = draws.chance('later options', 1, 2);
    return {
      ...ordinary,
      peerLink: lossy(draws.oneOf('loss', [0, 0, 5]), draws.oneOf('delay', [2, 5, 15])),
      disk: { operationUsMin: 0, operationUsMax: 500, syncUsMin: 100, syncUsMax: draws.oneOf('sync', [1_000, 10_000]) },
      laterNode: hasLater
        ? {
            ...node,
            raft: { ...node.raft, inflightMessagesMax: draws.oneOf('later window', [1, 64]), entriesPerMessageMax: draws.oneOf('later batch', [1, 1_024]) },
            storage: { segmentBytesMax: draws.oneOf('later segment bytes', [512, 65_536]), recordBytesMax: 4_096, readBytes: 4_096, snapshotsKept: 1 },
            snapshotEveryEntries: draws.oneOf('later snapshot every', [10, 200]),
          }
        : null,
      harms: harms(draws),
    };
  },
};

/** Each family is in two of five worlds. */
function harms(draws: Draws): readonly HarmOptions[] {
  const all = [
    harm('crash', [700, 3_000], [10, 1_000]),
    harm('kill', [700, 3_000], [10, 1_000]),
    harm('killLeader', [1_000, 4_000], [10, 1_000]),
    harm('powerCut', [2_000, 6_000], [10, 1_000]),
    harm('pause', [700, 4_000], [20, 1_500]),
    harm('pauseLeader', [1_000, 4_000], [100, 1_500]),
    harm('diskStall', [1_500, 5_000], [200, 1_000]),
    harm('isolateLeader', [1_500, 4_000], [100, 1_500]),
    harm('crashLikelierWhileWriting', [500, 3_000], [10, 1_000]),
    harm('crashAtDisk', [300, 2_000], [5, 1_000]),
    harm('crashAtSend', [300, 2_000], [5, 1_000]),
    harm('crashInRecovery', [600, 3_000], [5, 600]),
    harm('crashLoop', [2_000, 6_000], [500, 2_000]),
    harm('powerCutOfSome', [1_500, 5_000], [20, 1_000]),
    harm('slowServer', [500, 3_000], [100, 3_000]),
    harm('gracefulStop', [700, 4_000], [10, 1_000]),
    harm('rollingRestart', [1_000, 4_000], [10, 500]),
  ];
  return all.filter(({ harm: name }) => draws.chance(`harm ${name}`, 2, 5));
}
