import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const copyPutBackWhileDown = regression({
  name: 'copy-put-back-while-down',
  system: raftSystem,
  title: 'A server acknowledges an entry and is killed, an old copy of its disk comes back, and then the entry is committed.',
  seeds: [142, 196],
  property: 'Commit On A Durable Quorum',
  wrong:
    'Not the engine, but the oracle was wrong. A disk that is lost within the budget takes nothing from an acknowledgement that is already on its way. The oracle ' +
    'knew that of a server that was up; of one that was down already it read the disk only when the entry was committed, and found the old copy. ' +
    'Seen by swarm (seed 927280).',
  fix: 'What survives the end of a life is read at that moment (sim/systems/raft/oracles/log/durable-quorum.ts).',
  options: {
    ...NARROW,
    servers: 5,
    chaosMs: 4_000,
    workload: { ...NARROW.workload, clients: 4 },
    faults: [fault('kill', [50, 150], [300, 1_000]), fault('diskOldCopy', [30, 100], [200, 500])],
  },
});
