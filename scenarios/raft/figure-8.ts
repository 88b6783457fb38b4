import { fromMs } from 'seedstorm/core';
import { fault, lossy, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const figure8 = scenario({
  name: 'figure-8',
  system: raftSystem,
  title: 'Leaders die while their last entries are on some servers only, and come back with them.',
  why: "An entry of an earlier term on a majority can still be overwritten (thesis Figure 3.7, Figure 8 of the paper): only an entry of the leader's own term may be committed by counting.",
  expected: ['leader-crashed', 'follower-truncated-conflicting-tail', 'vote-refused-for-stale-log'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      servers: 5,
      peerLink: lossy(draws.oneOf('loss', [5, 15]), draws.oneOf('delay', [5, 15])),
      node: {
        ...ordinary.node,
        // Short logs and small messages: an entry reaches one server after the other, and a leader dies in between.
        raft: {
          ...ordinary.node.raft,
          electionTimeoutMin: fromMs(60),
          electionTimeoutMax: fromMs(150),
          heartbeatInterval: fromMs(25),
          entriesPerMessageMax: 1,
          inflightMessagesMax: 2,
        },
      },
      workload: { ...ordinary.workload, thinkMsMin: 20, thinkMsMax: 150, attemptTimeoutMs: draws.oneOf('patience', [400, 1_000]) },
      faults: [
        fault('killNewLeader', [50, 300], [50, 700]),
        fault('killLeader', [200, 800], [50, 700]),
        fault('isolateLeader', [200, 900], [100, 500]),
        fault('kill', [400, 1_500], [100, 700]),
      ],
    };
  },
});
