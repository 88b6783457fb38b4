import { namesOf } from './names-of.js';

/**
 * The families of harm to clocks. A node has a monotonic clock and a wall clock on one oscillator: what happens to
 * the oscillator (`clock…`) both show, what is done to the wall clock (`wall…`) the monotonic one never does.
 */
export const CLOCK_HARM_SENTENCES = {
  clockJump: 'Both clocks of a server jump forward.',
  clockRate: 'Both clocks of a server run at another rate, within the bound of the run.',
  clockFreeze: 'Both clocks of a server stand still, and then go on from where they stood or catch up.',
  clockStepBack: 'Both clocks of a server go back: the monotonic one lies.',
  wallStepForward: 'A server\'s wall clock is set forward.',
  wallStepBack: 'A server\'s wall clock is set back.',
  wallFreeze: 'A server\'s wall clock stands still, and then goes on from where it stood or catches up.',
} as const;

export const CLOCK_HARMS = namesOf(CLOCK_HARM_SENTENCES);

export type ClockHarmName = (typeof CLOCK_HARMS)[number];
