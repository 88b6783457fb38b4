import { harm } from '../src/sim/harms.js';
import type { Scenario } from '../src/sim/scenario.js';
import { lockSystem } from '../src/sim/system-lock.js';
import { raftSystem } from '../src/sim/system-raft.js';
import { usual } from '../src/sim/usual.js';
import { withLocks } from '../src/sim/usual-lock.js';

export const lockRaft: Scenario = {
  name: 'lock-raft',
  title: 'The same locks on a cluster whose leaders die and are cut off, over the same network.',
  why: 'One lock for every system: a deposed leader that answers a read from memory, or a put that a new leader repeats, would give it away twice.',
  expected: ['lock-changed-hands', 'lock-found-held-by-reading', 'lock-call-in-doubt', 'message-lost', 'leader-isolated'],
  expectedWithinRuns: 20,
  system: lockSystem(raftSystem) as NonNullable<Scenario['system']>,
  options: (draws) => ({
    ...withLocks(usual(draws), draws),
    harms: [harm('killLeader', [2_000, 6_000], [100, 1_000]), harm('isolateLeader', [2_000, 6_000], [300, 2_000]), harm('crash', [2_000, 5_000], [50, 1_000])],
  }),
};
