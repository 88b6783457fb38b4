import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const lieAboutAnUnnamedFile = regression({
  name: 'lie-about-an-unnamed-file',
  system: raftSystem,
  title: 'A sync lies about a new file of the log, and the name of that file is durable only a moment later.',
  seeds: [19, 28, 39],
  property: 'Liveness',
  wrong:
    'Not the engine, but the budget was wrong. The sync of a new file kept nothing. Until the directory was synced too a power cut would have left no such ' +
    'file, so its server counted as whole, and in that moment the next disk was allowed to lie. Then the name was durable, and of three disks two were damaged: ' +
    'nobody could be elected. Seen by swarm (seed 924414).',
  fix: 'A disk is judged by the names that a power cut would leave, and by those that it will have as well (sim/budget/budget.ts).',
  options: {
    ...NARROW,
    disk: { operationUsMin: 5_000, operationUsMax: 30_000, syncUsMin: 5_000, syncUsMax: 30_000 },
    faults: [fault('kill', [100, 300], [5, 20]), fault('diskStale', [20, 50], [50, 100])],
  },
});
