import { fault, RATIO_NEVER, scenario } from 'seedstorm/sim';
import { quorumSystem, usualQuorum } from 'seedstorm/systems';

export const quorumWriteAll = scenario({
  name: 'quorum-write-all',
  title: 'With W = 3 of three servers one that is away fails every write, honestly, and reads go on.',
  why: 'A write that cannot get its quorum must say so in time, take back nothing that was shown, and hold up no read.',
  expected: ['write-quorum-missed', 'client-was-told-maybe', 'read-wrote-back', 'client-goes-without-sessions'],
  expectedWithinRuns: 20,
  system: quorumSystem,
  options: (draws) => {
    const ordinary = usualQuorum(draws);
    return {
      ...ordinary,
      // Its clients ask for sessions, and learn that there are none.
      workload: { ...ordinary.workload, sessionlessRatio: RATIO_NEVER },
      node: { ...ordinary.node, writeQuorum: 3, readQuorum: draws.oneOf('R', [1, 2]) },
      faults: [fault('crash', [500, 1_500], [1_000, 2_000]), fault('isolateServer', [1_000, 3_000], [1_000, 2_000])],
    };
  },
});
