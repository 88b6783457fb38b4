import type { LogIndex, NodeId, Term } from '../base/units.js';
import type { Entry } from './log.js';

/** What servers say to each other: thesis Figures 3.1 and 5.3, with pre-vote (§9.6). Not changed after it was sent. */
export type RaftMessage = RequestVote | RequestVoteReply | AppendEntries | AppendEntriesReply | InstallSnapshot | InstallSnapshotReply;

export interface RequestVote {
  readonly kind: 'requestVote';
  /** The candidate's term; in a pre-vote the term it would stand in. */
  readonly term: Term;
  readonly candidateId: NodeId;
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
  /** A question only: no one's term or vote changes by it (§9.6). */
  readonly isPreVote: boolean;
}

export interface RequestVoteReply {
  readonly kind: 'requestVoteReply';
  /** The voter's term; in a granted pre-vote the term that was asked for. */
  readonly term: Term;
  readonly voteGranted: boolean;
  readonly isPreVote: boolean;
}

/** Without entries: a heartbeat (§3.4). */
export interface AppendEntries {
  readonly kind: 'appendEntries';
  readonly term: Term;
  readonly prevLogIndex: LogIndex;
  readonly prevLogTerm: Term;
  readonly leaderCommit: LogIndex;
  /** Numbers the messages of one leader to one follower in its term, from 1; echoed in the reply. Window and reads (§6.4) rest on it. */
  readonly sequence: number;
  readonly entries: readonly Entry[];
}

export interface AppendEntriesReply {
  readonly kind: 'appendEntriesReply';
  readonly term: Term;
  readonly success: boolean;
  /** On success: the highest index known to be the leader's and durable here. Else: where the leader should look next. */
  readonly matchIndex: LogIndex;
  /** On failure: this server's term at `matchIndex`, the conflict hint (§3.5, last paragraphs). */
  readonly hintTerm: Term;
  /** The `prevLogIndex` that is answered. */
  readonly prevLogIndex: LogIndex;
  readonly sequence: number;
}

/** A piece of a snapshot (§5.3, Figure 5.3). */
export interface InstallSnapshot {
  readonly kind: 'installSnapshot';
  readonly term: Term;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  /** Bytes before this piece. */
  readonly offset: number;
  readonly data: Uint8Array;
  readonly done: boolean;
  readonly sequence: number;
}

export interface InstallSnapshotReply {
  readonly kind: 'installSnapshotReply';
  readonly term: Term;
  /** The snapshot that is answered. */
  readonly lastIndex: LogIndex;
  /** How many bytes of it are here: the offset that is expected next. */
  readonly receivedBytes: number;
  /** It was installed and is durable, or everything in it was here already. */
  readonly isInstalled: boolean;
  readonly sequence: number;
}
