import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const leaderFailure = scenario({
  name: 'leader-failure',
  system: raftSystem,
  title: 'The leader dies again and again, often in the middle of a write, and nobody notices more than a pause.',
  why: "A successor must hold all that was committed, and clients must not be told another entry's result, nor have a write done twice.",
  expected: ['leader-crashed', 'crash-with-pending-writes', 'recovered-with-log', 'session-removed-duplicate'],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usualRaft(draws),
    faults: [
      fault('crashLeader', [500, 2_500], [50, 1_500]),
      fault('killLeader', [1_000, 4_000], [20, 800]),
      fault('crashDuringElection', [1_000, 3_000], [10, 200]),
    ],
  }),
});
