import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const draftUnderItsNewName = regression({
  name: 'draft-under-its-new-name',
  system: raftSystem,
  title: 'A bit of a new snapshot rots after its file was renamed and before that name is durable.',
  seeds: [101, 125, 521],
  property: 'Liveness',
  wrong:
    'Not the engine, but the budget was wrong. It looked for damage in snapshots that are to be put in force under the names that a power loss would leave, ' +
    'and this one was there to see under its new name only. So the damage counted for nothing, the snapshot was put in force, and damage on ' +
    'a second server was allowed beside it. Found when the world of regression-stand-in-about-to-go was made small.',
  fix: 'What a running server may put in force is found under the names that it sees (sim/budget/budget.ts).',
  options: {
    ...NARROW,
    disk: { operationUsMin: 3_000, operationUsMax: 10_000, syncUsMin: 10_000, syncUsMax: 40_000 },
    node: {
      ...NARROW.node,
      snapshotEveryEntries: 1,
      storage: { segmentBytesMax: 16_384, recordBytesMax: 4_096, readBytes: 4_096, snapshotsKept: 1 },
    },
    workload: { ...NARROW.workload, getWeight: 0, thinkMsMin: 20, thinkMsMax: 100 },
    faults: [fault('latentRot', [20, 80], [200, 1_000])],
  },
});
