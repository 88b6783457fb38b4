import type { RandomState } from '../base/random.js';
import type { LogIndex, Micros, NodeId, Term } from '../base/units.js';
import type { Log } from './log.js';
import type { RaftOptions } from './options.js';

export type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader';

/**
 * All data of the consensus protocol on one server (thesis Figure 3.1), flat and of one shape: integers
 * first, small arrays behind, so that a step can copy it with one object literal.
 */
export interface RaftState {
  readonly options: RaftOptions;
  readonly self: NodeId;
  /** The servers whose votes count, ascending. A server's place in this list is its `slot` in the arrays below. */
  readonly voters: readonly NodeId[];
  readonly selfSlot: number;
  readonly random: RandomState;

  readonly role: Role;
  // Persistent (§3.8): on disk before anyone learns of it.
  readonly currentTerm: Term;
  readonly votedFor: NodeId;
  readonly log: Log;
  // Volatile.
  readonly commitIndex: LogIndex;
  /** The leader of currentTerm as far as known here, else NOBODY. */
  readonly leaderId: NodeId;
  /** When a leader of currentTerm was last heard, for the stickiness of §4.2.3. */
  readonly leaderHeardAt: Micros;
  /** Follower and candidates: when to stand for election. Leader: NEVER. */
  readonly electionDeadline: Micros;

  /** Slots that granted the vote or pre-vote being asked for, as bits. */
  readonly votesGranted: number;

  // Leader only; neutral in every other role.
  readonly heartbeatDue: Micros;
  /** When to look whether a majority was heard (§6.2, check-quorum). */
  readonly quorumCheckDue: Micros;
  readonly progress: readonly Progress[];
  /** Reads waiting for a round of acknowledgements (§6.4), oldest first. */
  readonly reads: readonly PendingRead[];
  /** `sentSequence` of each slot when the running read round began; null when none runs. */
  readonly readRound: readonly number[] | null;
  /** How many of `reads`, from the front, the running round serves. */
  readonly readRoundSize: number;

  /** The newest snapshot here: what a follower behind firstIndex is sent. null before the first. */
  readonly snapshot: Snapshot | null;
  /** A snapshot that is arriving in pieces; null when none is. */
  readonly incoming: IncomingSnapshot | null;
}

/** What the leader knows of one follower. */
export interface Progress {
  readonly nextIndex: LogIndex;
  readonly matchIndex: LogIndex;
  /**
   * `probe`: one message at a time until it matches. `replicate`: a window of messages in flight.
   * `snapshot`: what it needs next was compacted away.
   */
  readonly mode: 'probe' | 'replicate' | 'snapshot';
  /** The last `sequence` sent to it and the highest it echoed; their difference is what is in flight. */
  readonly sentSequence: number;
  readonly ackedSequence: number;
  /** Sequence of the last message to it that carried entries: an echo of a later one says that it should have arrived. */
  readonly dataSequence: number;
  /** Probe: the outstanding probe's sequence, 0 if none. Snapshot: the outstanding piece's. */
  readonly probeSequence: number;
  /** It was heard since the last check of the quorum. */
  readonly isActive: boolean;
  /** Bytes of the snapshot it has acknowledged. */
  readonly snapshotOffset: number;
  /**
   * The snapshot that is being sent to it; null if none. It is sent to its end even when a newer one was taken
   * meanwhile: a server that takes snapshots faster than a slow follower receives them would never be done.
   */
  readonly snapshot: Snapshot | null;
}

export interface PendingRead {
  /** Chosen by the caller, given back when the read may be served. */
  readonly token: number;
  /** The commit index when it arrived: the state must have come at least so far (§6.4). */
  readonly readIndex: LogIndex;
}

export interface Snapshot {
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  readonly data: Uint8Array;
}

export interface IncomingSnapshot {
  readonly from: NodeId;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  readonly pieces: readonly Uint8Array[];
  readonly receivedBytes: number;
}
