import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const unluckyLeaders = scenario({
  name: 'unlucky-leaders',
  system: raftSystem,
  title: 'Whoever leads is struck at the worst moment: just elected, just ahead of all, alone with its clients, or asleep past its time.',
  why: 'Between an election and the first commit of the new term nothing is settled; and a leader that does not know that it was deposed answers those who ask only it.',
  expected: [
    'new-leader-isolated',
    'next-leader-killed-too',
    'most-advanced-server-crashed',
    'clients-cut-off-with-leader',
    'leader-slept-past-its-lease',
    'leader-deposed-with-uncommitted-entries',
    'follower-truncated-conflicting-tail',
  ],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usualRaft(draws),
    faults: [
      fault('isolateNewLeader', [500, 3_000], [200, 2_000]),
      fault('killEachNewLeader', [3_000, 8_000], [500, 3_000]),
      fault('crashMostAdvanced', [1_000, 4_000], [50, 1_500]),
      fault('clientsWithDeposedLeader', [1_500, 5_000], [300, 2_500]),
      fault('pauseLeaderPastLease', [1_500, 5_000], [1_000, 3_000]),
    ],
  }),
});
