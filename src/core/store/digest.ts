import type { ByteString } from '../base/bytestring.js';

/**
 * A digest that can be kept up while the state changes: each key and each session has a hash of its own,
 * in two lanes of 32 bits, and the state's lanes are the sums of them modulo 2^32. A change subtracts the
 * old hash and adds the new one; the order in which things came does not show.
 *
 * It finds accidents, not forgers.
 */

/** Where the two lanes start; any two different numbers would do. */
export const LANE_A = 0x5eed_57a3 | 0;
export const LANE_B = 0x1f83_d9ab | 0;

/** Takes a text in, with its length, so that two texts in a row never look like another two. */
export function foldText(lane: number, text: ByteString): number {
  let hash = lane;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  return foldWord(hash, text.length);
}

/** Takes an integer in, 0 .. 2^53-1. */
export function foldNumber(lane: number, n: number): number {
  return foldWord(foldWord(lane, n | 0), Math.floor(n / 4_294_967_296));
}

/** Spreads each bit over the whole word, which the sum over all hashes needs. */
export function scramble(hash: number): number {
  let z = hash;
  z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
  return z ^ (z >>> 15);
}

/** The state's two sums and its counters, as 16 hex digits. */
export function finishDigest(laneA: number, laneB: number, keyCount: number, sessionCount: number, lastApplied: number): string {
  return hex(finishLane(laneA, keyCount, sessionCount, lastApplied)) + hex(finishLane(laneB, keyCount, sessionCount, lastApplied));
}

function finishLane(lane: number, keyCount: number, sessionCount: number, lastApplied: number): number {
  return scramble(foldNumber(foldNumber(foldNumber(lane, keyCount), sessionCount), lastApplied));
}

function foldWord(lane: number, word: number): number {
  const mixed = Math.imul(lane ^ word, 0x85eb_ca6b);
  return mixed ^ (mixed >>> 15);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
