import { term, NOBODY, TERM_LAST, type NodeId } from '../base/units.js';
import { isUpToDate, majority, moment, promise, send, slotOf, type RaftDraft } from './draft.js';
import type { RequestVote, RequestVoteReply } from './messages.js';
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate, resetElectionTimer } from './roles.js';
import { replicateAll } from './sending.js';

/** The election timer ran out: ask first, then stand (§3.4, §9.6). */
export function onElectionTimeout(draft: RaftDraft): void {
  if (draft.state.currentTerm >= TERM_LAST) {
    // It may still follow a leader and serve; but the next term would be no exact number, on no disk.
    moment(draft, 'no-term-left', `term ${draft.state.currentTerm} is the last`);
    resetElectionTimer(draft);
    return;
  }
  becomePreCandidate(draft);
  if (majority(draft.state.voters.length) === 1) standForElection(draft);
  else askForVotes(draft, true);
}

function standForElection(draft: RaftDraft): void {
  becomeCandidate(draft);
  moment(draft, 'stood-for-election', `term ${draft.state.currentTerm}`);
  askForVotes(draft, false);
}

function askForVotes(draft: RaftDraft, isPreVote: boolean): void {
  const { state } = draft;
  const request: RequestVote = {
    kind: 'requestVote',
    term: isPreVote ? term(state.currentTerm + 1) : state.currentTerm,
    candidateId: state.self,
    lastLogIndex: state.log.lastIndex,
    lastLogTerm: state.log.lastTerm,
    isPreVote,
  };
  for (const voter of state.voters) {
    if (voter === state.self) continue;
    if (isPreVote) send(draft, voter, request);
    // A candidacy is a vote for oneself: it must survive a restart before anyone hears of it (§3.8).
    else promise(draft, voter, request);
  }
}

/** Thesis Figure 3.1, RequestVote; pre-vote as in §9.6. */
export function onRequestVote(draft: RaftDraft, from: NodeId, request: RequestVote): void {
  if (request.isPreVote) onPreVote(draft, from, request);
  else onRealVote(draft, from, request);
}

function onPreVote(draft: RaftDraft, from: NodeId, request: RequestVote): void {
  const { state } = draft;
  const isNewTerm = request.term > state.currentTerm;
  const isCurrentLog = isUpToDate(state, request.lastLogIndex, request.lastLogTerm);
  // The leader itself, restarted, may ask: nobody else will come back for its office (§4.2.3).
  const isLeaderless = !hearsLeader(draft) || state.leaderId === request.candidateId;
  const voteGranted = isNewTerm && isCurrentLog && isLeaderless;
  if (!voteGranted) moment(draft, 'pre-vote-refused', `to s${from}, term ${request.term}`);
  // Nothing here changes: a question has no consequences, so its answer needs no disk.
  send(draft, from, {
    kind: 'requestVoteReply',
    term: voteGranted ? request.term : state.currentTerm,
    voteGranted,
    isPreVote: true,
  });
}

function onRealVote(draft: RaftDraft, from: NodeId, request: RequestVote): void {
  const { state } = draft;
  // §4.2.3: whoever hears a leader does not help to depose it. The term is left alone as well. The leader itself may stand anew.
  if (request.term > state.currentTerm && hearsLeader(draft) && state.leaderId !== request.candidateId) {
    moment(draft, 'vote-refused-while-leader-is-heard', `to s${from}, term ${request.term}`);
    return;
  }
  if (request.term > state.currentTerm) becomeFollower(draft, request.term, NOBODY);

  const isCurrent = request.term === state.currentTerm;
  const isFree = state.votedFor === NOBODY || state.votedFor === request.candidateId;
  const isCurrentLog = isUpToDate(state, request.lastLogIndex, request.lastLogTerm);
  const voteGranted = isCurrent && isFree && isCurrentLog && state.role !== 'leader';
  if (voteGranted) {
    state.votedFor = request.candidateId;
    resetElectionTimer(draft);
  } else if (isCurrent && !isCurrentLog) {
    moment(draft, 'vote-refused-for-stale-log', `to s${from}, its log ends at ${request.lastLogIndex} of term ${request.lastLogTerm}`);
  }
  promise(draft, from, { kind: 'requestVoteReply', term: state.currentTerm, voteGranted, isPreVote: false });
}

/** A leader was heard within the shortest election timeout, or is this server itself (§4.2.3, §6.2). */
function hearsLeader(draft: RaftDraft): boolean {
  const { state } = draft;
  if (state.role === 'leader') return true;
  return state.leaderId !== NOBODY && draft.now - state.leaderHeardAt < state.options.electionTimeoutMin;
}

export function onRequestVoteReply(draft: RaftDraft, from: NodeId, reply: RequestVoteReply): void {
  const { state } = draft;
  const slot = slotOf(state, from);
  if (slot < 0) return;

  if (!reply.voteGranted) {
    if (reply.term > state.currentTerm) becomeFollower(draft, reply.term, NOBODY);
    return;
  }
  if (reply.isPreVote) {
    if (state.role !== 'preCandidate' || reply.term !== state.currentTerm + 1) return;
  } else if (state.role !== 'candidate' || reply.term !== state.currentTerm) {
    return;
  }
  // A set, not a count: a vote that arrives twice is one vote.
  state.votesGranted |= 1 << slot;
  if (countBits(state.votesGranted) < majority(state.voters.length)) return;
  if (reply.isPreVote) {
    standForElection(draft);
  } else {
    becomeLeader(draft);
    replicateAll(draft);
  }
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
