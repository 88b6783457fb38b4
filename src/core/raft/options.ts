import { assert } from '../base/assert.js';
import { fromMs, type Micros } from '../base/units.js';

/** Numbers of the protocol that a user may set. */
export interface RaftOptions {
  /** An election timeout is drawn anew each time from [min, max) (§3.4). Above heartbeatInterval + a round trip. */
  readonly electionTimeoutMin: Micros;
  readonly electionTimeoutMax: Micros;
  readonly heartbeatInterval: Micros;
  /**
   * Messages with entries to one follower that may be unanswered. 1 or more. While so many are, further entries gather for the next
   * one: few under way make large messages, which cost every server less for each entry; many keep a far follower's line full.
   */
  readonly inflightMessagesMax: number;
  /** Entries in one message. 1 .. 65 536, as the wire format allows. */
  readonly entriesPerMessageMax: number;
  /** Sum of `sizeBytes` in one message; one entry always goes, however large. At most 8 MiB, so that a frame holds it. */
  readonly messageBytesMax: number;
  /** Bytes of a snapshot in one message. 1 byte .. 8 MiB. */
  readonly snapshotPieceBytes: number;
  /** Entries that a leader may have appended and not committed, or not made durable itself, before proposals are refused. */
  readonly uncommittedEntriesMax: number;
  /** Bytes (`sizeBytes`) of such entries, likewise; one always goes, however large. 1 or more. */
  readonly uncommittedBytesMax: number;
  /** Reads that may wait before further ones are refused. */
  readonly pendingReadsMax: number;
}

export const DEFAULT_RAFT_OPTIONS: RaftOptions = {
  electionTimeoutMin: fromMs(300),
  electionTimeoutMax: fromMs(600),
  heartbeatInterval: fromMs(60),
  // One that is synced and one that waits for that: the follower's disk is never idle, and what gathers meanwhile goes as one.
  inflightMessagesMax: 2,
  entriesPerMessageMax: 1_024,
  messageBytesMax: 1_048_576,
  snapshotPieceBytes: 1_048_576,
  uncommittedEntriesMax: 8_192,
  uncommittedBytesMax: 33_554_432,
  pendingReadsMax: 4_096,
};

/** Voters of one cluster at most: votes are counted in one 32-bit integer. */
export const VOTERS_MAX = 31;

/** Bytes; half of a frame, so that what goes beside the entries has room. */
const MESSAGE_BYTES_LIMIT = 8_388_608;

/** Refuses options under which the protocol could not work at all. */
export function checkRaftOptions(options: RaftOptions): void {
  assert(options.electionTimeoutMin > options.heartbeatInterval, 'an election timeout is longer than a heartbeat interval (§3.4)');
  assert(options.electionTimeoutMax > options.electionTimeoutMin, 'election timeouts differ, or votes split for ever (§3.4)');
  assert(options.heartbeatInterval > 0, 'a leader sends heartbeats (§3.4)');
  assert(options.entriesPerMessageMax <= 65_536, 'a message holds at most 65 536 entries');
  assert(options.messageBytesMax <= MESSAGE_BYTES_LIMIT, 'entries of one message fit into a frame: at most 8 MiB');
  assert(
    options.snapshotPieceBytes >= 1 && options.snapshotPieceBytes <= MESSAGE_BYTES_LIMIT,
    'a piece of a snapshot fits into a frame: at most 8 MiB',
  );
  assert(options.uncommittedBytesMax >= 1, 'at least one entry may wait to be committed');
  assert(options.inflightMessagesMax >= 1 && options.entriesPerMessageMax >= 1, 'at least one message of one entry may be under way');
}
