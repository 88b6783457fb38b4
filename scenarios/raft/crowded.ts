import { fault, RATIO_NEVER, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const crowded = scenario({
  name: 'crowded',
  system: raftSystem,
  title: 'More clients than the store remembers sessions of, and a snapshot every few entries.',
  why: 'Which session is forgotten must be the same everywhere, a forgotten one must never be taken for new, and a lagging server lives by snapshots (thesis §6.3, §5).',
  expected: ['client-session-expired', 'snapshot-installed', 'leader-isolated', 'follower-truncated-conflicting-tail'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    const clients = draws.between('crowd', 5, 8);
    return {
      ...ordinary,
      chaosMs: 8_000,
      node: {
        ...ordinary.node,
        store: { sessionsMax: clients - draws.between('sessions short', 1, 2) },
        snapshotEveryEntries: draws.between('crowded snapshot every', 3, 12),
        entriesKept: draws.oneOf('crowded entries kept', [0, 2]),
      },
      workload: {
        ...ordinary.workload,
        clients,
        sessionlessRatio: RATIO_NEVER,
        thinkMsMax: 20,
        attemptTimeoutMs: draws.oneOf('crowded patience', [100, 400]),
      },
      faults: [
        fault('isolateLeader', [400, 1_500], [150, 500]),
        fault('isolateServer', [400, 1_500], [50, 500]),
        fault('killLeader', [1_000, 4_000], [20, 500]),
      ],
    };
  },
});
