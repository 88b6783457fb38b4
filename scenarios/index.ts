import type { Scenario } from '../src/sim/scenario.js';
import { basic } from './basic.js';
import { clockSkew } from './clock-skew.js';
import { crowded } from './crowded.js';
import { figure8 } from './figure-8.js';
import { leaderFailure } from './leader-failure.js';
import { partition } from './partition.js';
import { pausedLeader } from './paused-leader.js';
import { powerCut } from './power-cut.js';
import { swarm } from './swarm.js';
import { tornTail } from './torn-tail.js';
import { unreliable } from './unreliable.js';

/** All scenarios, in the order in which a campaign runs them. */
export const scenarios: readonly Scenario[] = [
  basic, leaderFailure, partition, unreliable, powerCut, tornTail, pausedLeader, figure8, clockSkew, crowded, swarm,
];

/** This module's address, for `explore`: workers load the scenarios from it. */
export const SCENARIOS_MODULE = new URL(import.meta.url);
