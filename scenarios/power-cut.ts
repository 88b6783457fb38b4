import { harm } from '../src/sim/harms.js';
import { usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const powerCut: Scenario = {
  name: 'power-cut',
  title: 'All servers lose power at one moment, and nothing that was acknowledged is gone.',
  why: 'No copy in memory helps here: a vote or an acknowledgement that left before its sync, or a file whose name was not synced, shows.',
  expected: ['power-cut-of-all', 'crash-with-pending-writes', 'recovered-with-log'],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usual(draws),
    // Slow syncs: much is pending whenever the power goes.
    disk: { operationUsMin: 50, operationUsMax: 500, syncUsMin: 500, syncUsMax: draws.oneOf('sync', [4_000, 20_000]) },
    harms: [
      harm('powerCut', [1_000, 3_000], [10, 500]),
      harm('crashWhileWriting', [700, 3_000], [10, 1_000]),
      harm('crashDuringElection', [1_000, 3_000], [10, 200]),
    ],
  }),
};
