import { assert } from '../base/assert.js';
import { fromMs, type Micros } from '../base/units.js';

/** Numbers of the protocol that a user may set. */
export interface RaftOptions {
  /** An election timeout is drawn anew each time from [min, max) (§3.4). Above heartbeatInterval + a round trip. */
  readonly electionTimeoutMin: Micros;
  readonly electionTimeoutMax: Micros;
  readonly heartbeatInterval: Micros;
  /** Messages to one follower that may be unanswered. 1 or more. */
  readonly inflightMessagesMax: number;
  /** Entries in one message. 1 or more. */
  readonly entriesPerMessageMax: number;
  /** Sum of `sizeBytes` in one message; one entry always goes, however large. */
  readonly messageBytesMax: number;
  /** Bytes of a snapshot in one message. */
  readonly snapshotPieceBytes: number;
  /** Entries that may be appended but not committed before proposals are refused. */
  readonly uncommittedEntriesMax: number;
  /** Reads that may wait before further ones are refused. */
  readonly pendingReadsMax: number;
}

export const DEFAULT_RAFT_OPTIONS: RaftOptions = {
  electionTimeoutMin: fromMs(300),
  electionTimeoutMax: fromMs(600),
  heartbeatInterval: fromMs(60),
  inflightMessagesMax: 64,
  entriesPerMessageMax: 1_024,
  messageBytesMax: 1_048_576,
  snapshotPieceBytes: 1_048_576,
  uncommittedEntriesMax: 8_192,
  pendingReadsMax: 4_096,
};

/** Refuses options under which the protocol could not work at all. */
export function checkRaftOptions(options: RaftOptions): void {
  assert(options.electionTimeoutMin > options.heartbeatInterval, 'an election timeout is longer than a heartbeat interval (§3.4)');
  assert(options.electionTimeoutMax > options.electionTimeoutMin, 'election timeouts differ, or votes split for ever (§3.4)');
  assert(options.heartbeatInterval > 0, 'a leader sends heartbeats (§3.4)');
  assert(options.inflightMessagesMax >= 1 && options.entriesPerMessageMax >= 1, 'at least one message of one entry may be under way');
}
