import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const persist = scenario({
  name: 'persist',
  system: raftSystem,
  title: 'All servers go down together and come back, again and again, and one or two clients go on as if nothing were.',
  why: 'Whatever a restart forgets (a vote, a term, an entry, a session, the version of a key) is missed by the first client that comes back.',
  expected: ['power-cut-of-all', 'recovered-with-log', 'leader-elected'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      workload: { ...ordinary.workload, clients: draws.between('few clients', 1, 2) },
      faults: [fault('powerCut', [1_000, 3_000], [10, 1_000]), fault('kill', [1_000, 3_000], [10, 1_000])],
    };
  },
});
