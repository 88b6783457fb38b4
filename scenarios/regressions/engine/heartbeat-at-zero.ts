import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const heartbeatAtZero = regression({
  name: 'heartbeat-at-zero',
  system: raftSystem,
  title: 'A follower is away until all that it lacks is compacted.',
  seeds: [1, 2, 3],
  property: 'assertion',
  wrong:
    'A heartbeat to a follower that is behind the compacted log of its leader stands before the first entry, at index 0. The ' +
    'leader asked its log for the term there and got "unknown", -1, which the wire refuses to write and a follower rejects: the ' +
    'one follower that needed a snapshot heard no heartbeat. Seen by partition, seed 2.',
  fix: 'Before all entries, at index 0, the term is 0 in every log, compacted or not (core/raft/log.ts).',
  options: {
    ...NARROW,
    chaosMs: 800,
    isCodecUsed: true,
    node: { ...NARROW.node, snapshotEveryEntries: 4 },
    faults: [fault('isolateServer', [100, 400], [300, 300])],
  },
});
