import type { Input } from '../../../../../core/machine.js';
import type { NodeId } from '../../../../../core/base/units.js';
import type { RaftMessage, RequestVote } from '../../../../../core/raft/messages.js';
import { violated } from '../../../../checkers/violation.js';
import type { Oracle, ServerView } from '../oracle.js';

/** A pre-vote as its voter gave it, and what the voter knew of a leader then. */
interface Grant {
  readonly term: number;
  readonly leaderId: NodeId;
  readonly leaderHeardAt: number;
}

/**
 * Pre-Vote Kept: who granted a pre-vote, and has heard of no leader since, does not pass over the same candidate's
 * request to vote in that term (thesis §9.6: the question asks whether the answer would be yes). Otherwise a term is
 * spent for nothing, and everyone waits for another timeout.
 */
export class PreVoteKept implements Oracle {
  /** By voter, then by candidate: the last pre-vote that the voter granted in its present life. */
  readonly #grants: (Grant | undefined)[][] = [];

  onSend(_atUs: number, from: NodeId, to: NodeId, message: RaftMessage, { raft }: ServerView): void {
    if (message.kind !== 'requestVoteReply' || !message.isPreVote || !message.voteGranted) return;
    (this.#grants[from] ??= [])[to] = { term: message.term, leaderId: raft.leaderId, leaderHeardAt: raft.leaderHeardAt };
  }

  onStep(atUs: number, server: NodeId, { raft: before }: ServerView, { raft: after }: ServerView, input: Input<unknown, unknown>): void {
    if (input.kind !== 'message') return;
    const message = input.message as RaftMessage;
    if (message.kind !== 'requestVote' || message.isPreVote || after.currentTerm >= message.term) return;
    const grant = this.#grants[server]?.[message.candidateId];
    if (grant === undefined || grant.term !== message.term || hasHeard(grant, before.leaderId, before.leaderHeardAt)) return;
    passedOver(atUs, server, message);
  }

  onCrash(_atUs: number, server: NodeId): void {
    this.#grants[server] = [];
  }
}

function hasHeard(grant: Grant, leaderId: NodeId, leaderHeardAt: number): boolean {
  return grant.leaderId !== leaderId || grant.leaderHeardAt !== leaderHeardAt;
}

function passedOver(atUs: number, server: NodeId, { candidateId, term }: RequestVote): never {
  return violated(
    'Pre-Vote Kept',
    `s${server} granted s${candidateId} a pre-vote for term ${term}, heard of no leader since, and yet passed over its request to vote`,
    atUs,
    { servers: [server, candidateId], terms: [term] },
  );
}
