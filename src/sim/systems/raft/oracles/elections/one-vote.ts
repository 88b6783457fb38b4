import type { NodeId } from '../../../../../core/base/units.js';
import type { RaftMessage } from '../../../../../core/raft/messages.js';
import { violated } from '../../../../checkers/violation.js';
import type { Oracle } from '../oracle.js';

/**
 * One Vote: a server votes for at most one candidate in a given term (thesis §3.4), as the network saw it,
 * across all its lives. A candidacy is a vote for oneself.
 */
export class OneVote implements Oracle {
  /** By server, then by term: whom it voted for. */
  readonly #votes: ((NodeId | undefined)[] | undefined)[] = [];

  onSend(atUs: number, from: NodeId, to: NodeId, message: RaftMessage): void {
    if (message.kind === 'requestVoteReply') {
      if (message.voteGranted && !message.isPreVote) this.#vote(atUs, from, message.term, to);
    } else if (message.kind === 'requestVote') {
      if (!message.isPreVote) this.#vote(atUs, from, message.term, message.candidateId);
    }
  }

  #vote(atUs: number, voter: NodeId, term: number, candidate: NodeId): void {
    const votes = (this.#votes[voter] ??= []);
    const known = votes[term];
    if (known !== undefined && known !== candidate) {
      violated('One Vote', `s${voter} voted for s${known} and for s${candidate} in term ${term}`, atUs, {
        servers: [voter, known, candidate],
        terms: [term],
      });
    }
    votes[term] = candidate;
  }
}
