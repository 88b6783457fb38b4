import { TRUE_CLOCK } from '../src/sim/base/node-clock.js';
import type { FaultSchedule } from '../src/sim/options/fault-schedule.js';
import { RATIO_NEVER } from '../src/sim/base/random-streams.js';
import type { RaftRunOptions } from '../src/sim/systems/raft/hosted.js';
import { ATTEMPT_TIMEOUT_MS, CLIENTS, KEYS, LINK, NODE, THINK_MS_MAX, THINK_MS_MIN } from './raftsim.js';

/** RAFTSIM-1 as a run with everything a user gets: simulated disks, every oracle, the history and its judgement. */
export function fullOptions(servers: number, seconds: number, faults: readonly FaultSchedule[] = []): RaftRunOptions {
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
    faults,
    promise: 'within budget',
  };
}
