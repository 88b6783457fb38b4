import type { ByteString } from '../../base/bytestring.js';
import type { Change } from '../../wire/text/lines.js';

/**
 * What a primary and its replicas say to each other. A place in a primary's history is an epoch, which names
 * one life of one primary, and a position, which counts the changes of that epoch.
 */
export type PeerMessage =
  // ---- replica to primary
  /**
   * Asks for piece `piece` of a snapshot, 0 to begin with. `join` is the replica's own number for the attempt,
   * echoed in each piece: what belongs to an earlier attempt is not mixed in.
   */
  | { readonly kind: 'join'; readonly join: number; readonly piece: number }
  /** "I hold this much; send what follows." With `isGap`, what was sent behind it was lost, and must come again. */
  | { readonly kind: 'follow'; readonly epoch: number; readonly position: number; readonly isGap: boolean }
  // ---- primary to replica
  | Piece
  | Replicate
  /** The place of a `follow` can't be followed from here: another epoch, or too far behind. The replica joins anew. */
  | { readonly kind: 'resync'; readonly epoch: number; readonly position: number }
  /** A server that is no primary was asked to be one. */
  | { readonly kind: 'refuse'; readonly join: number; readonly reason: ByteString }
  // ---- by and after an operator's decision
  /** Makes the replica that hears it the primary. */
  | { readonly kind: 'promote' }
  /** A promoted primary makes itself known. */
  | { readonly kind: 'primary'; readonly epoch: number };

/** A part of a snapshot: the keys of one moment, ascending, those of the next piece behind them. */
export interface Piece {
  readonly kind: 'snapshot';
  readonly join: number;
  readonly piece: number;
  readonly isLast: boolean;
  readonly epoch: number;
  readonly position: number;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: ByteString;
  readonly version: number;
  readonly value: ByteString;
}

/** One change. `epoch` is 0 where a person typed a bare line; then position and version mean nothing. */
export interface Replicate {
  readonly kind: 'replicate';
  readonly epoch: number;
  readonly position: number;
  /** The key's version after the change; 0 for a delete. */
  readonly version: number;
  readonly change: Change;
}

/** No epoch: before the first join, and of bare lines. */
export const NO_EPOCH = 0;

/** An epoch is its generation, which counts promotions, and a number drawn for one life of one primary. */
const LIVES = 4_294_967_296;
/** Generations before the numbers end. */
export const GENERATION_MAX = 2_097_151;

/** @param life 1 .. 2^32-1. */
export function epochOf(generation: number, life: number): number {
  return generation * LIVES + life;
}

export function generationOf(epoch: number): number {
  return Math.floor(epoch / LIVES);
}

export function lifeOf(epoch: number): number {
  return epoch % LIVES;
}
