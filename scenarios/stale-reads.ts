import { harm } from '../src/sim/harms.js';
import { ratio } from '../src/sim/random.js';
import { usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const staleReads: Scenario = {
  name: 'stale-reads',
  title: 'Half of all reads take what any server has, also one that is behind, alone or just back: old values, and never one that is not so.',
  why: 'A read that may be old is allowed much and not everything: a server that shows what is not committed, or less than it has shown, breaks what no other read would notice.',
  expected: ['stale-read-was-old', 'leader-deposed-with-uncommitted-entries', 'server-lost-power', 'follower-truncated-conflicting-tail'],
  expectedWithinRuns: 30,
  options: (draws) => {
    const ordinary = usual(draws);
    return {
      ...ordinary,
      chaosMs: 8_000,
      workload: { ...ordinary.workload, staleRatio: ratio(1, 2), keys: 2, thinkMsMin: 1, thinkMsMax: 30 },
      harms: [
        harm('isolateLeader', [800, 3_000], [300, 2_000]),
        harm('isolateServer', [800, 3_000], [200, 2_000]),
        harm('crash', [1_000, 4_000], [10, 800]),
      ],
    };
  },
};
