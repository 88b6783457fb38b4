import { harm } from '../src/sim/harms.js';
import { usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const persistPartition: Scenario = {
  name: 'persist-partition',
  title: 'The servers fall apart and go down, each harm in the middle of the other.',
  why: 'A server that comes back on the wrong side of a partition has only its disk to tell it what it promised; a promise forgotten there becomes a second leader.',
  expected: ['partitioned', 'power-cut-of-all', 'recovered-with-log', 'follower-truncated-conflicting-tail'],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usual(draws),
    harms: [
      harm('partition', [500, 2_500], [200, 2_000]),
      harm('isolateServer', [2_000, 6_000], [200, 1_500]),
      harm('powerCut', [1_500, 5_000], [10, 1_000]),
      harm('crash', [1_000, 4_000], [10, 1_000]),
    ],
  }),
};
