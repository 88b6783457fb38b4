import { fromMs } from 'seedstorm/core';
import { fault, ratio } from 'seedstorm/sim';
import { type QuorumRunOptions, quorumSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

const options: QuorumRunOptions = {
  ...NARROW,
  laterNode: null,
  disk: { operationUsMin: 20, operationUsMax: 200, syncUsMin: 10_000, syncUsMax: 40_000 },
  node: {
    clusterId: 7,
    writeQuorum: 2,
    readQuorum: 2,
    timeoutUs: fromMs(1_000),
    resendUs: fromMs(100),
    sweepUs: fromMs(500),
    sweepKeysMax: 64,
    openMax: 1_024,
    openBytesMax: 67_108_864,
    journal: {
      storage: { segmentBytesMax: 16_384, recordBytesMax: 4_096, readBytes: 4_096, snapshotsKept: 2 },
      sync: { kind: 'always' },
      snapshotEveryEntries: 1_000_000,
      snapshotEveryBytes: 67_108_864,
      waitingBytesMax: 33_554_432,
    },
  },
  workload: { ...NARROW.workload, clients: 4, sessionlessRatio: ratio(1, 1), keys: 1, getWeight: 2, setWeight: 2, putWeight: 2 },
  faults: [fault('crashLeader', [200, 600], [10, 100])],
};

export const conflictBeforeItsSync = regression({
  name: 'conflict-before-its-sync',
  title: 'A put that conflicts with a write shows that write to nobody before the primary has it durably.',
  seeds: [2, 14, 20],
  property: 'Version Monotonicity',
  system: quorumSystem,
  wrong:
    'A refused put shows the write that it conflicts with, so the primary of quorum spread that write among the servers first, and did so at once: ' +
    'also while its own journal had not synced it yet. A power cut in between made the primary forget a write that others had, and it gave its ' +
    'number, and the version of the key, to another one. Seen by quorum (seed 24).',
  fix: 'An answer that shows a write of the primary waits until the journal has it (core/systems/quorum/reads.ts).',
  options,
});
