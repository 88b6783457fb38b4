import { fromMs } from '../../../core/base/units.js';
import type { Draws } from '../../options/draws.js';
import { ratio } from '../../base/random-streams.js';
import type { ElectionRunOptions } from './system.js';
import { usual } from '../../options/presets.js';

/** A whole description of an ordinary run of simple-election: three servers, two clients, one key, and no fault. */
export function usualElection(draws: Draws): ElectionRunOptions {
  const ordinary = usual(draws);
  const servers = 3;
  return {
    ...ordinary,
    servers,
    chaosMs: 8_000,
    laterNode: null,
    clocks: Array.from({ length: servers }, (_, i) => ({
      offsetUs: draws.between(`clock offset ${i}`, 0, 10_000_000),
      ratePpm: draws.between(`clock rate ${i}`, -200, 200),
    })),
    node: {
      clusterId: 7,
      heartbeatUs: fromMs(50),
      timeoutUs: fromMs(250),
      retryUsMin: fromMs(30),
      retryUsMax: fromMs(300),
      writeQuorum: null,
      writeTimeoutUs: fromMs(1_000),
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
    // One key and few calls, so that what happens to it can be told.
    workload: {
      ...ordinary.workload,
      sessionlessRatio: ratio(1, 1),
      clients: 2,
      keys: 1,
      paddingBytesMax: 0,
      putWeight: 0,
      deleteWeight: 0,
      thinkMsMin: 20,
      thinkMsMax: 200,
    },
  };
}
