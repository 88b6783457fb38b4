import { harm } from '../src/sim/harms.js';
import { usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const leaderFailure: Scenario = {
  name: 'leader-failure',
  title: 'The leader dies again and again, often in the middle of a write, and nobody notices more than a pause.',
  why: 'A successor must hold all that was committed, and clients must not be told another entry\'s result, nor have a write done twice.',
  expected: ['leader-crashed', 'crash-with-pending-writes', 'recovered-with-log', 'session-removed-duplicate'],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usual(draws),
    harms: [
      harm('crashLeader', [500, 2_500], [50, 1_500]),
      harm('killLeader', [1_000, 4_000], [20, 800]),
      harm('crashDuringElection', [1_000, 3_000], [10, 200]),
    ],
  }),
};
