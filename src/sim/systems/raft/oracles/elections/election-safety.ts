import type { NodeId } from '../../../../../core/base/units.js';
import { violated } from '../../../../checkers/violation.js';
import { OFFICE, type Oracle, type ServerView } from '../oracle.js';

/** Election Safety: at most one leader can be elected in a given term (thesis Figure 3.2, §3.4). */
export class ElectionSafety implements Oracle {
  readonly looksAt = OFFICE;

  /** By term. */
  readonly #leaders: (NodeId | undefined)[] = [];

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    if (after.raft.role !== 'leader') return;
    if (before.raft.role === 'leader' && before.raft.currentTerm === after.raft.currentTerm) return;
    const term = after.raft.currentTerm;
    const known = this.#leaders[term];
    if (known === server)
      violated('Election Safety', `s${server} was elected twice in term ${term}`, atUs, { servers: [server], terms: [term] });
    if (known !== undefined)
      violated('Election Safety', `s${known} and s${server} are both leaders of term ${term}`, atUs, {
        servers: [known, server],
        terms: [term],
      });
    this.#leaders[term] = server;
  }
}
