import type { NodeId } from '../../../../../core/base/units.js';
import { violated } from '../../../../checkers/violation.js';
import { OFFICE, type Oracle, type ServerView } from '../oracle.js';

/** Candidacies that a calm may take: the first election, and split votes, of which three in a row are rare (§9.3). */
export const CANDIDACIES_IN_CALM_MAX = 16;

/**
 * Election Churn: while nothing is wrong a cluster elects a leader and keeps it, so the candidacies of a calm
 * are few, however long it lasts (thesis §3.4, §9.6).
 */
export class ElectionChurn implements Oracle {
  readonly looksAt = OFFICE;

  #calmFromUs: number;
  #candidacies = 0;

  /** @param calmFromUs World time from which on nothing is wrong; Infinity for never. */
  constructor(calmFromUs: number) {
    this.#calmFromUs = calmFromUs;
  }

  /** From now on nothing is wrong: a new calm begins. */
  calmFrom(atUs: number): void {
    this.#calmFromUs = atUs;
    this.#candidacies = 0;
  }

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    if (after.raft.role !== 'candidate' || atUs < this.#calmFromUs) return;
    if (before.raft.role === 'candidate' && before.raft.currentTerm === after.raft.currentTerm) return;
    this.#candidacies++;
    if (this.#candidacies <= CANDIDACIES_IN_CALM_MAX) return;
    const sinceMs = Math.round((atUs - this.#calmFromUs) / 1_000);
    violated(
      'Election Churn',
      `s${server} stands in term ${after.raft.currentTerm}: candidacy ${this.#candidacies} in ${sinceMs} ms in which nothing was wrong`,
      atUs,
      { servers: [server], terms: [after.raft.currentTerm] },
    );
  }
}
