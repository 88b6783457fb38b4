import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const snapshotTornFromItsCut = regression({
  name: 'snapshot-torn-from-its-cut',
  system: raftSystem,
  title: 'A snapshot replaces a conflicting log, and the write that says so gets through in part.',
  seeds: [15, 21],
  property: 'A Promise Survives',
  wrong:
    'An installed snapshot that replaces the log was written as two records of one flush: a cut of the whole log, then the mark of the ' +
    'snapshot. A flush torn between the two kept the cut alone, and the server came back without entries that it had acknowledged, ' +
    'committed ones among them. Seen by a swarm with failing disks.',
  fix: 'The mark of the snapshot voids the log by itself: one record, whole or not there (core/systems/raft/persist.ts).',
  options: {
    ...NARROW,
    chaosMs: 2_000,
    node: { ...NARROW.node, snapshotEveryEntries: 4 },
    faults: [fault('isolateLeader', [300, 800], [200, 500]), fault('diskWriteError', [100, 400], [10, 100])],
  },
});
