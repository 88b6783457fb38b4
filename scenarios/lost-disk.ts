import { harm } from '../src/sim/harms.js';
import { usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const lostDisk: Scenario = {
  name: 'lost-disk',
  title: 'A minority of servers loses its disks for good, while the others crash, and nothing acknowledged is gone.',
  why: 'Up to the last whole majority every acknowledged write has a copy, so one disk more or less must not matter: the budget is used to its end.',
  expected: ['disk-lost', 'old-disk-came-back', 'leader-crashed', 'crash-with-pending-writes'],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usual(draws),
    servers: draws.oneOf('servers with spare', [3, 5, 5, 7]),
    harms: [
      harm('diskLoss', [1_500, 9_000], [0, 0]),
      harm('diskOldCopy', [1_500, 6_000], [500, 4_000]),
      harm('crashWhileWriting', [700, 2_500], [10, 800]),
      harm('crashLeader', [1_500, 5_000], [10, 800]),
    ],
  }),
};
