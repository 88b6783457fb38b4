/**
 * A machine's own random choices, as a value: the state is one 32-bit integer that lives in the
 * machine's state, so that a replayed state makes the same choices. (The simulated world draws from
 * labelled streams instead; see sim/base/random-streams.ts.)
 *
 * The generator walks a Weyl sequence and scrambles each point with two multiply-xorshift rounds, the
 * finaliser shape of SplitMix (Steele, Lea, Flood, OOPSLA 2014). 2^32 steps before it repeats.
 */
export type RandomState = number;

/** The state after one draw. */
export function advance(state: RandomState): RandomState {
  return (state + 0x9e3779b9) | 0;
}

/** 32 random bits of a state, 0 .. 2^32-1. The state itself is not used up: {@link advance} it. */
export function bitsOf(state: RandomState): number {
  let z = state;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** A whole number in [0, bound), bound 1 .. 2^31. Scaled, not rejected: one draw always, with a bias of at most bound / 2^32. */
export function below(state: RandomState, bound: number): number {
  return Math.floor((bitsOf(state) * bound) / 4_294_967_296);
}
