import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const crashLoop = scenario({
  name: 'crash-loop',
  system: raftSystem,
  title: 'Servers that come back die again before they are well: in the middle of their recovery, several times in a row.',
  why: 'A recovery writes, cuts and begins files. What it leaves half done is what the next recovery finds, and no life lasts long enough to tidy up.',
  expected: [
    'died-in-recovery',
    'died-in-recovery-again',
    'crash-loop',
    'some-lost-power-together',
    'crash-while-recovering',
    'recovered-with-log',
  ],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      disk: { operationUsMin: 50, operationUsMax: 1_000, syncUsMin: 200, syncUsMax: draws.oneOf('sync', [3_000, 12_000]) },
      node: {
        ...ordinary.node,
        storage: {
          segmentBytesMax: draws.oneOf('segment bytes', [512, 4_096]),
          recordBytesMax: 1_024,
          readBytes: 4_096,
          snapshotsKept: draws.between('snapshots kept', 1, 2),
        },
        snapshotEveryEntries: draws.oneOf('snapshot often', [20, 100, 1_000_000]),
      },
      faults: [
        fault('crashInRecovery', [600, 2_500], [5, 400]),
        fault('crashLoop', [2_000, 6_000], [500, 2_000]),
        fault('powerCutOfSome', [1_500, 5_000], [20, 600]),
      ],
    };
  },
});
