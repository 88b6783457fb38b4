import type { Draws } from '../../options/draws.js';
import { NO_FAULTS } from '../../network/link-options.js';
import { ratio, RATIO_NEVER } from '../../base/random-streams.js';
import type { RunOptions } from '../../options/run-options.js';
import { LAN } from '../../options/presets.js';

/** The same run with clients that want locks over the documents' unreliable network: half of all requests and half of all replies are lost, and in some worlds a few come very late. */
export function withLocks<NodeOptions>(ordinary: RunOptions<NodeOptions>, draws: Draws): RunOptions<NodeOptions> {
  // Without sessions nothing comes twice, as the documents have it; with them anything may.
  const hasSessions = draws.chance('sessions', 1, 3);
  const isLate = draws.chance('lock latecomers', 1, 3);
  return {
    ...ordinary,
    clientLink: {
      ...LAN,
      lossRatio: ratio(1, 2),
      duplicateRatio: hasSessions ? ratio(1, 20) : RATIO_NEVER,
      // Most are quick; a latecomer outlives by far the attempt that it is of, and what it wants may not be wanted any more.
      ...(isLate ? { delayUsMax: 800_000, faults: { ...NO_FAULTS, latency: 'heavyTail' } } : { delayUsMax: 27_000 }),
    },
    workload: {
      ...ordinary.workload,
      clients: draws.between('lock clients', 2, 5),
      keys: draws.oneOf('locks', [1, 1, 2]),
      // There it is held for longer too, so that a latecomer meets a holder.
      ...(isLate ? { thinkMsMax: 500 } : {}),
      sessionlessRatio: hasSessions ? RATIO_NEVER : ratio(1, 1),
      deleteWeight: 0,
      attemptTimeoutMs: draws.oneOf('lock attempt timeout', [60, 150]),
      timeLimitMs: draws.oneOf('lock time limit', [1_500, 6_000]),
    },
  };
}
