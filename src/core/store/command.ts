import type { ByteString } from '../base/bytestring.js';

/**
 * What a client wishes done to the store, as it stands in the log. One shape for all operations.
 *
 * A command of a session (clientId above 0) takes effect once, however often it stands in the log:
 * ClientRequest of thesis §6.3, Figure 6.1.
 */
export interface Command {
  readonly op: CommandOp;
  /**
   * The session, as `registerClient` returned it; 0: none, so a repeated command takes effect again.
   * Without meaning for registerClient.
   */
  readonly clientId: number;
  /** Counts a session's commands from 1. A session has one command under way at a time. */
  readonly sequenceNum: number;
  /** Empty for registerClient. */
  readonly key: ByteString;
  /** For put and set; else empty. */
  readonly value: ByteString;
  /** For put: the version that the key must have now, 0 for "must not exist". Else 0. */
  readonly version: number;
}

export type CommandOp = 'put' | 'set' | 'delete' | 'registerClient';

/**
 * What applying a command, or reading a key, gave. One shape for all.
 *
 *   ok              done; `version` is the key's new version (put, set), the deleted one (delete), the
 *                   read one (get, with `value`), or the new session's id (registerClient)
 *   noKey           get, delete, or put with a version above 0: there is no such key
 *   versionConflict put: the key has another version, which is `version`
 *   sessionExpired  the session is unknown or was dropped, or has had a later command; no effect now (§6.3)
 */
export interface StoreResult {
  readonly status: 'ok' | 'noKey' | 'versionConflict' | 'sessionExpired';
  readonly version: number;
  readonly value: ByteString;
}
