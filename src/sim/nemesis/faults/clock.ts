import type { NodeId } from '../../../core/base/units.js';
import type { Injector } from '../base/injector.js';
import { hit, pickOf } from '../base/targets.js';
import type { Strike } from '../base/strike.js';
import { family } from './family.js';
import type { WhichClocks } from '../../world/world-event.js';
import type { Thaw } from '../../base/node-clock.js';

/**
 * Faults to clocks. A node has a monotonic clock and a wall clock on one oscillator: what happens to the oscillator
 * (`clock…`) both show, what is done to the wall clock (`wall…`) the monotonic one never does. A clock runs, and is
 * turned, whether its server is up or not.
 */

/** Of the freezes this share ends by catching up. */
const CATCH_UP_SHARE = 0.5;

export const clockJump = family({
  name: 'clockJump',
  sentence: 'Both clocks of a server jump forward.',
  details: "Both clocks jump forward by a part of the strike\'s span.",
  models: 'a resumed machine',
  group: 'clock',
  every: [500, 3_000],
  lasts: [50, 1_000],
  lastsMeans: 'the jump is at most so long',
  clocks: 'uneven',
  // By up to the strike's length: an election timeout that is suddenly over.
  strike: (injector, strike) => turn(injector, strike, (server) => injector.cluster.world.clocks.jump(server, partOf(strike))),
});

export const clockRate = family({
  name: 'clockRate',
  sentence: 'Both clocks of a server run at another rate, within the bound of the run.',
  models: 'a bad oscillator',
  group: 'clock',
  every: [500, 3_000],
  lasts: [0, 0],
  lastsMeans: 'until the next strike',
  clocks: 'bounded',
  strike: (injector, strike) =>
    turn(injector, strike, (server) => {
      const { clockRatePpmMax } = injector.cluster.options;
      injector.cluster.world.clocks.setRate(server, Math.floor(strike.how * (2 * clockRatePpmMax + 1)) - clockRatePpmMax);
    }),
});

export const clockFreeze = family({
  name: 'clockFreeze',
  sentence: 'Both clocks of a server stand still, and then go on from where they stood or catch up.',
  details:
    'Both clocks show the same moment as long as the strike lasts; no timer comes due meanwhile. Then, in every other ' +
    'strike each, they go on from where they stood, or catch up at once. Of freezes that overlap the last to end says how.',
  models: 'a moved virtual machine, a counter that hangs; a clock that is read too rarely',
  group: 'clock',
  every: [300, 2_000],
  lasts: [50, 2_000],
  clocks: 'uneven',
  strike: (injector, strike) => turn(injector, strike, (server) => freeze(injector, server, 'both', strike)),
});

export const clockStepBack = family({
  name: 'clockStepBack',
  sentence: 'Both clocks of a server go back: the monotonic one lies.',
  details: "Both clocks go back by a part of the strike\'s span, not behind their 0: the monotonic one lies.",
  models: 'counters of two processors that differ, a restored image of a running machine',
  group: 'clock',
  every: [100, 600],
  lasts: [100, 2_000],
  lastsMeans: 'the step is at most so long',
  clocks: 'lying',
  strike: (injector, strike) => turn(injector, strike, (server) => injector.cluster.world.clocks.stepBack(server, partOf(strike))),
});

export const wallStepForward = family({
  name: 'wallStepForward',
  sentence: "A server's wall clock is set forward.",
  details: "The wall clock is set forward by a part of the strike\'s span.",
  models: 'a time server, an operator, a wrong time zone',
  group: 'clock',
  every: [300, 2_000],
  lasts: [1, 3_600_000],
  lastsMeans: 'the step is at most so long',
  clocks: 'bounded',
  strike: (injector, strike) => turn(injector, strike, (server) => injector.cluster.world.clocks.stepWall(server, partOf(strike))),
});

export const wallStepBack = family({
  name: 'wallStepBack',
  sentence: "A server's wall clock is set back.",
  details: "The wall clock is set back by a part of the strike\'s span, not behind its 0.",
  models: 'the same',
  group: 'clock',
  every: [300, 2_000],
  lasts: [1, 3_600_000],
  lastsMeans: 'the step is at most so long',
  clocks: 'bounded',
  strike: (injector, strike) => turn(injector, strike, (server) => injector.cluster.world.clocks.stepWall(server, -partOf(strike))),
});

export const wallFreeze = family({
  name: 'wallFreeze',
  sentence: "A server's wall clock stands still, and then goes on from where it stood or catches up.",
  models: 'a leap second held back',
  group: 'clock',
  every: [500, 3_000],
  lasts: [50, 2_000],
  clocks: 'bounded',
  strike: (injector, strike) => turn(injector, strike, (server) => freeze(injector, server, 'wall', strike)),
});

function turn(injector: Injector, strike: Strike, act: (server: NodeId) => void): void {
  hit(pickOf(injector.cluster.servers, strike.who), act);
}

/** A part of the strike's length, in microseconds. */
function partOf(strike: Strike): number {
  return Math.floor(strike.how * strike.lastsUs);
}

function freeze(injector: Injector, server: NodeId, which: WhichClocks, strike: Strike): void {
  const { clocks } = injector.cluster.world;
  const how: Thaw = strike.how < CATCH_UP_SHARE ? 'catchUp' : 'goOn';
  clocks.freeze(server, which);
  injector.later(strike.lastsUs, () => clocks.thaw(server, which, how));
}
