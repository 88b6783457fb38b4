import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const copyPutBackUnread = regression({
  name: 'copy-put-back-unread',
  system: raftSystem,
  title: 'A server comes back, syncs nothing more, and an old copy of its disk comes back before what it acknowledged is committed.',
  seeds: [171, 202, 319],
  property: 'Commit On A Durable Quorum',
  wrong:
    'Not the engine, but the oracle was wrong. Of a server that had come back it read the disk at the next sync or the next commit, whichever was first. ' +
    'Where an old copy was put back before either, it counted the copy, and not what the server had held when it gave its acknowledgement. ' +
    'Seen by swarm (seed 986851).',
  fix: 'What a server comes back with is read when it comes back (sim/systems/raft/oracles/log/durable-quorum.ts).',
  options: {
    ...NARROW,
    chaosMs: 1_000,
    workload: { ...NARROW.workload, clients: 6, thinkMsMin: 1, thinkMsMax: 10 },
    faults: [
      fault('kill', [100, 300], [20, 60]),
      fault('diskOldCopy', [200, 400], [100, 300]),
      fault('diskStall', [100, 300], [100, 300]),
      fault('pause', [200, 400], [50, 200]),
    ],
  },
});
