/** The changes of office. What is dangerous to change in the protocol's persistent state is changed here. */
import { assert } from '../base/assert.js';
import { advance, below } from '../base/random.js';
import { logIndex, micros, NEVER, NOBODY, term, type LogIndex, type NodeId, type Term } from '../base/units.js';
import { logChanged, majority, moment, progressOf, promise, type RaftDraft } from './draft.js';
import type { Progress } from './state.js';

const NO_PROGRESS: readonly Progress[] = [];

/** Draws the next election timeout (§3.4): anew each time, or split votes would repeat for ever (§9.3). */
export function resetElectionTimer(draft: RaftDraft): void {
  const { options } = draft.state;
  draft.state.random = advance(draft.state.random);
  const span = options.electionTimeoutMax - options.electionTimeoutMin;
  draft.state.electionDeadline = micros(draft.now + options.electionTimeoutMin + below(draft.state.random, span));
}

/**
 * Follows `leaderId` (NOBODY if it is not known yet) in `newTerm`. The vote is forgotten only with the
 * term that it was cast in (§3.4). The timer runs on unless this server had none: only a leader that is
 * heard, or a vote that is given, may put an election off.
 */
export function becomeFollower(draft: RaftDraft, newTerm: Term, leaderId: NodeId): void {
  const { state } = draft;
  assert(newTerm >= state.currentTerm, 'the term never goes back (§3.3)');
  if (newTerm > state.currentTerm) {
    state.currentTerm = newTerm;
    state.votedFor = NOBODY;
    state.incoming = null;
  }
  if (state.role === 'leader') leaveOffice(draft);
  if (state.electionDeadline === NEVER) resetElectionTimer(draft);
  state.role = 'follower';
  state.leaderId = leaderId;
  state.votesGranted = 0;
}

function leaveOffice(draft: RaftDraft): void {
  const { state } = draft;
  if (state.log.lastIndex > state.commitIndex) {
    moment(draft, 'leader-deposed-with-uncommitted-entries', `up to ${state.log.lastIndex}, committed ${state.commitIndex}`);
  }
  if (state.reads.length > 0) {
    moment(draft, 'reads-failed-on-step-down', `${state.reads.length} waited`);
    draft.failedReads = [...draft.failedReads, ...state.reads.map((read) => read.token)];
  }
  state.heartbeatDue = NEVER;
  state.quorumCheckDue = NEVER;
  state.progress = NO_PROGRESS;
  draft.ownedSlots = 0;
  state.reads = [];
  state.readRound = null;
  state.readRoundSize = 0;
}

/** Asks whether an election could be won, before a term is spent on it (§9.6). */
export function becomePreCandidate(draft: RaftDraft): void {
  const { state } = draft;
  assert(state.role !== 'leader', 'a leader does not stand for election (§3.4)');
  state.role = 'preCandidate';
  state.leaderId = NOBODY;
  state.votesGranted = 1 << state.selfSlot;
  resetElectionTimer(draft);
}

/** Starts an election: next term, own vote (§3.4). The own vote counts when it is durable, like any other. */
export function becomeCandidate(draft: RaftDraft): void {
  const { state } = draft;
  assert(state.role !== 'leader', 'a leader does not stand for election (§3.4)');
  state.role = 'candidate';
  state.currentTerm = term(state.currentTerm + 1);
  state.votedFor = state.self;
  state.leaderId = NOBODY;
  state.incoming = null;
  state.votesGranted = 0;
  resetElectionTimer(draft);
  promise(draft, state.self, { kind: 'requestVoteReply', term: state.currentTerm, voteGranted: true, isPreVote: false });
}

/** Takes office with a no-op, which commits whatever earlier terms left behind (§3.6.2, §6.4). Telling the others is the caller's work. */
export function becomeLeader(draft: RaftDraft): void {
  const { state } = draft;
  assert(state.role === 'candidate', 'only a candidate wins an election (§3.4)');
  assert(state.votedFor === state.self, 'a leader voted for itself (§3.4)');
  state.role = 'leader';
  state.leaderId = state.self;
  state.electionDeadline = NEVER;
  state.votesGranted = 0;
  state.heartbeatDue = micros(draft.now + state.options.heartbeatInterval);
  state.quorumCheckDue = micros(draft.now + state.options.electionTimeoutMin);
  state.progress = state.voters.map(() => newProgress(logIndex(state.log.lastIndex + 1)));
  draft.ownedSlots = 0;
  state.reads = [];
  state.readRound = null;
  state.readRoundSize = 0;
  moment(draft, 'leader-elected', `term ${state.currentTerm}, log up to ${state.log.lastIndex}, committed ${state.commitIndex}`);
  appendAsLeader(draft, 'noop', null, 0);
}

function newProgress(nextIndex: LogIndex): Progress {
  return {
    nextIndex,
    matchIndex: logIndex(0),
    mode: 'probe',
    sentSequence: 0,
    ackedSequence: 0,
    dataSequence: 0,
    probeSequence: 0,
    isActive: true,
    snapshotOffset: 0,
    snapshot: null,
  };
}

/** Puts an entry of the leader's term behind its log; its own copy counts when it is durable (§10.2.1). */
export function appendAsLeader(draft: RaftDraft, kind: 'noop' | 'command', payload: unknown, sizeBytes: number): LogIndex {
  const { state } = draft;
  const index = logIndex(state.log.lastIndex + 1);
  state.log = state.log.append({ index, term: state.currentTerm, kind, payload, sizeBytes });
  logChanged(draft, index, false);
  promise(draft, state.self, {
    kind: 'appendEntriesReply',
    term: state.currentTerm,
    success: true,
    matchIndex: index,
    hintTerm: state.currentTerm,
    prevLogIndex: logIndex(index - 1),
    sequence: 0,
  });
  return index;
}

/** A leader that a majority did not answer for an election timeout steps down (§6.2): it could neither commit nor serve reads. */
export function checkQuorum(draft: RaftDraft): void {
  const { state } = draft;
  let active = 0;
  for (let slot = 0; slot < state.voters.length; slot++) {
    if (slot === state.selfSlot || (state.progress[slot] as Progress).isActive) active++;
  }
  if (active < majority(state.voters.length)) {
    moment(draft, 'leader-stepped-down-without-quorum', `term ${state.currentTerm}, heard ${active} of ${state.voters.length}`);
    becomeFollower(draft, state.currentTerm, NOBODY);
    return;
  }
  state.quorumCheckDue = micros(draft.now + state.options.electionTimeoutMin);
  for (let slot = 0; slot < state.voters.length; slot++) {
    if (slot !== state.selfSlot) progressOf(draft, slot).isActive = false;
  }
}
