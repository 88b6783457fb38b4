import { TRUE_CLOCK } from '../src/sim/clock.js';
import type { HarmOptions } from '../src/sim/harms.js';
import { RATIO_NEVER } from '../src/sim/random.js';
import type { RunOptions } from '../src/sim/scenario.js';
import { ATTEMPT_TIMEOUT_MS, CLIENTS, KEYS, LINK, NODE, THINK_MS_MAX, THINK_MS_MIN } from './raftsim.js';

/** RAFTSIM-1 as a run with everything a user gets: simulated disks, every oracle, the history and its judgement. */
export function fullOptions(servers: number, seconds: number, harms: readonly HarmOptions[] = []): RunOptions {
  return {
    servers,
    chaosMs: seconds * 1_000,
    convergenceMs: 30_000,
    eventsMax: 1_000_000_000,
    isCodecUsed: false,
    peerLink: LINK,
    clientLink: LINK,
    disk: { operationUsMin: 20, operationUsMax: 100, syncUsMin: 200, syncUsMax: 1_000 },
    clocks: Array.from({ length: servers }, () => TRUE_CLOCK),
    clockRatePpmMax: 0,
    monotonicClocks: 'bounded',
    node: NODE,
    laterNode: null,
    workload: {
      clients: CLIENTS,
      sessionlessRatio: RATIO_NEVER,
      staleRatio: RATIO_NEVER,
      keys: KEYS,
      paddingBytesMax: 0,
      getWeight: 0,
      setWeight: 1,
      putWeight: 0,
      deleteWeight: 0,
      thinkMsMin: THINK_MS_MIN,
      thinkMsMax: THINK_MS_MAX,
      attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
      timeLimitMs: 60_000,
    },
    harms,
    promise: 'within budget',
  };
}
