import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const fullDisk = scenario({
  name: 'full-disk',
  system: raftSystem,
  title: 'Disks run full in the middle of a record, servers stop, and start again once there is space.',
  why: 'A full disk writes the part of a record that fits: half a record must not count, and nothing that was acknowledged may be the price of making room.',
  expected: ['disk-was-full', 'disk-space-came-back', 'server-refused-its-disk', 'torn-tail-cut'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      // Snapshots and new files now and then, so that the last byte goes in the middle of each of them.
      node: { ...ordinary.node, snapshotEveryEntries: draws.oneOf('snapshot every', [30, 100, 400]) },
      workload: { ...ordinary.workload, paddingBytesMax: 800, getWeight: 1 },
      faults: [
        fault('diskFull', [400, 2_000], [100, 1_500]),
        fault('crash', [1_500, 5_000], [10, 500]),
        ...(draws.chance('leaders die too', 1, 2) ? [fault('killLeader', [2_000, 6_000], [50, 800])] : []),
      ],
    };
  },
});
