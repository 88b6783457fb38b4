import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const powerCut = scenario({
  name: 'power-cut',
  system: raftSystem,
  title: 'All servers lose power at one moment, and nothing that was acknowledged is gone.',
  why: 'No copy in memory helps here: a vote or an acknowledgement that left before its sync, or a file whose name was not synced, shows.',
  expected: ['power-cut-of-all', 'crash-with-pending-writes', 'recovered-with-log'],
  expectedWithinRuns: 20,
  options: (draws) => ({
    ...usualRaft(draws),
    // Slow syncs: much is pending whenever the power goes.
    disk: { operationUsMin: 50, operationUsMax: 500, syncUsMin: 500, syncUsMax: draws.oneOf('sync', [4_000, 20_000]) },
    faults: [
      fault('powerCut', [1_000, 3_000], [10, 500]),
      fault('crashWhileWriting', [700, 3_000], [10, 1_000]),
      fault('crashDuringElection', [1_000, 3_000], [10, 200]),
    ],
  }),
});
