import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const partition = scenario({
  name: 'partition',
  system: raftSystem,
  title: 'The network falls apart in every way it can, and only one side ever decides.',
  why: 'A deposed leader goes on believing: its reads must not be served, its entries must give way, and a stale log must win no vote.',
  expected: [
    'partitioned',
    'leader-isolated',
    'leader-deposed-with-uncommitted-entries',
    'leader-stepped-down-without-quorum',
    'follower-truncated-conflicting-tail',
    'client-was-told-maybe',
  ],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usualRaft(draws),
    faults: [
      fault('partition', [800, 3_000], [200, 2_500]),
      fault('isolateLeader', [1_000, 4_000], [300, 2_000]),
      fault('oneWayCut', [500, 3_000], [100, 2_000]),
      fault('isolateServer', [2_000, 6_000], [200, 2_000]),
    ],
  }),
});
