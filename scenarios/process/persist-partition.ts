import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const persistPartition = scenario({
  name: 'persist-partition',
  system: raftSystem,
  title: 'The servers fall apart and go down, each fault in the middle of the other.',
  why: 'A server that comes back on the wrong side of a partition has only its disk to tell it what it promised; a promise forgotten there becomes a second leader.',
  expected: ['partitioned', 'power-cut-of-all', 'recovered-with-log', 'follower-truncated-conflicting-tail'],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usualRaft(draws),
    faults: [
      fault('partition', [500, 2_500], [200, 2_000]),
      fault('isolateServer', [2_000, 6_000], [200, 1_500]),
      fault('powerCut', [1_500, 5_000], [10, 1_000]),
      fault('crash', [1_000, 4_000], [10, 1_000]),
    ],
  }),
});
