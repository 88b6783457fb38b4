import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const cutAndCompacted = regression({
  name: 'cut-and-compacted',
  system: raftSystem,
  title: 'What a server acknowledged to an earlier leader is replaced and compacted in one step, and the power goes.',
  seeds: [57, 115, 257],
  property: 'A Promise Survives',
  wrong:
    'Not the engine, but the oracle was wrong. What a later leader cuts of a log was never promised to it. Where a snapshot took the place of the log, or entries ' +
    'were replaced, committed and compacted at once, the oracle compared two logs that had nothing in common, and took the term of the new one for what had ' +
    'been kept. The power went before any of it was durable, and the server came back with what it had had: all as it must be.',
  fix: 'How far the old log was kept is told by what the server was given: entries follow on what is kept, a snapshot tears as a whole (sim/systems/raft/oracles/log/promise-survives.ts).',
  options: {
    ...NARROW,
    chaosMs: 4_000,
    workload: { ...NARROW.workload, clients: 4 },
    node: { ...NARROW.node, snapshotEveryEntries: 3, entriesKept: 0 },
    faults: [fault('powerCut', [300, 900], [5, 20]), fault('isolateLeader', [200, 600], [200, 600])],
  },
});
