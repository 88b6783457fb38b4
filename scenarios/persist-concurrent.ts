import { harm } from '../src/sim/harms.js';
import { RATIO_NEVER } from '../src/sim/random.js';
import { usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const persistConcurrent: Scenario = {
  name: 'persist-concurrent',
  title: 'All servers go down together while many clients write the same few keys.',
  why: 'Each power cut finds writes of many clients at every stage, from the first copy to the answer on its way; each must be there whole or not at all, and once.',
  expected: ['power-cut-of-all', 'crash-with-pending-writes', 'recovered-with-log', 'session-removed-duplicate'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usual(draws);
    return {
      ...ordinary,
      chaosMs: 10_000,
      workload: { ...ordinary.workload, clients: draws.between('many clients', 5, 8), sessionlessRatio: RATIO_NEVER, keys: draws.between('few keys', 1, 3), thinkMsMin: 0, thinkMsMax: 20 },
      harms: [harm('powerCut', [1_000, 3_000], [10, 800]), harm('crash', [1_000, 4_000], [10, 800])],
    };
  },
};
