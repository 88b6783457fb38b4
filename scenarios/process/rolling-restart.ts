import { fromMs } from 'seedstorm/core';
import { type Draws, fault, scenario } from 'seedstorm/sim';
import { type RaftNodeOptions, raftSystem, usualRaft } from 'seedstorm/systems';

export const rollingRestart = scenario({
  name: 'rolling-restart',
  system: raftSystem,
  title: 'One server after the other is stopped and comes back with other options, and nobody notices.',
  why: 'In between, servers of different batches, windows, files and timeouts work together, on data that the other options have written.',
  expected: ['server-stopped-gracefully', 'leader-stopped-gracefully', 'options-mixed', 'rolling-restart-done', 'recovered-with-log'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      laterNode: later(draws, ordinary.node),
      faults: [
        fault('rollingRestart', [1_000, 3_000], [10, 500]),
        fault('gracefulStop', [1_500, 5_000], [10, 800]),
        ...(draws.chance('crashes too', 1, 2) ? [fault('crash', [2_000, 5_000], [10, 500])] : []),
      ],
    };
  },
});

/** Other numbers for everything that servers need not share. */
function later(draws: Draws, node: RaftNodeOptions): RaftNodeOptions {
  const electionMs = draws.oneOf('later election timeout', [120, 200, 400]);
  return {
    ...node,
    raft: {
      electionTimeoutMin: fromMs(electionMs),
      electionTimeoutMax: fromMs(electionMs * 2),
      heartbeatInterval: fromMs(draws.oneOf('later heartbeat', [25, 50])),
      inflightMessagesMax: draws.oneOf('later window', [1, 4, 64]),
      entriesPerMessageMax: draws.oneOf('later batch', [1, 8, 1_024]),
      messageBytesMax: draws.oneOf('later message bytes', [256, 4_096, 1_048_576]),
      snapshotPieceBytes: draws.oneOf('later snapshot piece', [128, 4_096, 65_536]),
      uncommittedEntriesMax: draws.oneOf('later uncommitted', [64, 8_192]),
      uncommittedBytesMax: 33_554_432,
      pendingReadsMax: draws.oneOf('later pending reads', [64, 16_384]),
    },
    storage: {
      segmentBytesMax: draws.oneOf('later segment bytes', [512, 65_536]),
      recordBytesMax: draws.oneOf('later record bytes', [128, 65_536]),
      readBytes: draws.oneOf('later read bytes', [4_096, 65_536]),
      snapshotsKept: draws.between('later snapshots kept', 1, 3),
    },
    snapshotEveryEntries: draws.oneOf('later snapshot every', [20, 150, 1_000_000]),
    entriesKept: draws.oneOf('later entries kept', [0, 5, 100]),
  };
}
