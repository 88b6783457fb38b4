import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const crashAtEffect = scenario({
  name: 'crash-at-effect',
  system: raftSystem,
  title: 'Servers die exactly between two effects: some messages of a step have left, a write is done and its sync is not.',
  why: 'Timers hit such places by luck only. What is sent before it is durable, or done on the disk and never heard of, shows when the life ends right there.',
  expected: [
    'died-handing-over-disk-work',
    'died-between-disk-steps',
    'died-with-disk-work-unreported',
    'died-before-the-sends-of-a-step',
    'died-between-sends-of-a-step',
    'crash-by-weighted-odds',
    'recovered-with-log',
  ],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      disk: { operationUsMin: 20, operationUsMax: 400, syncUsMin: 200, syncUsMax: draws.oneOf('sync', [2_000, 10_000]) },
      node: {
        ...ordinary.node,
        // Short files and frequent snapshots: operations of many steps, and many kinds of them.
        storage: { segmentBytesMax: draws.oneOf('segment bytes', [512, 4_096]), recordBytesMax: 1_024, readBytes: 4_096, snapshotsKept: 2 },
        snapshotEveryEntries: draws.oneOf('snapshot often', [10, 40, 200]),
      },
      faults: [
        fault('crashAtDisk', [300, 1_500], [5, 600]),
        fault('crashAtSend', [400, 2_000], [5, 600]),
        fault('crashLikelierWhileWriting', [1_000, 4_000], [10, 800]),
      ],
    };
  },
});
