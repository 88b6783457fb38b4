import { fault, lossy, scenario } from 'seedstorm/sim';
import { quorumSystem, usualQuorum } from 'seedstorm/systems';

export const quorumFive = scenario({
  name: 'quorum-five',
  title: 'Five servers choose W and R from 1 to 5 with W + R above 5, and each choice keeps what it promises.',
  why: 'W = R = 3 hides mistakes that show when one of the two is small: how many copies make a value safe to show depends on R alone.',
  expected: ['write-quorum-missed', 'read-wrote-back', 'stale-server-repaired'],
  expectedWithinRuns: 20,
  system: quorumSystem,
  options: (draws) => {
    const ordinary = usualQuorum(draws);
    const servers = 5;
    const writeQuorum = draws.oneOf('W', [1, 2, 3, 3, 3, 4, 5]);
    const readQuorum = draws.between('R', servers - writeQuorum + 1, Math.min(servers, servers - writeQuorum + 2));
    return {
      ...ordinary,
      servers,
      clocks: Array.from({ length: servers }, () => ({ offsetUs: 0, ratePpm: 0 })),
      // In some worlds one request at a time, so that the bound on those that wait is met.
      node: { ...ordinary.node, writeQuorum, readQuorum, openMax: draws.oneOf('open requests', [1_024, 1_024, 1_024, 1]) },
      peerLink: lossy(draws.oneOf('loss', [0, 5, 30]), draws.oneOf('delay', [5, 50, 200])),
      faults: [
        fault('partition', [1_500, 4_000], [200, 2_000]),
        fault('oneWayCut', [1_000, 3_000], [100, 2_000]),
        fault('crash', [2_000, 5_000], [10, 800]),
        fault('crashWhileWriting', [1_500, 4_000], [10, 500]),
        fault('crashLeader', [1_500, 5_000], [10, 500]),
      ],
    };
  },
});
