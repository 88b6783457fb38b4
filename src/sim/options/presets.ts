import { MICROS_PER_MS } from '../../core/base/units.js';
import type { Draws } from './draws.js';
import type { LinkOptions } from '../network/network.js';
import { ratio, RATIO_ALWAYS, RATIO_NEVER } from '../base/random-streams.js';
import type { RunOptions, WorkloadOptions } from './run-options.js';

/** A link of a local network: quick, nothing lost, but a message may overtake another. */
export const LAN: LinkOptions = {
  delayUsMin: 300,
  delayUsMax: 5 * MICROS_PER_MS,
  lossRatio: RATIO_NEVER,
  duplicateRatio: RATIO_NEVER,
  reorders: true,
  queueMax: 10_000,
};

/** A link that loses, doubles and delays. `lossPercent` is of 100, doubling a tenth of that. */
export function lossy(lossPercent: number, delayMsMax: number): LinkOptions {
  return { ...LAN, delayUsMax: delayMsMax * MICROS_PER_MS, lossRatio: ratio(lossPercent, 100), duplicateRatio: ratio(lossPercent, 1_000) };
}

/**
 * A whole description of an ordinary run: three or five servers, no fault, a modest load of clients that read and write keys. A
 * scenario takes it, adds the numbers of its system as `node`, and says what is different in its story.
 */
export function usual(draws: Draws): RunOptions<null> {
  const servers = draws.oneOf('servers', [3, 3, 5]);
  // Without a session a repeated put is guarded by its version only, which a delete begins anew (client/calls.ts).
  const isSessionless = draws.chance('sessionless', 1, 4);
  return {
    servers,
    chaosMs: 15_000,
    convergenceMs: 20_000,
    eventsMax: 2_000_000,
    isCodecUsed: draws.chance('codec', 1, 8),
    peerLink: LAN,
    clientLink: LAN,
    disk: { operationUsMin: 20, operationUsMax: 200, syncUsMin: 100, syncUsMax: 4_000 },
    clocks: Array.from({ length: servers }, (_, i) => ({
      offsetUs: draws.between(`clock offset ${i}`, 0, 10_000_000),
      ratePpm: draws.between(`clock rate ${i}`, -200, 200),
    })),
    clockRatePpmMax: 200,
    monotonicClocks: 'bounded',
    node: null,
    laterNode: null,
    workload: {
      clients: draws.between('clients', 2, 5),
      sessionlessRatio: isSessionless ? ratio(1, 3) : RATIO_NEVER,
      staleRatio: RATIO_NEVER,
      keys: 4,
      paddingBytesMax: draws.oneOf('padding', [0, 0, 800]),
      getWeight: 4,
      setWeight: 3,
      putWeight: 2,
      deleteWeight: isSessionless ? 0 : 1,
      thinkMsMin: 5,
      thinkMsMax: 80,
      // Short: many repeated commands. Long: a client still waits when a deposed leader comes back.
      attemptTimeoutMs: draws.oneOf('attempt timeout', [100, 400, 1_500]),
      timeLimitMs: 4_000,
    },
    faults: [],
    promise: 'within budget',
  };
}

/** What makes a load one of plain reads and writes, for systems that keep neither versions nor sessions: to be spread over another load. */
export const READS_AND_WRITES = {
  sessionlessRatio: RATIO_ALWAYS,
  putWeight: 0,
  deleteWeight: 0,
} as const satisfies Partial<WorkloadOptions>;
