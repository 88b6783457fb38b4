import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const oddPartitions = scenario({
  name: 'odd-partitions',
  system: raftSystem,
  title: 'The network is neither whole nor in two: halves share one server, or each hears only its neighbours.',
  why: 'Two majorities that overlap in one server must still agree, and servers that hear a leader only through others must not depose it again and again.',
  expected: ['leader-in-minority', 'leader-in-majority', 'bridged', 'ring', 'leader-deposed-with-uncommitted-entries', 'pre-vote-refused'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    const servers = draws.oneOf('odd servers', [3, 4, 5, 5, 7]);
    return {
      ...ordinary,
      servers,
      clocks: Array.from({ length: servers }, (_, i) => ({
        offsetUs: draws.between(`odd offset ${i}`, 0, 10_000_000),
        ratePpm: draws.between(`odd rate ${i}`, -200, 200),
      })),
      faults: [
        fault('majorityMinority', [1_000, 4_000], [300, 2_500]),
        fault('bridge', [1_500, 5_000], [300, 3_000]),
        fault('ring', [1_500, 5_000], [300, 3_000]),
      ],
    };
  },
});
