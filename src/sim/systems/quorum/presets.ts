import { fromMs } from '../../../core/base/units.js';
import type { Draws } from '../../options/draws.js';
import { ratio } from '../../base/random-streams.js';
import type { QuorumRunOptions } from './system.js';
import { usual } from '../../options/presets.js';

/** A whole description of an ordinary run of the quorum system: three servers, W = R = 2, no fault. */
export function usualQuorum(draws: Draws): QuorumRunOptions {
  const ordinary = usual(draws);
  const servers = 3;
  const hasDeletes = draws.chance('deletes', 1, 2);
  return {
    ...ordinary,
    servers,
    laterNode: null,
    clocks: Array.from({ length: servers }, (_, i) => ({
      offsetUs: draws.between(`clock offset ${i}`, 0, 10_000_000),
      ratePpm: draws.between(`clock rate ${i}`, -200, 200),
    })),
    node: {
      clusterId: 7,
      writeQuorum: 2,
      readQuorum: 2,
      timeoutUs: fromMs(draws.oneOf('quorum timeout', [400, 1_000, 5_000])),
      resendUs: fromMs(draws.oneOf('resend', [30, 100, 250])),
      sweepUs: fromMs(draws.oneOf('sweep', [100, 500, 1_000])),
      sweepKeysMax: draws.oneOf('sweep keys', [1, 64]),
      openMax: 1_024,
      openBytesMax: 67_108_864,
      journal: {
        storage: { segmentBytesMax: 16_384, recordBytesMax: 4_096, readBytes: 4_096, snapshotsKept: 2 },
        sync: { kind: 'always' },
        snapshotEveryEntries: draws.oneOf('journal snapshot every', [50, 400, 1_000_000]),
        snapshotEveryBytes: 67_108_864,
        waitingBytesMax: 33_554_432,
      },
    },
    // Without sessions a put must not be repeated across a delete, so a world has one or the other.
    workload: {
      ...ordinary.workload,
      sessionlessRatio: ratio(1, 1),
      keys: 2,
      getWeight: 6,
      thinkMsMin: 1,
      thinkMsMax: draws.oneOf('think', [10, 60]),
      putWeight: hasDeletes ? 0 : 2,
      deleteWeight: hasDeletes ? 1 : 0,
    },
  };
}
