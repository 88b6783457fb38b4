/**
 * The Raft protocol on one server, as a pure function in three movements: open a draft of the state,
 * let inputs change it, close it. Names and section numbers are those of Diego Ongaro's thesis
 * "Consensus: Bridging Theory and Practice" (Stanford, 2014).
 */
import { assert, unreachable } from '../base/assert.js';
import { JUMP_MAX, logIndex, micros, NEVER, NOBODY, type LogIndex, type Micros, type NodeId, type Term } from '../base/units.js';
import { moment, openDraft, promise, type Outgoing, type RaftDraft } from './draft.js';
import { onElectionTimeout, onRequestVote, onRequestVoteReply } from './election.js';
import { onAppendEntries } from './follower.js';
import { checkState, checkTransition } from './invariants.js';
import type { Log } from './log.js';
import type { AppendEntries, InstallSnapshot, RaftMessage } from './messages.js';
import { checkRaftOptions, VOTERS_MAX, type RaftOptions } from './options.js';
import { onAppendEntriesReply, onInstallSnapshotReply } from './replies.js';
import { appendAsLeader, becomeFollower, checkQuorum, resetElectionTimer } from './roles.js';
import { heartbeatAll, replicateAll } from './sending.js';
import { onInstallSnapshot } from './snapshots.js';
import type { Progress, RaftState, Snapshot } from './state.js';

export { openDraft } from './draft.js';
export { requestRead } from './reads.js';

/** What a server knows of itself at boot: what recovery found, or nothing for a new one. */
export interface RaftBoot {
  readonly options: RaftOptions;
  readonly self: NodeId;
  /** Ascending. */
  readonly voters: readonly NodeId[];
  readonly now: Micros;
  readonly seed: number;
  readonly currentTerm: Term;
  readonly votedFor: NodeId;
  readonly log: Log;
  readonly snapshot: Snapshot | null;
}

/** A server that starts says nothing yet. */
const NOWHERE: Outgoing = [];

/**
 * Stands in a first draft where a moment will. A field that only ever held numbers, one of them as large as NEVER, is a box of its own
 * to the engine (V8), and each copy of a state would make three anew; one that once held something else is kept as it is.
 */
const NO_MOMENT = null as unknown as Micros;

/** A follower that waits for a leader, with what was durable. What is committed it learns anew (§3.8). */
export function startRaft(boot: RaftBoot): RaftState {
  checkRaftOptions(boot.options);
  const selfSlot = boot.voters.indexOf(boot.self);
  assert(selfSlot >= 0, 'a server belongs to its first configuration');
  assert(boot.voters.length <= VOTERS_MAX, 'votes fit into one integer: at most 31 voters');
  const draft = openDraft(
    {
      options: boot.options,
      self: boot.self,
      voters: boot.voters,
      selfSlot,
      random: boot.seed | 0,
      role: 'follower',
      currentTerm: boot.currentTerm,
      votedFor: boot.votedFor,
      log: boot.log,
      commitIndex: boot.snapshot === null ? logIndex(0) : boot.snapshot.lastIndex,
      leaderId: NOBODY,
      leaderHeardAt: micros(0),
      electionDeadline: NO_MOMENT,
      votesGranted: 0,
      heartbeatDue: NO_MOMENT,
      quorumCheckDue: NO_MOMENT,
      progress: [],
      reads: [],
      readRound: null,
      readRoundSize: 0,
      snapshot: boot.snapshot,
      incoming: null,
    },
    boot.now,
    NOWHERE,
  );
  resetElectionTimer(draft);
  draft.state.heartbeatDue = NEVER;
  draft.state.quorumCheckDue = NEVER;
  checkState(draft.state);
  return draft.state;
}

/** The state after this step. The draft is not to be used again. */
export function closeDraft(draft: RaftDraft): RaftState {
  checkState(draft.state);
  checkTransition(draft.before, draft.state);
  return draft.state;
}

/** When the protocol next wants to be woken. */
export function raftWakeAt(state: RaftState): Micros {
  if (state.role !== 'leader') return state.electionDeadline;
  return state.heartbeatDue < state.quorumCheckDue ? state.heartbeatDue : state.quorumCheckDue;
}

/** Time has passed. */
export function tick(draft: RaftDraft): void {
  const { state, now } = draft;
  if (state.role === 'leader') {
    if (now >= state.quorumCheckDue) checkQuorum(draft);
    if (state.role === 'leader' && now >= state.heartbeatDue) heartbeatAll(draft);
  } else if (now >= state.electionDeadline) {
    onElectionTimeout(draft);
  }
}

