import { fromMs } from 'seedstorm/core';
import { fault, LAN, scenario } from 'seedstorm/sim';
import { readAnywhereSystem, usualPrimaryReplica } from 'seedstorm/systems';

export const promotedReplica = scenario({
  name: 'promoted-replica',
  title: 'The primary dies, an operator promotes a replica, and a write that was answered is gone.',
  why: 'The one loss that asynchronous replication has by design: an answer does not wait for any replica.',
  expected: ['replica-joined', 'operator-chose-another', 'primary-promoted', 'primary-stepped-down'],
  expectedWithinRuns: 20,
  system: readAnywhereSystem,
  finding: {
    properties: ['Version Monotonicity', 'Exclusion', 'Linearizability'],
    lesson:
      'Whoever promotes a replica takes what it holds for the truth: a write that must outlive its primary has to be with others before it is answered.',
  },
  options: (draws) => {
    const ordinary = usualPrimaryReplica(draws);
    return {
      ...ordinary,
      servers: 3,
      // A primary that comes back hears of its successor soon: two at once are another story.
      node: { ...ordinary.node, announceInterval: fromMs(10) },
      peerLink: { ...LAN, delayUsMax: 30_000 },
      // Writes alone, of one key: what is old in a read is another story.
      workload: {
        ...ordinary.workload,
        clients: 2,
        keys: 1,
        paddingBytesMax: 0,
        getWeight: 0,
        setWeight: 1,
        putWeight: 0,
        deleteWeight: 0,
        thinkMsMin: 5,
        thinkMsMax: 60,
      },
      chaosMs: 2_500,
      faults: [fault('takeOver', [500, 1_500], [1_000, 3_000])],
    };
  },
});
