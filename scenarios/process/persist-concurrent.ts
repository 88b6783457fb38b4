import { fault, RATIO_NEVER, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const persistConcurrent = scenario({
  name: 'persist-concurrent',
  system: raftSystem,
  title: 'All servers go down together while many clients write the same few keys.',
  why: 'Each power cut finds writes of many clients at every stage, from the first copy to the answer on its way; each must be there whole or not at all, and once.',
  expected: ['power-cut-of-all', 'crash-with-pending-writes', 'recovered-with-log', 'session-removed-duplicate'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      chaosMs: 10_000,
      workload: {
        ...ordinary.workload,
        clients: draws.between('many clients', 5, 8),
        sessionlessRatio: RATIO_NEVER,
        keys: draws.between('few keys', 1, 3),
        thinkMsMin: 0,
        thinkMsMax: 20,
      },
      faults: [fault('powerCut', [1_000, 3_000], [10, 800]), fault('crash', [1_000, 4_000], [10, 800])],
    };
  },
});
