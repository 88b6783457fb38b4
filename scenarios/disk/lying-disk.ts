import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const lyingDisk = scenario({
  name: 'lying-disk',
  system: raftSystem,
  title:
    'Syncs end well though a sector stayed as it was, its bytes went elsewhere, or a name was not kept, and sectors can no longer be read.',
  why: 'Nothing tells a server that its disk lied, until it reads again: then it must notice, and must not go on with a hole where a promise was.',
  expected: [
    'sector-stale',
    'write-misdirected',
    'lie-was-covered',
    'sector-unreadable',
    'directory-sync-kept-no-names',
    'synced-names-lost',
    'durable-bytes-rotted',
    'server-refused-its-disk',
  ],
  expectedWithinRuns: 40,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      servers: draws.oneOf('servers with spare', [3, 5, 5]),
      node: {
        ...ordinary.node,
        snapshotEveryEntries: draws.oneOf('snapshot every', [100, 400, 1_000_000]),
        // Small files are many names, and a name is what a directory may fail to keep.
        storage: {
          segmentBytesMax: draws.oneOf('segment bytes', [1_024, 16_384]),
          recordBytesMax: 4_096,
          readBytes: 4_096,
          snapshotsKept: 2,
        },
      },
      workload: { ...ordinary.workload, getWeight: 1 },
      faults: [
        fault('diskStale', [1_500, 9_000], [50, 500]),
        fault('diskMisdirected', [1_500, 9_000], [50, 500]),
        fault('diskForgetsNames', [1_000, 6_000], [200, 2_000]),
        fault('diskUnreadable', [3_000, 12_000], [50, 500]),
        fault('rot', [3_000, 12_000], [50, 500]),
        fault('crash', [1_000, 4_000], [10, 800]),
        fault('killLeader', [2_000, 6_000], [10, 500]),
      ],
    };
  },
});
