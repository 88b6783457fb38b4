import { fault, LAN } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const stalledLeaderDisk = regression({
  name: 'stalled-leader-disk',
  system: raftSystem,
  title: 'The disk of a busy leader stands still, and the others carry on without it.',
  seeds: [7, 12],
  property: 'Bounded Queues',
  wrong:
    'A leader whose disk stood still went on to take commands in: the other servers made them durable, so they were committed, and only what ' +
    'is not committed was bounded. Each command left a promise and a record waiting for the disk, as long as the stall lasted and ' +
    'clients went on. Seen when a load of two thousand commands a second met a stall of some seconds.',
  fix: 'A leader refuses commands, too, while as many as its option allows wait for its own disk (core/raft/raft.ts).',
  options: {
    ...NARROW,
    chaosMs: 1_800,
    peerLink: { ...LAN, delayUsMin: 50, delayUsMax: 300 },
    clientLink: { ...LAN, delayUsMin: 50, delayUsMax: 300 },
    node: { ...NARROW.node, raft: { ...NARROW.node.raft, uncommittedEntriesMax: 16 } },
    workload: { ...NARROW.workload, clients: 15, getWeight: 0, thinkMsMin: 0, thinkMsMax: 0 },
    faults: [fault('diskStall', [900, 950], [1_500, 1_500])],
  },
});
