import { type Draws, fault, type FaultSchedule, lossy, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const processSwarm = scenario({
  name: 'process-swarm',
  system: raftSystem,
  title: 'Processes die, stall, drag and are restarted in every way at once, in mixtures that each world draws anew.',
  why: 'A graceful stop that is killed half-way, a slow server that is paused, a recovery under the other options: what no single story brings together.',
  expected: ['died-between-disk-steps', 'died-in-recovery', 'crash-loop', 'server-slow', 'server-stopped-gracefully'],
  expectedWithinRuns: 40,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    const { node } = ordinary;
    const hasLater = draws.chance('later options', 1, 2);
    return {
      ...ordinary,
      peerLink: lossy(draws.oneOf('loss', [0, 0, 5]), draws.oneOf('delay', [2, 5, 15])),
      disk: { operationUsMin: 0, operationUsMax: 500, syncUsMin: 100, syncUsMax: draws.oneOf('sync', [1_000, 10_000]) },
      laterNode: hasLater
        ? {
            ...node,
            raft: {
              ...node.raft,
              inflightMessagesMax: draws.oneOf('later window', [1, 64]),
              entriesPerMessageMax: draws.oneOf('later batch', [1, 1_024]),
            },
            storage: {
              segmentBytesMax: draws.oneOf('later segment bytes', [512, 65_536]),
              recordBytesMax: 4_096,
              readBytes: 4_096,
              snapshotsKept: 1,
            },
            snapshotEveryEntries: draws.oneOf('later snapshot every', [10, 200]),
          }
        : null,
      faults: faults(draws),
    };
  },
});

/** Each family is in two of five worlds. */
function faults(draws: Draws): readonly FaultSchedule[] {
  const all = [
    fault('crash', [700, 3_000], [10, 1_000]),
    fault('kill', [700, 3_000], [10, 1_000]),
    fault('killLeader', [1_000, 4_000], [10, 1_000]),
    fault('powerCut', [2_000, 6_000], [10, 1_000]),
    fault('pause', [700, 4_000], [20, 1_500]),
    fault('pauseLeader', [1_000, 4_000], [100, 1_500]),
    fault('diskStall', [1_500, 5_000], [200, 1_000]),
    fault('isolateLeader', [1_500, 4_000], [100, 1_500]),
    fault('crashLikelierWhileWriting', [500, 3_000], [10, 1_000]),
    fault('crashAtDisk', [300, 2_000], [5, 1_000]),
    fault('crashAtSend', [300, 2_000], [5, 1_000]),
    fault('crashInRecovery', [600, 3_000], [5, 600]),
    fault('crashLoop', [2_000, 6_000], [500, 2_000]),
    fault('powerCutOfSome', [1_500, 5_000], [20, 1_000]),
    fault('slowServer', [500, 3_000], [100, 3_000]),
    fault('gracefulStop', [700, 4_000], [10, 1_000]),
    fault('rollingRestart', [1_000, 4_000], [10, 500]),
  ];
  return all.filter(({ fault: name }) => draws.chance(`harm ${name}`, 2, 5));
}
