import { harm, type HarmOptions } from '../src/sim/harms.js';
import { ratio, RATIO_NEVER } from '../src/sim/random.js';
import { LAN, usual } from '../src/sim/usual.js';
import { underWeather } from '../src/sim/weather.js';
import type { Draws } from '../src/sim/draws.js';
import type { Scenario } from '../src/sim/scenario.js';

export const networkSwarm: Scenario = {
  name: 'network-swarm',
  title: 'Every fault of the network and every shape of the nemesis, in mixtures that each world draws anew.',
  why: 'Shapes meet here that no story would put together: a bridge in bad weather, a new leader isolated behind a clogged link.',
  expected: ['leader-elected', 'swizzled', 'bridged', 'ring', 'message-copied-late', 'damaged-frame-refused', 'queue-overflowed', 'leader-slept-past-its-lease'],
  expectedWithinRuns: 60,
  options: (draws) => {
    const ordinary = usual(draws);
    const servers = draws.between('swarm servers', 1, 7);
    return {
      ...ordinary,
      servers,
      isCodecUsed: draws.chance('swarm codec', 1, 2),
      peerLink: link(draws, 'peer', 20),
      clientLink: link(draws, 'client', 30),
      clocks: Array.from({ length: servers }, (_, i) => ({
        offsetUs: draws.between(`swarm offset ${i}`, 0, 10_000_000),
        ratePpm: draws.between(`swarm rate ${i}`, -200, 200),
      })),
      monotonicClocks: 'uneven',
      workload: {
        ...ordinary.workload,
        clients: draws.between('swarm clients', 1, 6),
        sessionlessRatio: RATIO_NEVER,
        deleteWeight: 1,
        attemptTimeoutMs: draws.oneOf('swarm patience', [300, 1_000]),
      },
      harms: harms(draws),
    };
  },
};

function link(draws: Draws, who: string, lossPercentMax: number) {
  const isLossy = draws.chance(`${who} loses`, 1, 2);
  const isDoubling = draws.chance(`${who} doubles`, 1, 2);
  const lossPercent = draws.between(`${who} loss`, 1, lossPercentMax);
  const plain = {
    ...LAN,
    delayUsMin: draws.oneOf(`${who} least delay`, [0, 300, 2_000]),
    delayUsMax: draws.oneOf(`${who} delay`, [2_000, 10_000, 40_000]),
    lossRatio: isLossy ? ratio(lossPercent, 100) : RATIO_NEVER,
    duplicateRatio: isDoubling ? ratio(5, 100) : RATIO_NEVER,
    reorders: draws.chance(`${who} reorders`, 2, 3),
    queueMax: draws.oneOf(`${who} queue`, [20, 10_000]),
  };
  return draws.chance(`${who} weather`, 2, 3) ? underWeather(draws, who, plain) : plain;
}

/** Each family is in one of three worlds. */
function harms(draws: Draws): readonly HarmOptions[] {
  const all = [
    harm('clog', [200, 2_000], [50, 2_000]),
    harm('swizzleClog', [1_500, 5_000], [300, 3_000]),
    harm('slowLink', [500, 3_000], [200, 3_000]),
    harm('halfOpen', [300, 2_500], [100, 2_500]),
    harm('resetConnections', [500, 3_000], [1, 500]),
    harm('deafServer', [1_500, 6_000], [200, 2_500]),
    harm('muteServer', [1_500, 6_000], [200, 2_500]),
    harm('majorityMinority', [1_000, 5_000], [200, 2_500]),
    harm('bridge', [1_500, 6_000], [300, 3_000]),
    harm('ring', [1_500, 6_000], [300, 3_000]),
    harm('isolateNewLeader', [500, 4_000], [200, 2_000]),
    harm('killEachNewLeader', [3_000, 9_000], [500, 3_000]),
    harm('crashMostAdvanced', [1_000, 5_000], [10, 1_500]),
    harm('clientsWithDeposedLeader', [1_500, 6_000], [300, 2_500]),
    harm('pauseLeaderPastLease', [1_500, 6_000], [1_000, 3_000]),
    harm('crashWhileWriting', [1_000, 4_000], [10, 1_500]),
    harm('powerCut', [3_000, 9_000], [10, 1_000]),
    harm('clockJump', [1_000, 4_000], [50, 1_000]),
  ];
  return all.filter(({ harm: name }) => draws.chance(`harm ${name}`, 1, 3));
}
