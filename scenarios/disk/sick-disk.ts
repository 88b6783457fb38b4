import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const sickDisk = scenario({
  name: 'sick-disk',
  system: raftSystem,
  title: 'Disks stall for longer than an election takes, and reads, writes and syncs fail now and then.',
  why: 'After a failed sync the pages are gone though everyone still sees them: who tries again, or believes them after a restart, promises what a power cut takes away.',
  expected: [
    'disk-stalled',
    'disk-read-failed',
    'disk-write-failed',
    'disk-sync-dropped-pages',
    'server-refused-its-disk',
    'torn-tail-cut',
  ],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      disk: { operationUsMin: 50, operationUsMax: 500, syncUsMin: 300, syncUsMax: draws.oneOf('sync', [2_000, 8_000]) },
      workload: { ...ordinary.workload, getWeight: 1 },
      faults: [
        fault('diskStall', [1_000, 4_000], [200, 1_500]),
        fault('diskReadError', [2_000, 6_000], [50, 500]),
        fault('diskWriteError', [1_500, 5_000], [20, 400]),
        // Quickly up again: what the page cache still shows is then believed, or not.
        fault('diskSyncError', [600, 2_500], [10, 200]),
        fault('crash', [700, 2_500], [10, 400]),
        ...(draws.chance('all at once', 1, 2) ? [fault('powerCut', [2_000, 5_000], [10, 300])] : []),
      ],
    };
  },
});
