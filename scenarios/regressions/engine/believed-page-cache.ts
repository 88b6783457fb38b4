import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const believedPageCache = regression({
  name: 'believed-page-cache',
  system: raftSystem,
  title: 'A sync fails, the process starts again on the same machine, and then the power goes.',
  seeds: [1, 2, 3, 5, 6],
  property: 'Starts Again',
  wrong:
    'A sync that fails may leave its pages in the cache of the system, clean and never written (Rebello et al., ATC 2020). The ' +
    'server stopped, as it must; but its next life read those pages, synced them with a sync that had nothing to do, promised what ' +
    'they said, and named them durable in the head of the next file. The next power cut took them away. Seen by sick-disk.',
  fix: 'Recovery writes the last flush of the log once more before it syncs it, so that the sync means what it says (core/storage/recovery.ts).',
  options: {
    ...NARROW,
    servers: 1,
    chaosMs: 1_000,
    faults: [fault('diskSyncError', [200, 400], [10, 50]), fault('crash', [200, 400], [10, 50])],
  },
});
