import { LAN, scenario } from 'seedstorm/sim';
import { readAnywhereSystem, usualPrimaryReplica } from 'seedstorm/systems';

export const staleRead = scenario({
  name: 'stale-read',
  title: 'A write is answered by the primary, and a read at a replica does not see it yet.',
  why: 'Reads at replicas are what asynchronous replication is for: anyone who uses them should have seen once what they cost.',
  expected: ['replica-joined'],
  expectedWithinRuns: 20,
  system: readAnywhereSystem,
  finding: {
    properties: ['Linearizability', 'Version Monotonicity'],
    lesson: 'A primary that waits for nobody answers before its replicas know: ask the primary where a read must be new.',
  },
  options: (draws) => {
    const ordinary = usualPrimaryReplica(draws);
    return {
      ...ordinary,
      servers: 3,
      peerLink: { ...LAN, delayUsMax: 50_000 },
      // Few calls of one key, so that what happens to it can be told.
      workload: {
        ...ordinary.workload,
        clients: 3,
        keys: 1,
        paddingBytesMax: 0,
        getWeight: 6,
        setWeight: 1,
        putWeight: 0,
        deleteWeight: 0,
        thinkMsMin: 5,
        thinkMsMax: 100,
      },
      chaosMs: 1_500,
      faults: [],
    };
  },
});
