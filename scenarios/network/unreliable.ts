import { fault, LAN, lossy, ratio, RATIO_NEVER, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const unreliable = scenario({
  name: 'unreliable',
  system: raftSystem,
  title: 'Half of all requests and half of all replies are lost, others come twice or late.',
  why: 'A client that hears nothing asks again: a command must take effect once, and "maybe" must be said where nobody can know.',
  expected: ['message-lost', 'message-duplicated', 'session-removed-duplicate'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      clientLink: { ...LAN, delayUsMax: 27_000, lossRatio: ratio(1, 2), duplicateRatio: ratio(1, 20) },
      peerLink: lossy(draws.between('peer loss', 0, 15), draws.between('peer delay', 5, 30)),
      workload: { ...ordinary.workload, sessionlessRatio: RATIO_NEVER },
      faults: draws.chance('leaders die too', 1, 2) ? [fault('killLeader', [2_000, 6_000], [100, 1_000])] : [],
    };
  },
});
