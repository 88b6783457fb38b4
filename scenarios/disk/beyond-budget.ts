import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const beyondBudget = scenario({
  name: 'beyond-budget',
  system: raftSystem,
  title: 'More disks are damaged than the cluster can serve without, so it may stand still until they are repaired, but it is never wrong.',
  why: 'When too little is left to go on, the one right answer is none: a server that starts in spite of a hole, or makes room by it, turns an outage into a loss.',
  expected: [
    'budget-exceeded',
    'cluster-unavailable-beyond-budget',
    'cluster-repaired',
    'server-refused-its-disk',
    'durable-bytes-rotted',
    'sector-unreadable',
    'lie-was-covered',
    'latent-rot',
  ],
  expectedWithinRuns: 30,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    // Each world has damage of one kind at least, and most have several.
    const first = draws.between('first kind', 0, 3);
    const kinds = [
      fault('rot', [800, 4_000], [50, 500]),
      fault('diskUnreadable', [800, 4_000], [50, 500]),
      fault('latentRot', [400, 2_000], [100, 1_500]),
      fault('diskStale', [500, 3_000], [50, 500]),
      fault('diskMisdirected', [500, 3_000], [50, 500]),
      fault('rotTogether', [1_500, 6_000], [50, 1_000]),
    ];
    return {
      ...ordinary,
      servers: draws.oneOf('servers', [1, 3, 3, 5]),
      node: {
        ...ordinary.node,
        snapshotEveryEntries: draws.oneOf('snapshot every', [50, 200, 1_000_000]),
        storage: {
          segmentBytesMax: draws.oneOf('segment bytes', [1_024, 16_384]),
          recordBytesMax: 4_096,
          readBytes: 4_096,
          snapshotsKept: draws.between('snapshots kept', 1, 3),
        },
      },
      workload: { ...ordinary.workload, getWeight: 1 },
      faults: [
        ...kinds.filter(({ fault: name }, i) => draws.chance(`kind ${name}`, 1, 2) || i === first),
        fault('crash', [1_000, 4_000], [10, 800]),
        ...(draws.chance('all at once', 1, 2) ? [fault('powerCut', [2_000, 6_000], [10, 500])] : []),
      ],
      promise: 'beyond: may be unavailable',
    };
  },
});
