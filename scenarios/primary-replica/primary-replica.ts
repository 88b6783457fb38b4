import { type Draws, fault, type FaultSchedule, lossy, scenario, underWeather } from 'seedstorm/sim';
import { primaryReplicaSystem, usualPrimaryReplica } from 'seedstorm/systems';

export const primaryReplica = scenario({
  name: 'primary-replica',
  title: 'A primary and its replicas die, sleep, and are slow, in any weather, and every copy is one that the primary once held.',
  why: 'A change that is lost, doubled or overtaken, one made while a snapshot is on its way, and a primary that comes back in a new life must none of them leave a replica wrong.',
  expected: ['replica-joined', 'replica-gap-found', 'replica-resynced', 'server-lost-power', 'partitioned', 'snapshot-taken'],
  expectedWithinRuns: 30,
  system: primaryReplicaSystem,
  options: (draws) => {
    const ordinary = usualPrimaryReplica(draws);
    const link = lossy(draws.oneOf('loss', [0, 5, 30]), draws.oneOf('delay', [5, 50]));
    const isStormy = draws.chance('stormy', 1, 2);
    return {
      ...ordinary,
      isCodecUsed: draws.chance('replica codec', 1, 2),
      peerLink: isStormy ? underWeather(draws, 'peer', link) : link,
      // Slow syncs: much is pending whenever the primary dies.
      disk: { operationUsMin: 20, operationUsMax: 200, syncUsMin: 100, syncUsMax: draws.oneOf('sync', [4_000, 40_000]) },
      faults: faults(draws),
    };
  },
});

/** Each family is in one of two worlds. */
function faults(draws: Draws): readonly FaultSchedule[] {
  const all = [
    fault('partition', [1_500, 4_000], [200, 2_000]),
    fault('oneWayCut', [1_000, 3_000], [100, 2_000]),
    fault('clog', [500, 2_000], [50, 1_500]),
    fault('slowLink', [500, 3_000], [200, 3_000]),
    fault('halfOpen', [500, 2_500], [100, 2_000]),
    fault('crash', [1_000, 4_000], [10, 800]),
    fault('crashLeader', [1_500, 4_000], [10, 500]),
    fault('crashWhileWriting', [1_500, 4_000], [10, 500]),
    fault('kill', [1_000, 3_000], [10, 800]),
    fault('killLeader', [1_500, 6_000], [10, 500]),
    fault('pause', [1_000, 5_000], [50, 1_500]),
    fault('slowServer', [500, 3_000], [100, 3_000]),
    fault('crashAtDisk', [500, 2_000], [5, 1_000]),
    fault('crashAtSend', [500, 2_000], [5, 1_000]),
    fault('crashInRecovery', [1_000, 3_000], [5, 600]),
    fault('gracefulStop', [1_000, 5_000], [10, 1_000]),
    fault('powerCut', [3_000, 9_000], [10, 500]),
  ];
  return all.filter(({ fault: name }) => draws.chance(`harm ${name}`, 1, 2));
}
