import { LAN, ratio, scenario } from 'seedstorm/sim';
import { quorumSystem, usualQuorum } from 'seedstorm/systems';

export const quorumStale = scenario({
  name: 'quorum-stale',
  title: 'With W = 1 and R = 1 of three servers a write is answered, and a read elsewhere does not see it.',
  why: 'W + R <= N is allowed, warned about, and fast: anyone who chooses it should have seen once what it costs.',
  expected: ['stale-reads-possible'],
  expectedWithinRuns: 20,
  system: quorumSystem,
  finding: {
    properties: ['Linearizability', 'Version Monotonicity'],
    lesson: 'A read sees every write before it only if its R servers always include one of the W that have it: W + R > N (Gifford 1979).',
  },
  options: (draws) => {
    const ordinary = usualQuorum(draws);
    return {
      ...ordinary,
      node: { ...ordinary.node, writeQuorum: 1, readQuorum: 1 },
      peerLink: { ...LAN, delayUsMax: 50_000 },
      // Few calls of one key, so that what happens to it can be told.
      workload: {
        ...ordinary.workload,
        clients: 2,
        keys: 1,
        paddingBytesMax: 0,
        putWeight: 0,
        deleteWeight: 0,
        sessionlessRatio: ratio(1, 1),
        thinkMsMin: 5,
        thinkMsMax: 60,
      },
      chaosMs: 500,
      faults: [],
    };
  },
});
