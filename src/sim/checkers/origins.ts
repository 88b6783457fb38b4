import type { Origins } from './specification.js';
import type { Timeline } from './timeline.js';

/**
 * The first place in the order of returns whose operation found what nobody can have left there by then; null: there is none.
 * An operation of unknown outcome that was called counts as done. One that finds what it leaves cannot be where it came from.
 */
export function firstWithoutOrigin(timeline: Timeline, { found, left, sources }: Origins): number | null {
  const { required, earliest, optional, optionalEarliest } = timeline;
  /** For each number of `left` the first place at which it can be there. */
  const possible: number[] = [];
  const note = (i: number, place: number): void => {
    const value = left[i]!;
    if (value >= 0 && value !== found[i] && !(possible[value]! <= place)) possible[value] = place;
  };
  required.forEach((i, o) => note(i, earliest[o]!));
  optional.forEach((i, u) => note(i, optionalEarliest[u]!));
  for (let o = 0; o < required.length; o++) {
    const value = found[required[o]!]!;
    if (value < 0) continue;
    const isPossible = sources === null ? possible[value]! <= o : sources[value]!.some((source) => possible[source]! <= o);
    if (!isPossible) return o;
  }
  return null;
}
