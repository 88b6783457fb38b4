/**
 * Elections as the document tells them: the first vote of a term goes to the first to ask, a majority wins. What Raft
 * adds, and what is missing here: votes survive a restart (thesis §3.8), and nobody votes for a log that is behind its own (§3.6.1).
 */
import { advance, below } from '../../base/random.js';
import { micros, NOBODY, TERM_LAST, term, type NodeId, type Term } from '../../base/units.js';
import { majorityOf } from './options.js';
import { note, tellOthers, type ElectionDraft } from './state.js';
import { abandonWrites } from './writes.js';

/** Patience with the leader is over, or with the voters: stands for election in the next term. */
export function standForElection(draft: ElectionDraft): void {
  const { state } = draft;
  if (state.currentTerm >= TERM_LAST) {
    note(draft, 'no-term-left', `term ${state.currentTerm} is the last`);
    state.electionDueUs = micros(draft.now + state.options.timeoutUs);
    return;
  }
  note(draft, state.role === 'candidate' ? 'election-undecided' : 'stood-for-election', `term ${state.currentTerm + 1}`);
  state.role = 'candidate';
  state.currentTerm = term(state.currentTerm + 1);
  state.votedFor = state.self;
  state.leaderId = NOBODY;
  state.votes = [state.self];
  state.electionDueUs = retryAt(draft);
  tellOthers(draft, { kind: 'voteRequest', term: state.currentTerm, candidate: state.self });
  leadIfElected(draft);
}

/** Random, so that two candidates who split the votes do not split them for ever. */
function retryAt({ state, now }: ElectionDraft): ElectionDraft['now'] {
  const { retryUsMin, retryUsMax } = state.options;
  state.random = advance(state.random);
  return micros(now + retryUsMin + below(state.random, retryUsMax - retryUsMin + 1));
}

/** VOTE_REQUEST: granted if the term is newer, or if nobody had the vote of this term. */
export function onVoteRequest(draft: ElectionDraft, from: NodeId, asked: Term, candidate: NodeId): void {
  const { state } = draft;
  if (asked > state.currentTerm) follow(draft, asked, NOBODY);
  const granted = asked === state.currentTerm && (state.votedFor === NOBODY || state.votedFor === candidate);
  if (granted) {
    state.votedFor = candidate;
    state.electionDueUs = micros(draft.now + state.options.timeoutUs);
  }
  draft.effects.push({ kind: 'send', to: from, message: { kind: 'voteResponse', term: granted ? asked : state.currentTerm, granted } });
}

export function onVoteResponse(draft: ElectionDraft, from: NodeId, ofTerm: Term, granted: boolean): void {
  const { state } = draft;
  if (ofTerm > state.currentTerm) follow(draft, ofTerm, NOBODY);
  if (state.role !== 'candidate' || ofTerm !== state.currentTerm || !granted || state.votes.includes(from)) return;
  state.votes = [...state.votes, from];
  leadIfElected(draft);
}

function leadIfElected(draft: ElectionDraft): void {
  const { state } = draft;
  if (state.votes.length < majorityOf(state.members.length)) return;
  state.role = 'leader';
  state.leaderId = state.self;
  note(draft, 'leader-elected', `term ${state.currentTerm}, votes of ${state.votes.map((id) => `s${id}`).join(' ')}`);
  speak(draft);
}

/** A leader's heartbeat. */
export function speak(draft: ElectionDraft): void {
  const { state, now } = draft;
  state.heartbeatDueUs = micros(now + state.options.heartbeatUs);
  tellOthers(draft, { kind: 'heartbeat', term: state.currentTerm, leader: state.self });
}

/** HEARTBEAT: whoever leads this term, or a newer one, is followed; patience begins anew. */
export function onHeartbeat(draft: ElectionDraft, ofTerm: Term, leader: NodeId): void {
  const { state } = draft;
  if (ofTerm < state.currentTerm) return;
  follow(draft, ofTerm, leader);
  state.electionDueUs = micros(draft.now + state.options.timeoutUs);
}

/** Gives up whatever office it held. The vote goes with its term. */
function follow(draft: ElectionDraft, ofTerm: Term, leader: NodeId): void {
  const { state, now } = draft;
  if (state.role === 'leader') {
    note(draft, 'leader-met-a-newer-term', `term ${ofTerm}`);
    abandonWrites(draft, leader);
    state.electionDueUs = micros(now + state.options.timeoutUs);
  }
  if (ofTerm > state.currentTerm) state.votedFor = NOBODY;
  state.role = 'follower';
  state.currentTerm = ofTerm;
  state.leaderId = leader;
  state.votes = [];
}
