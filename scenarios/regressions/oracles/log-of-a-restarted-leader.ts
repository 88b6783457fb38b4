import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

const { raft } = NARROW.node;

export const logOfARestartedLeader = regression({
  name: 'log-of-a-restarted-leader',
  system: raftSystem,
  title: 'After a power cut a leader hands on all behind its snapshot, to one that lacks as much behind its own.',
  seeds: [90, 142, 195],
  property: 'Bounded Queues',
  wrong:
    'Not the engine, but the oracle was wrong. It allowed a log what one server may have behind its snapshot. A leader that restarted knows no more than its ' +
    'snapshot to be committed, and so hands on all that it holds before the follower may apply and compact any of it; the follower may hold as much again ' +
    'behind a snapshot of its own. Seen by swarm (seed 931466).',
  fix: 'The bound counts once more for each server, since the follower may lead next (sim/systems/raft/oracles/cost/bounded-queues.ts).',
  options: {
    ...NARROW,
    chaosMs: 4_000,
    workload: { ...NARROW.workload, clients: 4, thinkMsMin: 0, thinkMsMax: 2 },
    node: {
      ...NARROW.node,
      raft: { ...raft, inflightMessagesMax: 1, uncommittedEntriesMax: 1 },
      snapshotEveryEntries: 15,
      entriesKept: 3,
    },
    faults: [fault('powerCut', [300, 600], [5, 20]), fault('pause', [50, 200], [50, 200])],
  },
});
