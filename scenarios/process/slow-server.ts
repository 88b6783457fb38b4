import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const slowServer = scenario({
  name: 'slow-server',
  system: raftSystem,
  title: 'Processes take long for each input, so that what they read is old when they act on it.',
  why: 'A slow leader is not dead: it answers late, from a queue, and by a clock that it read before. It must still know when it leads no more.',
  expected: ['server-slow', 'leader-slow', 'slow-server-fell-behind', 'leader-elected'],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usualRaft(draws),
    faults: [
      fault('slowServer', [500, 2_500], [200, 3_000]),
      ...(draws.chance('pauses too', 1, 2) ? [fault('pause', [1_000, 4_000], [20, 600])] : []),
      ...(draws.chance('kills too', 1, 2) ? [fault('kill', [1_500, 3_000], [10, 500])] : []),
    ],
  }),
});
