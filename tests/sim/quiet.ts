import { Draws } from '../../src/sim/options/draws.js';
import { RandomStreams, RATIO_NEVER } from '../../src/sim/base/random-streams.js';
import type { RaftRunOptions } from '../../src/sim/systems/raft/hosted.js';
import { usualRaft } from '../../src/sim/systems/raft/presets.js';

/** A short, harmless run of three servers and two clients, the same each time. */
export function quietOptions(): RaftRunOptions {
  const ordinary = usualRaft(new Draws(new RandomStreams(1)));
  return {
    ...ordinary,
    servers: 3,
    chaosMs: 2_000,
    workload: { ...ordinary.workload, clients: 2, sessionlessRatio: RATIO_NEVER },
  };
}
