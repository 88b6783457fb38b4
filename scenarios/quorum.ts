import { harm } from '../src/sim/harms.js';
import { lossy } from '../src/sim/usual.js';
import { usualQuorum } from '../src/sim/usual-quorum.js';
import { quorumSystem } from '../src/sim/system-quorum.js';
import type { Scenario } from '../src/sim/scenario.js';

export const quorum: Scenario = {
  name: 'quorum',
  title: 'Three servers with W = R = 2 crash, restart and fall apart, and no read takes back what another showed.',
  why: 'A write that missed its quorum stays on some servers: a read that shows it without a write-back, or a restart that forgets it, shows a value that later un-happens.',
  expected: ['partitioned', 'server-lost-power', 'write-quorum-missed', 'read-wrote-back', 'stale-server-repaired', 'client-was-told-maybe'],
  expectedWithinRuns: 20,
  system: quorumSystem as NonNullable<Scenario['system']>,
  options: (draws) => ({
    ...usualQuorum(draws),
    peerLink: lossy(draws.oneOf('loss', [0, 5, 30]), draws.oneOf('delay', [5, 50, 200])),
    // Slow syncs: much is pending whenever a server dies.
    disk: { operationUsMin: 20, operationUsMax: 200, syncUsMin: 100, syncUsMax: draws.oneOf('sync', [4_000, 40_000]) },
    harms: [
      harm('partition', [1_500, 4_000], [200, 2_000]),
      harm('oneWayCut', [1_000, 3_000], [100, 2_000]),
      harm('isolateServer', [2_000, 6_000], [200, 2_000]),
      harm('crash', [2_000, 5_000], [10, 800]),
      harm('crashWhileWriting', [1_500, 4_000], [10, 500]),
      harm('crashLeader', [1_500, 5_000], [10, 500]),
      harm('killLeader', [2_000, 6_000], [10, 500]),
      harm('pause', [2_000, 6_000], [50, 1_000]),
    ],
  }),
};
