import { fault, lossy, RATIO_ALWAYS, scenario } from 'seedstorm/sim';
import { readAnywhereSystem, usualPrimaryReplica } from 'seedstorm/systems';

export const replicaReads = scenario({
  name: 'replica-reads',
  title:
    'All reads go to any server of a primary and its replicas, and say that they may be old: each shows what the primary had answered or would.',
  why: 'What is promised of reads at replicas is little, and it is promised: a value that was written for good, and at one replica none that is older than what it showed.',
  expected: ['stale-read-was-old', 'replica-joined', 'server-lost-power'],
  expectedWithinRuns: 20,
  system: readAnywhereSystem,
  options: (draws) => {
    const ordinary = usualPrimaryReplica(draws);
    return {
      ...ordinary,
      chaosMs: 6_000,
      peerLink: lossy(draws.oneOf('loss', [0, 10]), draws.oneOf('delay', [5, 50])),
      workload: { ...ordinary.workload, staleRatio: RATIO_ALWAYS, keys: 2, thinkMsMin: 1, thinkMsMax: 30 },
      faults: [
        fault('isolateServer', [800, 3_000], [200, 1_500]),
        fault('crash', [1_000, 4_000], [10, 800]),
        fault('crashWhileWriting', [1_500, 4_000], [10, 500]),
      ],
    };
  },
});
