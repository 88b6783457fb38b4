import type { NodeId } from '../../../../../core/base/units.js';
import { violated } from '../../../../checkers/violation.js';
import { LOG, type Oracle, type ServerView } from '../oracle.js';

/** Leader Append-Only: a leader never overwrites or deletes entries in its log; it only appends (thesis Figure 3.2, §3.5). */
export class LeaderAppendOnly implements Oracle {
  readonly looksAt = LOG;

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    if (before.raft.role !== 'leader' || after.raft.role !== 'leader') return;
    const was = before.raft.log;
    const is = after.raft.log;
    if (was === is || before.raft.currentTerm !== after.raft.currentTerm) return;
    // Terms in a log never descend and its entries agree with all others (Log Matching), so its old end speaks for all before it.
    const isKept = is.lastIndex >= was.lastIndex && is.termAt(was.lastIndex) === was.lastTerm;
    if (isKept) return;
    violated(
      'Leader Append-Only',
      `s${server}, leader of term ${after.raft.currentTerm}, had a log up to ${was.lastIndex} of term ${was.lastTerm} and now has one up to ${is.lastIndex} of term ${is.lastTerm}`,
      atUs,
      { servers: [server], terms: [after.raft.currentTerm] },
    );
  }
}
