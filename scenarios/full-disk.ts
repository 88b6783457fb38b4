import { harm } from '../src/sim/harms.js';
import { usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const fullDisk: Scenario = {
  name: 'full-disk',
  title: 'Disks run full in the middle of a record, servers stop, and start again once there is space.',
  why: 'A full disk writes the part of a record that fits: half a record must not count, and nothing that was acknowledged may be the price of making room.',
  expected: ['disk-was-full', 'disk-space-came-back', 'server-refused-its-disk', 'torn-tail-cut'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usual(draws);
    return {
      ...ordinary,
      // Snapshots and new files now and then, so that the last byte goes in the middle of each of them.
      node: { ...ordinary.node, snapshotEveryEntries: draws.oneOf('snapshot every', [30, 100, 400]) },
      workload: { ...ordinary.workload, paddingBytesMax: 800, getWeight: 1 },
      harms: [
        harm('diskFull', [400, 2_000], [100, 1_500]),
        harm('crash', [1_500, 5_000], [10, 500]),
        ...(draws.chance('leaders die too', 1, 2) ? [harm('killLeader', [2_000, 6_000], [50, 800])] : []),
      ],
    };
  },
};
