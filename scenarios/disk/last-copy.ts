import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const lastCopy = scenario({
  name: 'last-copy',
  system: raftSystem,
  title: 'Damage goes up to the last good copy of what was committed, on as many disks as the run can survive, and never beyond.',
  why: 'A bound on servers alone leaves most damage untried: other files on other servers at one moment, what compaction takes away in time, a copy that is the only one left.',
  expected: [
    'budget-exhausted',
    'damage-refused-by-budget',
    'last-good-copy',
    'disks-rotted-together',
    'damaged-disk-is-whole-again',
    'damage-cost-nothing',
    'most-disks-damaged-within-budget',
    'server-refused-its-disk',
  ],
  expectedWithinRuns: 30,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    // Either few copies are made fewer, or many places are tried: each uses up what the other needs.
    const isAimed = draws.chance('aimed at the last copy', 1, 3);
    return {
      ...ordinary,
      servers: draws.oneOf('servers with spare', [3, 5, 5, 7]),
      node: {
        ...ordinary.node,
        // Often, so that there are old snapshots to fall back on, and files that go before anybody reads their damage.
        snapshotEveryEntries: draws.oneOf('snapshot every', [20, 60, 200]),
        entriesKept: draws.oneOf('entries kept', [0, 10, 80, 300]),
        storage: {
          segmentBytesMax: draws.oneOf('segment bytes', [1_024, 4_096, 16_384]),
          recordBytesMax: 4_096,
          readBytes: 4_096,
          snapshotsKept: draws.between('snapshots kept', 1, 4),
        },
      },
      workload: { ...ordinary.workload, getWeight: 1 },
      faults: [
        ...(isAimed
          ? [fault('rotToLastCopy', [1_500, 6_000], [50, 800]), fault('majorityMinority', [1_000, 4_000], [200, 1_500])]
          : [
              fault('latentRot', [400, 2_000], [300, 3_000]),
              fault('rotTogether', [2_000, 8_000], [100, 2_000]),
              fault('isolateServer', [1_000, 4_000], [100, 1_500]),
            ]),
        fault('crash', [1_000, 4_000], [10, 800]),
      ],
    };
  },
});
