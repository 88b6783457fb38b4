import { type Draws, fault, type FaultSchedule, LAN, ratio, RATIO_NEVER, scenario, underWeather } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const networkSwarm = scenario({
  name: 'network-swarm',
  system: raftSystem,
  title: 'Every fault of the network and every shape of the nemesis, in mixtures that each world draws anew.',
  why: 'Shapes meet here that no story would put together: a bridge in bad weather, a new leader isolated behind a clogged link.',
  expected: [
    'leader-elected',
    'swizzled',
    'bridged',
    'ring',
    'message-copied-late',
    'damaged-frame-refused',
    'queue-overflowed',
    'leader-slept-past-its-lease',
  ],
  expectedWithinRuns: 60,
  options: (draws) => {
    const ordinary = usualRaft(draws);
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
      faults: faults(draws),
    };
  },
});

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
function faults(draws: Draws): readonly FaultSchedule[] {
  const all = [
    fault('clog', [200, 2_000], [50, 2_000]),
    fault('swizzleClog', [1_500, 5_000], [300, 3_000]),
    fault('slowLink', [500, 3_000], [200, 3_000]),
    fault('halfOpen', [300, 2_500], [100, 2_500]),
    fault('resetConnections', [500, 3_000], [1, 500]),
    fault('deafServer', [1_500, 6_000], [200, 2_500]),
    fault('muteServer', [1_500, 6_000], [200, 2_500]),
    fault('majorityMinority', [1_000, 5_000], [200, 2_500]),
    fault('bridge', [1_500, 6_000], [300, 3_000]),
    fault('ring', [1_500, 6_000], [300, 3_000]),
    fault('isolateNewLeader', [500, 4_000], [200, 2_000]),
    fault('killEachNewLeader', [3_000, 9_000], [500, 3_000]),
    fault('crashMostAdvanced', [1_000, 5_000], [10, 1_500]),
    fault('clientsWithDeposedLeader', [1_500, 6_000], [300, 2_500]),
    fault('pauseLeaderPastLease', [1_500, 6_000], [1_000, 3_000]),
    fault('crashWhileWriting', [1_000, 4_000], [10, 1_500]),
    fault('powerCut', [3_000, 9_000], [10, 1_000]),
    fault('clockJump', [1_000, 4_000], [50, 1_000]),
  ];
  return all.filter(({ fault: name }) => draws.chance(`harm ${name}`, 1, 3));
}
