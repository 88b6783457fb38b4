import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const tornTail = scenario({
  name: 'torn-tail',
  system: raftSystem,
  title: 'Servers die while their disks write, and now and then a disk loses a bit that it had promised to keep.',
  why: 'A torn tail must be cut and forgotten, damage in the middle must never be taken for one: the first is an accident, the second was promised.',
  expected: ['crash-with-pending-writes', 'torn-tail-cut', 'durable-bytes-rotted', 'server-refused-its-disk'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      servers: draws.oneOf('servers with spare', [3, 5, 5]),
      disk: { operationUsMin: 50, operationUsMax: 500, syncUsMin: 500, syncUsMax: 10_000 },
      // Large values of `snapshotEveryEntries` leave more log to damage.
      node: { ...ordinary.node, snapshotEveryEntries: draws.oneOf('snapshot every', [400, 1_000_000]) },
      // Records that span sectors are torn more often than small ones.
      workload: { ...ordinary.workload, paddingBytesMax: 2_000, getWeight: 1 },
      faults: [fault('crashWhileWriting', [300, 1_500], [10, 600]), fault('rot', [3_000, 9_000], [50, 500])],
    };
  },
});
