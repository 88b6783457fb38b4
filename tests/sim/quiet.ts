import { Draws } from '../../src/sim/draws.js';
import { RandomStreams, RATIO_NEVER } from '../../src/sim/random.js';
import type { RaftRunOptions } from '../../src/sim/hosted-raft.js';
import { usual } from '../../src/sim/usual.js';

/** A short, harmless run of three servers and two clients, the same each time. */
export function quietOptions(): RaftRunOptions {
  const ordinary = usual(new Draws(new RandomStreams(1)));
  return {
    ...ordinary,
    servers: 3,
    chaosMs: 2_000,
    workload: { ...ordinary.workload, clients: 2, sessionlessRatio: RATIO_NEVER },
  };
}
