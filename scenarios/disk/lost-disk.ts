import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const lostDisk = scenario({
  name: 'lost-disk',
  system: raftSystem,
  title: 'A minority of servers loses its disks for good, while the others crash, and nothing acknowledged is gone.',
  why: 'Up to the last whole majority every acknowledged write has a copy, so one disk more or less must not matter: the budget is used to its end.',
  expected: ['disk-lost', 'old-disk-came-back', 'leader-crashed', 'crash-with-pending-writes'],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usualRaft(draws),
    servers: draws.oneOf('servers with spare', [3, 5, 5, 7]),
    faults: [
      fault('diskLoss', [1_500, 9_000], [0, 0]),
      fault('diskOldCopy', [1_500, 6_000], [500, 4_000]),
      fault('crashWhileWriting', [700, 2_500], [10, 800]),
      fault('crashLeader', [1_500, 5_000], [10, 800]),
    ],
  }),
});
