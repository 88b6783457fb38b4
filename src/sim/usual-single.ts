import type { Draws } from './draws.js';
import type { SingleRunOptions } from './system-single.js';
import { usual } from './usual.js';

/** A whole description of an ordinary run of a single server with a log that is always synced, and no harm. */
export function usualSingle(draws: Draws): SingleRunOptions {
  const ordinary = usual(draws);
  const { clusterId, store, storage, snapshotEveryEntries } = ordinary.node;
  return {
    ...ordinary,
    servers: 1,
    clocks: ordinary.clocks.slice(0, 1),
    node: {
      clusterId,
      store,
      journal: { storage, sync: { kind: 'always' }, snapshotEveryEntries },
      waitingMax: draws.oneOf('waiting max', [4, 64]),
    },
    laterNode: null,
    workload: { ...ordinary.workload, clients: draws.between('clients of one server', 2, 6), thinkMsMax: draws.oneOf('think', [10, 80]) },
  };
}
