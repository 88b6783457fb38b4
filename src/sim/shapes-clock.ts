import type { NodeId } from '../core/base/units.js';
import { pickOf, strike, type Blow, type Shape } from './aim.js';
import type { Thaw } from './clock.js';
import type { ClockHarmName } from './harms-clock.js';
import type { Striker } from './striker.js';
import type { WhichClocks } from './world-clocks.js';

/** Of the freezes this share ends by catching up. */
const CATCH_UP_SHARE = 0.5;

/** What each family does. A clock runs, and is turned, whether its server is up or not. */
export const CLOCK_SHAPES: Readonly<Record<ClockHarmName, Shape>> = {
  // By up to the blow's length: an election timeout that is suddenly over.
  clockJump: (striker, blow) => turn(striker, blow, (server) => striker.cluster.world.clocks.jump(server, partOf(blow))),

  clockRate: (striker, blow) =>
    turn(striker, blow, (server) => {
      const { clockRatePpmMax } = striker.cluster.options;
      striker.cluster.world.clocks.setRate(server, Math.floor(blow.how * (2 * clockRatePpmMax + 1)) - clockRatePpmMax);
    }),

  clockFreeze: (striker, blow) => turn(striker, blow, (server) => freeze(striker, server, 'both', blow)),
  clockStepBack: (striker, blow) => turn(striker, blow, (server) => striker.cluster.world.clocks.stepBack(server, partOf(blow))),

  wallStepForward: (striker, blow) => turn(striker, blow, (server) => striker.cluster.world.clocks.stepWall(server, partOf(blow))),
  wallStepBack: (striker, blow) => turn(striker, blow, (server) => striker.cluster.world.clocks.stepWall(server, -partOf(blow))),
  wallFreeze: (striker, blow) => turn(striker, blow, (server) => freeze(striker, server, 'wall', blow)),
};

function turn(striker: Striker, blow: Blow, act: (server: NodeId) => void): void {
  strike(pickOf(striker.cluster.servers, blow.who), act);
}

/** A part of the blow's length, in microseconds. */
function partOf(blow: Blow): number {
  return Math.floor(blow.how * blow.lastsUs);
}

function freeze(striker: Striker, server: NodeId, which: WhichClocks, blow: Blow): void {
  const { clocks } = striker.cluster.world;
  const how: Thaw = blow.how < CATCH_UP_SHARE ? 'catchUp' : 'goOn';
  clocks.freeze(server, which);
  striker.later(blow.lastsUs, () => clocks.thaw(server, which, how));
}
