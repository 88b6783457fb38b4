import { assert } from '../base/assert.js';
import { advance, below, type RandomState } from '../base/random.js';

/**
 * How stale reads are spread over the servers.
 *
 *   random        any, by chance
 *   round-robin   each in its turn
 *   least-loaded  who has the fewest of our requests unanswered; among equals each in its turn
 */
export type Spread = 'random' | 'round-robin' | 'least-loaded';

export const SPREADS: readonly Spread[] = ['random', 'round-robin', 'least-loaded'];

/** Whose turn it is, as a value. */
export interface Spreader {
  readonly spread: Spread;
  readonly random: RandomState;
  /** The place from which the next search begins. */
  readonly turn: number;
}

export function openSpreader(spread: Spread, seed: number): Spreader {
  return { spread, random: advance(seed | 0), turn: 0 };
}

/**
 * Chooses the place of the server that the next read is asked of.
 *
 * @param loads For each server our unanswered requests; null for one that was not reached a moment ago, which is chosen
 *   only when that is true of all.
 */
export function chooseServer(
  spreader: Spreader,
  loads: readonly (number | null)[],
): { readonly spreader: Spreader; readonly place: number } {
  assert(loads.length > 0, 'a read is spread over at least one server');
  const { spread, turn } = spreader;
  // In the order of turns, so that the first of equals is the one whose turn it is.
  const inTurn = loads.map((_, i) => (turn + i) % loads.length);
  const reached = inTurn.filter((place) => loads[place] !== null);
  const candidates = reached.length > 0 ? reached : inTurn;
  const random = advance(spreader.random);
  const place = chosen(spread, candidates, loads, random);
  return { spreader: { spread, random, turn: (place + 1) % loads.length }, place };
}

function chosen(spread: Spread, candidates: readonly number[], loads: readonly (number | null)[], random: RandomState): number {
  const first = candidates[0] ?? 0;
  if (spread === 'random') return candidates[below(random, candidates.length)] ?? first;
  if (spread === 'round-robin') return first;
  return candidates.reduce((best, place) => ((loads[place] ?? 0) < (loads[best] ?? 0) ? place : best), first);
}
