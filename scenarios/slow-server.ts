import { harm } from '../src/sim/harms.js';
import { usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const slowServer: Scenario = {
  name: 'slow-server',
  title: 'Processes take long for each input, so that what they read is old when they act on it.',
  why: 'A slow leader is not dead: it answers late, from a queue, and by a clock that it read before. It must still know when it leads no more.',
  expected: ['server-slow', 'leader-slow', 'slow-server-fell-behind', 'leader-elected'],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usual(draws),
    harms: [
      harm('slowServer', [500, 2_500], [200, 3_000]),
      ...(draws.chance('pauses too', 1, 2) ? [harm('pause', [1_000, 4_000], [20, 600])] : []),
      ...(draws.chance('kills too', 1, 2) ? [harm('kill', [1_500, 3_000], [10, 500])] : []),
    ],
  }),
};
