import type { NodeId } from '../../../../../core/base/units.js';
import { violated } from '../../../../checkers/violation.js';
import { APPLIED, COMMIT, OFFICE, PROGRESS, type Oracle, type ServerView } from '../oracle.js';

/** Monotonic: within one life of a server its term, commit index and applied index never go back, nor what it knows as a leader to match (thesis §3.3, §3.6, Figure 3.1). */
export class Monotonic implements Oracle {
  readonly looksAt = OFFICE | COMMIT | APPLIED | PROGRESS;

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    if (after.raft.currentTerm < before.raft.currentTerm) fell(atUs, server, 'term', before.raft.currentTerm, after.raft.currentTerm);
    if (after.raft.commitIndex < before.raft.commitIndex)
      fell(atUs, server, 'commit index', before.raft.commitIndex, after.raft.commitIndex);
    if (after.lastApplied < before.lastApplied) fell(atUs, server, 'applied index', before.lastApplied, after.lastApplied);
    if (after.lastApplied > after.raft.commitIndex) {
      violated('Monotonic', `s${server} applied up to ${after.lastApplied}, but only ${after.raft.commitIndex} is committed`, atUs, {
        servers: [server],
      });
    }
    checkMatches(atUs, server, before.raft, after.raft);
    const isSameTerm = after.raft.currentTerm === before.raft.currentTerm;
    if (isSameTerm && before.raft.votedFor !== 0 && after.raft.votedFor !== before.raft.votedFor) {
      violated(
        'Monotonic',
        `s${server} changed its vote in term ${after.raft.currentTerm} from s${before.raft.votedFor} to s${after.raft.votedFor}`,
        atUs,
        { servers: [server, before.raft.votedFor, after.raft.votedFor], terms: [after.raft.currentTerm] },
      );
    }
  }
}

/** What a leader knows to match on a follower matches for the whole term: entries of a leader are never taken back (Figure 3.1). */
function checkMatches(atUs: number, server: NodeId, before: ServerView['raft'], after: ServerView['raft']): void {
  if (after.progress === before.progress || after.role !== 'leader' || before.role !== 'leader' || after.currentTerm !== before.currentTerm)
    return;
  after.progress.forEach(({ matchIndex }, slot) => {
    const matched = before.progress[slot]?.matchIndex ?? 0;
    if (matchIndex < matched) fell(atUs, server, `match index for s${after.voters[slot] ?? 0}`, matched, matchIndex);
  });
}

function fell(atUs: number, server: NodeId, what: string, before: number, after: number): never {
  return violated('Monotonic', `the ${what} of s${server} went back from ${before} to ${after}`, atUs, { servers: [server] });
}
