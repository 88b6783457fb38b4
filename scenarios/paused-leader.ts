import { harm } from '../src/sim/harms.js';
import { usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const pausedLeader: Scenario = {
  name: 'paused-leader',
  title: 'The leader stands still for longer than an election takes, and wakes up in a world that has moved on.',
  why: 'It finds old acknowledgements and fresh requests in its inbox and must serve no read from its memory, nor finish what is no longer its to finish.',
  expected: ['leader-paused', 'leader-elected', 'leader-deposed-with-uncommitted-entries'],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usual(draws),
    harms: [
      harm('pauseLeader', [500, 2_000], [200, 2_500]),
      harm('pause', [1_000, 5_000], [50, 1_000]),
    ],
  }),
};
