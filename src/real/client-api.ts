import type { NodeStatus } from '../core/wire/protocol.js';
import type { Log } from './log.js';

/** How to reach a cluster. */
export interface ClientSettings {
  /** Client ports as `host:port`, at least one of a live server. Which is which is learned from them. */
  readonly servers: readonly string[];
  /** Milliseconds until a call gives up with {@link NotDoneError} or {@link MaybeError}. Default 10000. */
  readonly timeoutMs?: number;
  /** Asked to tell what the connections do; silent by default. */
  readonly log?: Log;
}

/** Keys and values are bytes; text stands for its UTF-8 form. */
export type Bytes = string | Uint8Array;

/** A key that is there. `value.toString()` is its text. */
export interface Found {
  readonly value: Buffer;
  /** 1 for a key's first value, one more for each later one. */
  readonly version: number;
}

/** What a put gave. A conflict is an answer, not an error: `version` is the one that the key has. */
export type PutOutcome =
  | { readonly kind: 'done'; readonly version: number }
  | { readonly kind: 'versionConflict'; readonly version: number }
  | { readonly kind: 'noKey' };

/** A client of a cluster. Every call may reject with {@link NotDoneError}; put, set and delete also with {@link MaybeError}. */
export interface Client {
  /** A linearizable read; null when there is no such key. */
  get(key: Bytes): Promise<Found | null>;
  /** Writes if the key has this version now; 0: if it does not exist. */
  put(key: Bytes, value: Bytes, version: number): Promise<PutOutcome>;
  /** Writes whatever is there. @returns The new version. */
  set(key: Bytes, value: Bytes): Promise<number>;
  /** @returns False when there was no such key. */
  delete(key: Bytes): Promise<boolean>;
  /** What each listed server says of itself, in the order of the list; null for one that does not answer in time. */
  status(): Promise<readonly ServerStatus[]>;
  /** Ends all connections; calls under way reject. Idempotent. */
  close(): Promise<void>;
}

/** One server of the list and what it says of itself. */
export interface ServerStatus {
  readonly address: string;
  readonly status: NodeStatus | null;
}

/** The call certainly took no effect, and never will. */
export class NotDoneError extends Error {
  override readonly name = 'NotDoneError';
}

/** Nobody can say whether the call took effect, or will: it was sent, and no answer came that settles it. */
export class MaybeError extends Error {
  override readonly name = 'MaybeError';
}
