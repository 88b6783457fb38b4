import { fault, scenario } from 'seedstorm/sim';
import { lockSystem, raftSystem, usualRaft, withLocks } from 'seedstorm/systems';

export const lockRaft = scenario({
  name: 'lock-raft',
  title: 'The same locks on a cluster whose leaders die and are cut off, over the same network.',
  why: 'One lock for every system: a deposed leader that answers a read from memory, or a put that a new leader repeats, would give it away twice.',
  expected: ['lock-changed-hands', 'lock-found-held-by-reading', 'lock-call-in-doubt', 'message-lost', 'leader-isolated'],
  expectedWithinRuns: 20,
  system: lockSystem(raftSystem),
  options: (draws) => ({
    ...withLocks(usualRaft(draws), draws),
    faults: [
      fault('killLeader', [2_000, 6_000], [100, 1_000]),
      fault('isolateLeader', [2_000, 6_000], [300, 2_000]),
      fault('crash', [2_000, 5_000], [50, 1_000]),
    ],
  }),
});
