import type { Micros, NodeId } from '../../../core/base/units.js';
import type { ElectionMessage } from '../../../core/systems/simple-election/messages.js';
import type { Observer } from '../../world/observer.js';
import { violated } from '../../checkers/violation.js';

/**
 * One Vote, for simple-election: in one term a server votes for one candidate, in whatever life. Votes are seen where
 * they leave; a candidate's request is its vote for itself.
 */
export class VotesGiven implements Observer {
  readonly #votes = new Map<string, NodeId>();

  onSend(atUs: Micros, from: NodeId, to: NodeId, message: unknown): void {
    const said = message as ElectionMessage;
    if (said.kind === 'voteRequest') this.#onVote(atUs, from, said.term, from);
    else if (said.kind === 'voteResponse' && said.granted) this.#onVote(atUs, from, said.term, to);
  }

  #onVote(atUs: number, voter: NodeId, term: number, candidate: NodeId): void {
    const vote = `${voter} ${term}`;
    const before = this.#votes.get(vote) ?? candidate;
    this.#votes.set(vote, candidate);
    if (before !== candidate)
      violated('One Vote', `s${voter} votes for s${candidate} in term ${term}, in which it had voted for s${before}`, atUs, {
        servers: [voter, candidate, before],
        terms: [term],
      });
  }
}
