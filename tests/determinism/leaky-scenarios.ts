import { raftSystem } from '../../src/sim/systems/raft/system.js';
import type { AnyScenario } from '../../src/sim/run/scenario.js';
import { quietOptions } from '../sim/quiet.js';

// Taken while the module is loaded, before any run: the guard does not see it.
const leakedRandom = Math.random.bind(Math);

/** For tests only: a scenario whose options come from somewhere else than its seed. */
export const scenarios: readonly AnyScenario[] = [
  {
    name: 'leaky-options',
    system: raftSystem,
    title: 'Clients think for as long as chance says, and not the seed.',
    why: 'A campaign that lives it twice must notice, and say where the two lives part.',
    expected: [],
    expectedWithinRuns: 1,
    options: () => {
      const quiet = quietOptions();
      return { ...quiet, workload: { ...quiet.workload, thinkMsMax: 50 + Math.floor(leakedRandom() * 1_000) } };
    },
  },
];
