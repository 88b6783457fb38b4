import { fromMs } from 'seedstorm/core';
import {
  type Draws,
  LAN,
  mayDouble,
  ratio,
  RATIO_NEVER,
  type RunOptions,
  scenario,
  swarmFaults,
  swarmOperations,
  underWeather,
} from 'seedstorm/sim';
import { type RaftRunOptions, raftSystem, usualRaft } from 'seedstorm/systems';

const RATE_PPM_MAX = 50_000;

export const swarm = scenario({
  name: 'swarm',
  system: raftSystem,
  title: 'Anything goes: every option is drawn at random, and each world leaves other faults and other operations out.',
  why: 'What all faults together hide, some of them alone may show (swarm testing, Groce et al., ISSTA 2012); and small numbers reach every edge.',
  expected: [
    'leader-elected',
    'leader-crashed',
    'partitioned',
    'leader-paused',
    'snapshot-installed',
    'recovered-with-log',
    'clock-jumped',
    'disk-stalled',
    'budget-exhausted',
    'damage-refused-by-budget',
    'message-copied-late',
    'link-clogged',
  ],
  expectedWithinRuns: 100,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    const servers = draws.between('swarm servers', 1, 7);
    const client = link(draws, 'client', 30);
    const sessionlessRatio = mayDouble(client) ? RATIO_NEVER : ordinary.workload.sessionlessRatio;
    const faults = swarmFaults(draws, raftSystem);
    const first = node(draws, ordinary, '');
    return {
      ...ordinary,
      servers,
      isCodecUsed: draws.chance('swarm codec', 1, 3),
      peerLink: link(draws, 'peer', 20),
      clientLink: client,
      disk: {
        operationUsMin: 0,
        operationUsMax: draws.oneOf('disk operation', [50, 500, 2_000]),
        syncUsMin: 0,
        syncUsMax: draws.oneOf('disk sync', [200, 4_000, 30_000]),
      },
      clocks: Array.from({ length: servers }, (_, i) => ({
        offsetUs: draws.between(`swarm offset ${i}`, 0, 1_000_000_000),
        ratePpm: draws.between(`swarm rate ${i}`, -RATE_PPM_MAX, RATE_PPM_MAX),
      })),
      clockRatePpmMax: RATE_PPM_MAX,
      monotonicClocks: faults.some(({ fault }) => fault === 'clockStepBack') ? 'lying' : 'uneven',
      node: first,
      laterNode: draws.chance('later options', 1, 2) ? later(first, node(draws, ordinary, 'later ')) : null,
      workload: {
        ...ordinary.workload,
        clients: draws.between('swarm clients', 1, 8),
        sessionlessRatio,
        ...swarmOperations(draws, sessionlessRatio.numerator > 0),
        keys: draws.between('keys', 1, 12),
        thinkMsMin: 0,
        thinkMsMax: draws.oneOf('think', [30, 100, 300]),
        // Not below what a slow cluster needs: who asks again too soon only makes it slower.
        attemptTimeoutMs: draws.oneOf('attempt timeout', [300, 1_000]),
      },
      faults,
    };
  },
});

function link(draws: Draws, who: string, lossPercentMax: number): RunOptions['peerLink'] {
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
  return draws.chance(`${who} weather`, 1, 3) ? underWeather(draws, who, plain) : plain;
}

function node(draws: Draws, ordinary: RaftRunOptions, when: '' | 'later '): RaftRunOptions['node'] {
  const electionMs = draws.oneOf(`${when}election timeout`, [100, 150, 300, 600]);
  return {
    ...ordinary.node,
    raft: {
      electionTimeoutMin: fromMs(electionMs),
      electionTimeoutMax: fromMs(electionMs * draws.oneOf(`${when}election spread`, [2, 3])),
      heartbeatInterval: fromMs(electionMs / draws.oneOf(`${when}heartbeats`, [3, 5])),
      inflightMessagesMax: draws.oneOf(`${when}window`, [1, 2, 8, 64]),
      entriesPerMessageMax: draws.oneOf(`${when}batch`, [1, 2, 16, 1_024]),
      messageBytesMax: draws.oneOf(`${when}message bytes`, [64, 1_024, 1_048_576]),
      snapshotPieceBytes: draws.oneOf(`${when}snapshot piece`, [64, 512, 65_536]),
      uncommittedEntriesMax: draws.oneOf(`${when}uncommitted`, [4, 64, 8_192]),
      uncommittedBytesMax: 33_554_432,
      pendingReadsMax: draws.oneOf(`${when}pending reads`, [2, 16_384]),
    },
    storage: {
      segmentBytesMax: draws.oneOf(`${when}segment bytes`, [512, 4_096, 65_536]),
      recordBytesMax: draws.oneOf(`${when}record bytes`, [64, 1_024, 65_536]),
      readBytes: draws.oneOf(`${when}read bytes`, [4_096, 65_536]),
      snapshotsKept: draws.between(`${when}snapshots kept`, 1, 3),
    },
    snapshotEveryEntries: draws.oneOf(`${when}swarm snapshot every`, [5, 30, 200, 1_000_000]),
    entriesKept: draws.oneOf(`${when}swarm entries kept`, [0, 3, 50]),
  };
}

/** The second options with the first one's timeouts: servers of one cluster have to wait for longer than any leader is silent. */
function later(first: RaftRunOptions['node'], second: RaftRunOptions['node']): RaftRunOptions['node'] {
  const { electionTimeoutMin, electionTimeoutMax, heartbeatInterval } = first.raft;
  return { ...second, raft: { ...second.raft, electionTimeoutMin, electionTimeoutMax, heartbeatInterval } };
}
