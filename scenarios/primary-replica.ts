import { harm, type HarmOptions } from '../src/sim/harms.js';
import { lossy } from '../src/sim/usual.js';
import { underWeather } from '../src/sim/weather.js';
import { primaryReplicaSystem } from '../src/sim/system-primary-replica.js';
import { usualPrimaryReplica } from '../src/sim/usual-primary-replica.js';
import type { Draws } from '../src/sim/draws.js';
import type { Scenario } from '../src/sim/scenario.js';

export const primaryReplica: Scenario = {
  name: 'primary-replica',
  title: 'A primary and its replicas die, sleep, and are slow, in any weather, and every copy is one that the primary once held.',
  why: 'A change that is lost, doubled or overtaken, one made while a snapshot is on its way, and a primary that comes back in a new life must none of them leave a replica wrong.',
  expected: ['replica-joined', 'replica-gap-found', 'replica-resynced', 'server-lost-power', 'partitioned', 'snapshot-taken'],
  expectedWithinRuns: 30,
  system: primaryReplicaSystem as NonNullable<Scenario['system']>,
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
      harms: harms(draws),
    };
  },
};

/** Each family is in one of two worlds. */
function harms(draws: Draws): readonly HarmOptions[] {
  const all = [
    harm('partition', [1_500, 4_000], [200, 2_000]),
    harm('oneWayCut', [1_000, 3_000], [100, 2_000]),
    harm('clog', [500, 2_000], [50, 1_500]),
    harm('slowLink', [500, 3_000], [200, 3_000]),
    harm('halfOpen', [500, 2_500], [100, 2_000]),
    harm('crash', [1_000, 4_000], [10, 800]),
    harm('crashLeader', [1_500, 4_000], [10, 500]),
    harm('crashWhileWriting', [1_500, 4_000], [10, 500]),
    harm('kill', [1_000, 3_000], [10, 800]),
    harm('killLeader', [1_500, 6_000], [10, 500]),
    harm('pause', [1_000, 5_000], [50, 1_500]),
    harm('slowServer', [500, 3_000], [100, 3_000]),
    harm('crashAtDisk', [500, 2_000], [5, 1_000]),
    harm('crashAtSend', [500, 2_000], [5, 1_000]),
    harm('crashInRecovery', [1_000, 3_000], [5, 600]),
    harm('gracefulStop', [1_000, 5_000], [10, 1_000]),
    harm('powerCut', [3_000, 9_000], [10, 500]),
  ];
  return all.filter(({ harm: name }) => draws.chance(`harm ${name}`, 1, 2));
}
