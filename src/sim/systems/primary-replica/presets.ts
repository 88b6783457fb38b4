import { fromMs, nodeId } from '../../../core/base/units.js';
import type { Draws } from '../../options/draws.js';
import type { PrimaryReplicaRunOptions } from './system.js';
import { usual } from '../../options/presets.js';

/** A whole description of an ordinary run of the primary-replica system: the first server is the primary, no fault. */
export function usualPrimaryReplica(draws: Draws): PrimaryReplicaRunOptions {
  return {
    ...usual(draws),
    laterNode: null,
    node: {
      primary: nodeId(1),
      store: { sessionsMax: 1_000 },
      clusterId: 7,
      journal: {
        storage: { segmentBytesMax: 16_384, recordBytesMax: 4_096, readBytes: 4_096, snapshotsKept: 2 },
        sync: { kind: 'always' },
        snapshotEveryEntries: draws.oneOf('journal snapshot every', [50, 400, 1_000_000]),
        snapshotEveryBytes: 67_108_864,
        waitingBytesMax: 33_554_432,
      },
      waitingMax: 1_024,
      followInterval: fromMs(draws.oneOf('follow interval', [20, 100])),
      silence: fromMs(draws.oneOf('silence', [500, 10_000])),
      joinPatience: fromMs(5_000),
      announceInterval: fromMs(1_000),
      windowMax: draws.oneOf('window', [2, 16, 1_024]),
      windowBytesMax: 65_536,
      // Small: replicas fall too far behind, and join anew.
      backlogMax: draws.oneOf('backlog', [8, 64, 65_536]),
      backlogBytesMax: 1_048_576,
      pieceBytesMax: draws.oneOf('piece bytes', [1, 64, 65_536]),
      replicasMax: 64,
    },
  };
}
