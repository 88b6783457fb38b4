import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

const STORAGE = { segmentBytesMax: 16_384, recordBytesMax: 4_096, readBytes: 4_096 };
const KEEPS_ONE = { ...NARROW.node, snapshotEveryEntries: 30, entriesKept: 2, storage: { ...STORAGE, snapshotsKept: 1 } };
const KEEPS_THREE = { ...KEEPS_ONE, snapshotEveryEntries: 1, storage: { ...STORAGE, snapshotsKept: 3 } };

export const standInAboutToGo = regression({
  name: 'stand-in-about-to-go',
  system: raftSystem,
  title: 'The snapshot in force rots while its server is about to remove the older ones that could stand in for it.',
  seeds: [29, 43, 65],
  property: 'Prompt Recovery',
  wrong:
    'Not the engine, but the budget was wrong. A server that comes back with options that keep fewer snapshots removes those that are too many with its ' +
    'first flush. Until then the budget counted on them: damage of the newest one cost nothing, and when they were gone the server could not start ' +
    'any more, beside another one that the budget had given up. Seen by swarm (seed 2526).',
  fix: 'Of a server that serves only so many snapshots count as it keeps (sim/budget/budget.ts).',
  options: {
    ...NARROW,
    chaosMs: 4_000,
    convergenceMs: 15_000,
    node: KEEPS_ONE,
    laterNode: KEEPS_THREE,
    workload: { ...NARROW.workload, getWeight: 0, thinkMsMin: 300, thinkMsMax: 800 },
    faults: [fault('rollingRestart', [200, 500], [5, 20]), fault('latentRot', [20, 100], [3_000, 3_000])],
  },
});
