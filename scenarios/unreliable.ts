import { harm } from '../src/sim/harms.js';
import { ratio, RATIO_NEVER } from '../src/sim/random.js';
import { LAN, lossy, usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const unreliable: Scenario = {
  name: 'unreliable',
  title: 'Half of all requests and half of all replies are lost, others come twice or late.',
  why: 'A client that hears nothing asks again: a command must take effect once, and "maybe" must be said where nobody can know.',
  expected: ['message-lost', 'message-duplicated', 'session-removed-duplicate'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usual(draws);
    return {
      ...ordinary,
      clientLink: { ...LAN, delayUsMax: 27_000, lossRatio: ratio(1, 2), duplicateRatio: ratio(1, 20) },
      peerLink: lossy(draws.between('peer loss', 0, 15), draws.between('peer delay', 5, 30)),
      workload: { ...ordinary.workload, sessionlessRatio: RATIO_NEVER },
      harms: draws.chance('leaders die too', 1, 2) ? [harm('killLeader', [2_000, 6_000], [100, 1_000])] : [],
    };
  },
};
