import { fault, ratio, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const staleReads = scenario({
  name: 'stale-reads',
  system: raftSystem,
  title:
    'Half of all reads take what any server has, also one that is behind, alone or just back: old values, and never one that is not so.',
  why: 'A read that may be old is allowed much and not everything: a server that shows what is not committed, or less than it has shown, breaks what no other read would notice.',
  expected: ['stale-read-was-old', 'leader-deposed-with-uncommitted-entries', 'server-lost-power', 'follower-truncated-conflicting-tail'],
  expectedWithinRuns: 30,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      chaosMs: 8_000,
      workload: { ...ordinary.workload, staleRatio: ratio(1, 2), keys: 2, thinkMsMin: 1, thinkMsMax: 30 },
      faults: [
        fault('isolateLeader', [800, 3_000], [300, 2_000]),
        fault('isolateServer', [800, 3_000], [200, 2_000]),
        fault('crash', [1_000, 4_000], [10, 800]),
      ],
    };
  },
});
