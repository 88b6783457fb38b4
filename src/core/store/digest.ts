import type { ByteString } from '../base/bytestring.js';

/**
 * A digest that can be kept up while the state changes: each key and each session has a hash of its own,
 * in two lanes of 32 bits, and the state's lanes are the sums of them modulo 2^32. A change subtracts the
 * old hash and adds the new one; the order in which things came does not show. Two different contents
 * agree in one lane once in 2^32 and in both once in 2^64.
 *
 * It finds accidents, not forgers.
 */
export class Hasher {
  laneA: number;
  laneB: number;

  /** @param laneA, laneB Integers to begin with: of their own for each kind of thing, so that two kinds never look alike. */
  constructor(laneA: number, laneB: number) {
    this.laneA = laneA | 0;
    this.laneB = laneB | 0;
  }

  /** Takes a text in, with its length, so that two texts in a row never look like another two. */
  text(text: ByteString): void {
    const length = text.length;
    let a = this.laneA;
    let b = this.laneB;
    let at = 0;
    for (; at + 4 <= length; at += 4) {
      const word = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8) | (text.charCodeAt(at + 2) << 16) | (text.charCodeAt(at + 3) << 24);
      a = foldA(a, word);
      b = foldB(b, word);
    }
    for (; at < length; at++) {
      a = foldA(a, text.charCodeAt(at));
      b = foldB(b, text.charCodeAt(at));
    }
    this.laneA = foldA(a, length);
    this.laneB = foldB(b, length);
  }

  /** Takes an integer in, 0 .. 2^53-1; the upper half only of one that has any. */
  number(n: number): void {
    const low = n | 0;
    this.laneA = foldA(this.laneA, low);
    this.laneB = foldB(this.laneB, low);
    if (n < 4_294_967_296) return;
    const high = ~Math.floor(n / 4_294_967_296);
    this.laneA = foldA(this.laneA, high);
    this.laneB = foldB(this.laneB, high);
  }

  /** Ends a hash: spreads each bit over the whole word, which the sum over all hashes needs. */
  end(): void {
    this.laneA = scramble(this.laneA);
    this.laneB = scramble(this.laneB);
  }
}

/** The two lanes as 16 hex digits. */
export function hexOf(laneA: number, laneB: number): string {
  return hexWord(laneA) + hexWord(laneB);
}

/** Each lane multiplies by an odd number of its own, so that what collides in one does not in the other. */
function foldA(lane: number, word: number): number {
  const mixed = Math.imul(lane ^ word, 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}

function foldB(lane: number, word: number): number {
  const mixed = Math.imul(lane ^ word, 0x85eb_ca77);
  return mixed ^ (mixed >>> 13);
}

function scramble(hash: number): number {
  let z = hash;
  z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
  return z ^ (z >>> 15);
}

function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
