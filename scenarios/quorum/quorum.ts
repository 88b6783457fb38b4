import { fault, lossy, scenario } from 'seedstorm/sim';
import { quorumSystem, usualQuorum } from 'seedstorm/systems';

export const quorum = scenario({
  name: 'quorum',
  title: 'Three servers with W = R = 2 crash, restart and fall apart, and no read takes back what another showed.',
  why: 'A write that missed its quorum stays on some servers: a read that shows it without a write-back, or a restart that forgets it, shows a value that later un-happens.',
  expected: [
    'partitioned',
    'server-lost-power',
    'write-quorum-missed',
    'read-wrote-back',
    'stale-server-repaired',
    'client-was-told-maybe',
  ],
  expectedWithinRuns: 20,
  system: quorumSystem,
  options: (draws) => ({
    ...usualQuorum(draws),
    peerLink: lossy(draws.oneOf('loss', [0, 5, 30]), draws.oneOf('delay', [5, 50, 200])),
    // Slow syncs: much is pending whenever a server dies.
    disk: { operationUsMin: 20, operationUsMax: 200, syncUsMin: 100, syncUsMax: draws.oneOf('sync', [4_000, 40_000]) },
    faults: [
      fault('partition', [1_500, 4_000], [200, 2_000]),
      fault('oneWayCut', [1_000, 3_000], [100, 2_000]),
      fault('isolateServer', [2_000, 6_000], [200, 2_000]),
      fault('crash', [2_000, 5_000], [10, 800]),
      fault('crashWhileWriting', [1_500, 4_000], [10, 500]),
      fault('crashLeader', [1_500, 5_000], [10, 500]),
      fault('killLeader', [2_000, 6_000], [10, 500]),
      fault('pause', [2_000, 6_000], [50, 1_000]),
    ],
  }),
});
