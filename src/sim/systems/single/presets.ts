import type { Draws } from '../../options/draws.js';
import type { SingleRunOptions } from './system.js';
import { usual } from '../../options/presets.js';

/** A whole description of an ordinary run of a single server with a log that is always synced, and no fault. */
export function usualSingle(draws: Draws): SingleRunOptions {
  const ordinary = usual(draws);
  return {
    ...ordinary,
    servers: 1,
    clocks: ordinary.clocks.slice(0, 1),
    node: {
      clusterId: 7,
      store: { sessionsMax: 1_000 },
      journal: {
        storage: { segmentBytesMax: 16_384, recordBytesMax: 4_096, readBytes: 4_096, snapshotsKept: 2 },
        sync: { kind: 'always' },
        snapshotEveryEntries: draws.oneOf('snapshot every', [100, 400, 1_000_000]),
        snapshotEveryBytes: 67_108_864,
        waitingBytesMax: 33_554_432,
      },
      waitingMax: draws.oneOf('waiting max', [4, 64]),
    },
    laterNode: null,
    workload: { ...ordinary.workload, clients: draws.between('clients of one server', 2, 6), thinkMsMax: draws.oneOf('think', [10, 80]) },
  };
}
