import { harm } from '../src/sim/harms.js';
import { usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const crashAtEffect: Scenario = {
  name: 'crash-at-effect',
  title: 'Servers die exactly between two effects: some messages of a step have left, a write is done and its sync is not.',
  why: 'Timers hit such places by luck only. What is sent before it is durable, or done on the disk and never heard of, shows when the life ends right there.',
  expected: [
    'died-handing-over-disk-work', 'died-between-disk-steps', 'died-with-disk-work-unreported', 'died-before-the-sends-of-a-step',
    'died-between-sends-of-a-step', 'crash-by-weighted-odds', 'recovered-with-log',
  ],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usual(draws);
    return {
      ...ordinary,
      disk: { operationUsMin: 20, operationUsMax: 400, syncUsMin: 200, syncUsMax: draws.oneOf('sync', [2_000, 10_000]) },
      node: {
        ...ordinary.node,
        // Short files and frequent snapshots: operations of many steps, and many kinds of them.
        storage: { segmentBytesMax: draws.oneOf('segment bytes', [512, 4_096]), recordBytesMax: 1_024, readBytes: 4_096, snapshotsKept: 2 },
        snapshotEveryEntries: draws.oneOf('snapshot often', [10, 40, 200]),
      },
      harms: [
        harm('crashAtDisk', [300, 1_500], [5, 600]),
        harm('crashAtSend', [400, 2_000], [5, 600]),
        harm('crashLikelierWhileWriting', [1_000, 4_000], [10, 800]),
      ],
    };
  },
};
