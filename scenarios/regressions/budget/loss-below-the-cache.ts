import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const lossBelowTheCache = regression({
  name: 'loss-below-the-cache',
  system: raftSystem,
  title: 'A server starts again from its page cache, which hides what the disk below has lost.',
  seeds: [2, 3, 4],
  property: 'Liveness',
  wrong:
    'Not the engine, but the budget was wrong. A sync had lied about the head of the newest file of the log, and the sync of the record behind it failed. Of the ' +
    'server that stopped for that the disk was worth enough without this file, and the page cache showed it whole, so it counted as whole and another disk was ' +
    'damaged. Its next life read the cache, and went on behind a file that the disk did not have: of three disks two were damaged. Seen by swarm (seed 925537).',
  fix: 'Of a server that is down the disk must have no less than what the page cache lets its next life build on (sim/budget/budget.ts).',
  options: {
    ...NARROW,
    disk: { operationUsMin: 2_000, operationUsMax: 20_000, syncUsMin: 2_000, syncUsMax: 20_000 },
    faults: [fault('diskSyncError', [50, 200], [5, 50]), fault('diskStale', [20, 100], [50, 100])],
  },
});
