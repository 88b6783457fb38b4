import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const rotBeforeARecoveryReads = regression({
  name: 'rot-before-a-recovery-reads',
  system: raftSystem,
  title: 'A bit of the last flush rots when its server has started already, and has not read it yet.',
  seeds: [85, 134, 154],
  property: 'A Promise Survives',
  wrong:
    'Not the engine, but the budget was wrong. Rot in a last flush looks like its torn end, so no recovery can notice it, and a server that is down is kept ' +
    'out once such rot has made it forget a promise. A server in the middle of its recovery was asked no more: it was counted as lost, which two whole ones ' +
    'of three allow, and read on, forgot, and served. Seen by swarm (seed 910882).',
  fix: 'Damage that a recovery under way could read, and forget a promise by, goes beyond the budget (sim/budget/budget.ts).',
  options: {
    ...NARROW,
    chaosMs: 2_500,
    disk: { ...NARROW.disk, operationUsMin: 20_000, operationUsMax: 100_000 },
    faults: [fault('kill', [300, 600], [5, 20]), fault('latentRot', [20, 100], [5_000, 5_000])],
  },
});
