import type { ByteString } from '../base/bytestring.js';
import type { NodeId } from '../base/units.js';
import type { StoreResult } from '../store/command.js';
import type { ReadLevel } from '../wire/protocol.js';

/** What an application asks of its client. */
export interface ClientCall {
  /** The application's own number for it, echoed in the outcome. */
  readonly id: number;
  readonly op: 'get' | 'put' | 'set' | 'delete';
  readonly key: ByteString;
  /** For put and set; absent is empty. */
  readonly value?: ByteString;
  /** For put: the version that the key must have now, 0 for "must not exist". Absent is 0. */
  readonly version?: number;
  /** How long the application waits for the outcome, in microseconds from the asking. Absent: the option's. */
  readonly timeLimitUs?: number;
  /** For get. Absent: `linearizable`. A `stale` read is answered by any server. */
  readonly level?: ReadLevel;
  /** For a stale get: whom to ask first, to spread reads (spread.ts). Absent, or not known: the server believed to lead. */
  readonly ask?: NodeId;
}

/** The application no longer waits for one of its calls. One that was not begun never will be. */
export interface ClientCancel {
  readonly op: 'cancel';
  /** The call's number; one that is not waiting has its outcome already. */
  readonly id: number;
}

/** What an application may tell its client. */
export type ClientRequest = ClientCall | ClientCancel;

/**
 * What became of a call. Three words, and an honest client must have all of them:
 *
 *   done    the answer of the store; a write took effect exactly once, or said why not
 *   failed  certainly no effect, now or later
 *   maybe   a write took effect once or not at all, or will yet; nobody here can tell
 */
export type ClientOutcome =
  | { readonly kind: 'done'; readonly id: number; readonly result: StoreResult }
  | { readonly kind: 'failed'; readonly id: number; readonly cause: Cause; readonly reason: string }
  | { readonly kind: 'maybe'; readonly id: number; readonly cause: Cause; readonly reason: string };

/**
 * Why there is no answer; programs decide by it, `reason` is for people.
 *
 *   timeLimit       the time that the application gives a call is over
 *   cancelled       the application took it back
 *   overloaded      too many calls wait already
 *   noServer        there is nobody to ask
 *   sessionExpired  the servers forgot the session, and with it what became of the command
 *   noRepeat        an attempt was not answered, and without a session there must be no other
 *   unfinished      the server could not finish it and does not know more, and without a session there must be no other attempt
 *   ambiguous       the answer to a repetition may tell of the first attempt
 */
export type Cause = 'timeLimit' | 'cancelled' | 'overloaded' | 'noServer' | 'sessionExpired' | 'noRepeat' | 'unfinished' | 'ambiguous';

/** How a client goes about it. Everything has a default. */
export interface ClientOptions {
  /** The servers to ask; those that are not members at boot are left out. Absent: every member. */
  readonly servers?: readonly NodeId[];
  /**
   * Whether commands go in a session, which makes a repeated command take effect once (thesis §6.3).
   * Default true, until a server says that its system keeps none. Without one: a set or delete is not repeated once it may have taken effect; a put is,
   * since its version guards it, except against a delete of the same key in between, which starts the
   * versions anew; and a network that doubles messages may double a command.
   */
  readonly useSessions?: boolean;
  /** How long to wait for one server's answer before another is asked. Default 500 ms. */
  readonly attemptTimeoutMs?: number;
  /** How long a call may take in all when it does not say so itself. Default 10 000 ms. */
  readonly timeLimitMs?: number;
  /** The pause after a whole round of servers gave no answer; doubled each round up to 16 times, half of it random. Default 20 ms. */
  readonly pauseMs?: number;
  /** How many calls may wait behind the one under way; one more fails at once. Default 64. */
  readonly queueMax?: number;
  /**
   * The server to ask first: the leader, if somebody knows it. Absent, or not among the servers: drawn by chance. One draw either way.
   */
  readonly first?: NodeId;
  /**
   * Whether each read is first asked of a server drawn at random: for systems in which any server can answer one. Default
   * false: reads go where the last answer came from.
   */
  readonly spreadsReads?: boolean;
  /**
   * Whether the network may deliver one request twice, as the host's contract allows. Then a command
   * that was refused may still take effect through its other copy, so giving up on it is "maybe". Default
   * true; a host with one connection to each server, TCP say, may set false, and a refusal is then final.
   */
  readonly mayDouble?: boolean;
}
