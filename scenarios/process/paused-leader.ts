import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const pausedLeader = scenario({
  name: 'paused-leader',
  system: raftSystem,
  title: 'The leader stands still for longer than an election takes, and wakes up in a world that has moved on.',
  why: 'It finds old acknowledgements and fresh requests in its inbox and must serve no read from its memory, nor finish what is no longer its to finish.',
  expected: ['leader-paused', 'leader-elected', 'leader-deposed-with-uncommitted-entries'],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usualRaft(draws),
    faults: [fault('pauseLeader', [500, 2_000], [200, 2_500]), fault('pause', [1_000, 5_000], [50, 1_000])],
  }),
});