/**
 * Puts a command behind the leader's log and sends it on its way; the disk works meanwhile (§10.2.1).
 *
 * @returns Its index, or 0 when this server is not the leader, or has too much that is not committed or not on its disk yet.
 */
export function propose(draft: RaftDraft, payload: unknown, sizeBytes: number): LogIndex {
  const { state } = draft;
  if (state.role !== 'leader') return logIndex(0);
  const settled = settledIndex(state);
  if (state.log.lastIndex - settled >= state.options.uncommittedEntriesMax) return logIndex(0);
  if (state.log.bytesBetween(settled, state.log.lastIndex) >= state.options.uncommittedBytesMax) return logIndex(0);
  const index = appendAsLeader(draft, 'command', payload, sizeBytes);
  replicateAll(draft);
  return index;
}

/**
 * Up to here entries are committed, and on this leader's own disk or of before its election. The others may carry on
 * while this disk stands still (§10.2.1), so what waits for it is bounded too, or the memory of the leader would fill.
 */
function settledIndex(state: RaftState): number {
  return Math.min(state.commitIndex, (state.progress[state.selfSlot] as Progress).nextIndex - 1);
}

/**
 * A message from a peer, or a promise of this server to itself that has become durable. One of a term that no elections can have led to is
 * not believed: a server that took it up would spend the terms of all elections to come, and its disk would remember it.
 */
export function receive(draft: RaftDraft, from: NodeId, message: RaftMessage): void {
  if (message.term > draft.state.currentTerm + JUMP_MAX) {
    moment(draft, 'absurd-term-ignored', `s${from} speaks of term ${message.term}, this server is in ${draft.state.currentTerm}`);
    return;
  }
  switch (message.kind) {
    case 'appendEntries':
      if (acceptLeader(draft, from, message)) onAppendEntries(draft, from, message);
      return;
    case 'appendEntriesReply':
      onAppendEntriesReply(draft, from, message);
      return;
    case 'requestVote':
      onRequestVote(draft, from, message);
      return;
    case 'requestVoteReply':
      onRequestVoteReply(draft, from, message);
      return;
    case 'installSnapshot':
      if (acceptLeader(draft, from, message)) onInstallSnapshot(draft, from, message);
      return;
    case 'installSnapshotReply':
      onInstallSnapshotReply(draft, from, message);
      return;
    default:
      unreachable(message);
  }
}

/**
 * Follows the sender if it leads this term or a newer one. One of an older term is told so, even when
 * this server has no use for it: it may be the leader that keeps a newer term from being seen (§3.3).
 */
function acceptLeader(draft: RaftDraft, from: NodeId, message: AppendEntries | InstallSnapshot): boolean {
  const { state } = draft;
  if (message.term < state.currentTerm) {
    refuseOldLeader(draft, from, message);
    return false;
  }
  if (message.term > state.currentTerm || state.role !== 'follower' || state.leaderId !== from) {
    assert(message.term > state.currentTerm || state.role !== 'leader', 'Election Safety: a term has one leader (Figure 3.2)');
    becomeFollower(draft, message.term, from);
  }
  state.leaderHeardAt = draft.now;
  resetElectionTimer(draft);
  return true;
}

function refuseOldLeader(draft: RaftDraft, to: NodeId, message: AppendEntries | InstallSnapshot): void {
  const { currentTerm } = draft.state;
  promise(draft, to, {
    kind: 'appendEntriesReply',
    term: currentTerm,
    success: false,
    matchIndex: logIndex(0),
    hintTerm: currentTerm,
    prevLogIndex: logIndex(0),
    sequence: message.sequence,
  });
}

/** Drops the log up to `keepAfter`, which `snapshot` covers (§5.1). The caller has made the snapshot from applied entries. */
export function compact(draft: RaftDraft, snapshot: Snapshot, keepAfter: LogIndex): void {
  const { state } = draft;
  assert(snapshot.lastIndex <= state.commitIndex, 'a snapshot holds only what is committed (§5.1)');
  assert(keepAfter <= snapshot.lastIndex, 'what is dropped is in the snapshot (§5.1)');
  state.snapshot = snapshot;
  if (keepAfter >= state.log.firstIndex) state.log = state.log.dropHead(keepAfter);
}
