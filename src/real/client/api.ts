import type { Spread } from '../../core/client/spread.js';
import type { NodeStatus, ReadLevel } from '../../core/wire/protocol.js';
import type { PoolReport } from './pools.js';
import type { Log } from '../base/log.js';

/** How to reach a cluster, and how to use it. Only `servers` has no default. */
export interface ClientSettings {
  /** Client ports as `host:port`, at least one of a live server. Which is which is learned from them. */
  readonly servers: readonly string[];
  /** Milliseconds until a call that does not say so itself gives up. Default 10000. */
  readonly timeoutMs?: number;
  /** Milliseconds to wait for one server's answer before another is asked; more after each round in vain, up to 8 times as long. Default 500. */
  readonly attemptTimeoutMs?: number;
  /** Connections that are kept to each server. 1 or more, default 8. */
  readonly connectionsMax?: number;
  /** Further connections to a server that a rush may open; each is closed when its answer came. Default 0: requests share connections instead. */
  readonly extraConnectionsMax?: number;
  /** Milliseconds after which a connection without work is closed. Default 60000. */
  readonly idleMsMax?: number;
  /** Calls under way at once; further ones wait their turn. 1 or more, default 32. */
  readonly callsMax?: number;
  /** The level of reads that do not say it themselves. Default `linearizable`. */
  readonly level?: ReadLevel;
  /**
   * Whether commands belong to sessions, so that one that is repeated takes effect once. Default true, where the servers keep
   * sessions: `quorum` and `simple-election` do not, which the client finds out by itself. Without, a set or a delete of which an
   * attempt had no answer ends as "maybe".
   */
  readonly sessions?: boolean;
  /** How stale reads are spread over the servers. Default `round-robin`. */
  readonly spread?: Spread;
  /** Asked to tell what the connections do; silent by default. */
  readonly log?: Log;
}

/** Keys and values are bytes; text stands for its UTF-8 form. */
export type Bytes = string | Uint8Array;

/** What any call may be given. */
export interface CallOptions {
  /** Takes the call back: it rejects at once, with what is known by then. */
  readonly signal?: AbortSignal;
  /** Milliseconds until the call gives up. Default: the client's. */
  readonly timeoutMs?: number;
}

export interface ReadOptions extends CallOptions {
  /**
   * `linearizable` sees every write that was answered before. `stale` is answered by any server from what it has
   * applied: committed, maybe old, and the next one may be older. Default: the client's.
   */
  readonly level?: ReadLevel;
}

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

/**
 * A client of a cluster. It finds the leader, follows it when it changes, and repeats what was not answered; a command
 * takes effect once. Every call may reject with a `NotDoneError`; put, set and delete also with a `MaybeError`.
 */
export interface Client {
  /** @returns null when there is no such key. */
  get(key: Bytes, options?: ReadOptions): Promise<Found | null>;
  /** Writes if the key has this version now; 0: if it does not exist. */
  put(key: Bytes, value: Bytes, version: number, options?: CallOptions): Promise<PutOutcome>;
  /** Writes whatever is there. @returns The new version. */
  set(key: Bytes, value: Bytes, options?: CallOptions): Promise<number>;
  /** @returns False when there was no such key. */
  delete(key: Bytes, options?: CallOptions): Promise<boolean>;
  /**
   * A handle of the lock that this key is: keep one for each lock. Nothing else may write to the key. It is as good as the servers'
   * versioned puts are: over `raft`, `single` and `quorum`, two handles never hold it together.
   */
  lock(key: Bytes, settings?: LockSettings): Lock;
  /** Asks who leads. @returns Its address as it was given; null when nobody says so in time, or it is not of the list. */
  leader(options?: CallOptions): Promise<string | null>;
  /** What each listed server says of itself, in the order of the list; null for one that does not answer in time. */
  status(): Promise<readonly ServerStatus[]>;
  /** The connections to each listed server as they are now, in the order of the list. */
  pools(): readonly PoolReport[];
  /** Ends all connections; calls under way reject. Idempotent. */
  close(): Promise<void>;
}

/** How a lock is waited for. */
export interface LockSettings {
  /** Who holds it, for people who read the key. Without "/". Default "client". */
  readonly owner?: string;
  /** Milliseconds between the first looks at a lock that is held; doubled each time up to `pollMsMax`, half of it random. Default 20, up to 1000. */
  readonly pollMs?: number;
  readonly pollMsMax?: number;
}

/** A lock. Its calls go one after the other; a handle that ends without releasing holds it for ever. */
export interface Lock {
  /**
   * Waits until this handle holds it, which rejects when the time is over. After a `MaybeError` it may be held in this handle's name, or may
   * yet: release it, or acquire it again. One that is taken back by its signal is released by itself if it comes to hold the lock.
   *
   * @returns A number that grows from holder to holder: whoever guards a resource may refuse a smaller one (a fencing token).
   */
  acquire(options?: CallOptions): Promise<number>;
  /** @returns False when this handle did not hold it. After a `MaybeError` it may still be held; acquiring it again takes it over. */
  release(options?: CallOptions): Promise<boolean>;
}

/** One server of the list and what it says of itself. */
export interface ServerStatus {
  readonly address: string;
  readonly status: NodeStatus | null;
}
