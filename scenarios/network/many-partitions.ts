import { fault, lossy, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const manyPartitions = scenario({
  name: 'many-partitions',
  system: raftSystem,
  title: 'The servers fall apart into new groups before they have got used to the old ones.',
  why: 'Leaders are made and unmade faster than entries commit, so logs part and meet again; and a client that gives up too early, or believes a deposed leader, is caught.',
  expected: ['partitioned', 'leader-deposed-with-uncommitted-entries', 'follower-truncated-conflicting-tail'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    const isUnreliable = draws.chance('unreliable too', 1, 2);
    return {
      ...ordinary,
      servers: 5,
      clocks: Array.from({ length: 5 }, (_, i) => ({
        offsetUs: draws.between(`offset of ${i}`, 0, 10_000_000),
        ratePpm: draws.between(`rate of ${i}`, -200, 200),
      })),
      ...(isUnreliable ? { peerLink: lossy(draws.between('peer loss', 1, 10), draws.between('peer delay', 5, 20)) } : {}),
      faults: [fault('partition', [150, 1_200], [150, 1_000]), fault('isolateLeader', [1_000, 3_000], [200, 800])],
    };
  },
});
