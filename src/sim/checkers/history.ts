/** What a client may do to a key. Which of these a model knows, and what they mean there, the model says. */
export type OperationName = 'get' | 'put' | 'set' | 'delete' | 'append' | 'read' | 'write' | 'cas' | 'acquire' | 'release';

/**
 * What the client learned:
 *
 *   ok               it took effect; a get or read found a value (read: or found the register empty)
 *   noKey            get, delete, or put with a version above 0: there was no such key, nothing changed
 *   versionConflict  put: the key had another version, nothing changed
 *   refused          cas: the value was another one; acquire: the lock was held; release: not by this
 *                    client. Nothing changed
 *   unknown          no answer: it took effect at some moment after its call, maybe much later, or never
 *
 * An operation that certainly did nothing and saw nothing does not belong into a history.
 */
export type OperationOutcome = 'ok' | 'noKey' | 'versionConflict' | 'refused' | 'unknown';

/** What the search must know of an operation, whatever it does. */
export interface Timed {
  /** Operations on different keys know nothing of each other (Horn & Kroening 2015, P-compositionality). */
  readonly key: string;
  /** A moment of any one clock, in microseconds; all of one history are of the same clock. */
  readonly callUs: number;
  /** Not before `callUs`. Null exactly when the outcome is unknown. */
  readonly returnUs: number | null;
}

/**
 * One operation of one client, from its call to its return, as the client saw it. One shape for all.
 * Two operations of which neither returned before the other was called may have happened in any order;
 * equal moments count as overlapping, so a clock that is too coarse never invents a violation.
 */
export interface Operation extends Timed {
  /** A number, or how else the client is called in the file. */
  readonly clientId: number | string;
  readonly op: OperationName;
  /** What put, set, append, write and cas wanted to write; for lock operations the owner's token, or null: the client. Else null. */
  readonly value: string | null;
  /** put: the version that the key was to have, 0 for "must not exist". Else null. */
  readonly version: number | null;
  /** cas: the value that was to be there, null for an empty register. Else null. */
  readonly expected: string | null;
  readonly outcome: OperationOutcome;
  /** get, read: what was found; null when a read found an empty register. Else null. */
  readonly resultValue: string | null;
  /**
   * The version that the answer told: after a put or set the new one, of a get the read one, of a delete the
   * deleted one, of a versionConflict the one that was there. Null when it told none.
   */
  readonly resultVersion: number | null;
}

/** The operation as its client knew it while it was under way. */
export function withoutOutcome(operation: Operation): Operation {
  return { ...operation, outcome: 'unknown', resultValue: null, resultVersion: null, returnUs: null };
}
