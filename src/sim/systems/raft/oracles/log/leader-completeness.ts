import { logIndex, type NodeId, type Term } from '../../../../../core/base/units.js';
import { violated } from '../../../../checkers/violation.js';
import { COMMIT, OFFICE, type Oracle, type ServerView } from '../oracle.js';

/** An entry that somebody took for committed. */
interface Committed {
  readonly term: Term;
  /** The term of the leader that committed it first; leaders of that term and before need not hold it. */
  readonly inTerm: Term;
  readonly server: NodeId;
}

/**
 * Leader Completeness: if a log entry is committed in a given term, then that entry will be present in the
 * logs of the leaders for all higher-numbered terms (thesis Figure 3.2, §3.6). Checked when a leader takes
 * office, against everything that any server has taken for committed; and what two servers take for
 * committed at one index must be the same entry.
 */
export class LeaderCompleteness implements Oracle {
  readonly looksAt = OFFICE | COMMIT;

  readonly #committed: (Committed | undefined)[] = [];

  /** Distinct indexes committed so far. */
  count = 0;

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    if (after.raft.role === 'leader' && before.raft.role !== 'leader') this.#checkLeader(atUs, server, after);
    if (after.raft.commitIndex > before.raft.commitIndex) this.#record(atUs, server, before, after);
  }

  #record(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    const { log, commitIndex, currentTerm } = after.raft;
    const from = Math.max(before.raft.commitIndex + 1, log.firstIndex);
    for (let index = logIndex(from); index <= commitIndex; index = logIndex(index + 1)) {
      const term = log.termAt(index);
      const known = this.#committed[index];
      if (known === undefined) {
        this.#committed[index] = { term, inTerm: currentTerm, server };
        this.count++;
      } else if (known.term !== term) {
        violated(
          'State Machine Safety',
          `s${known.server} committed entry ${index} of term ${known.term}, s${server} takes its entry ${index} of term ${term} for committed`,
          atUs,
          { servers: [known.server, server], terms: [known.term, term] },
        );
      }
    }
  }

  #checkLeader(atUs: number, server: NodeId, leader: ServerView): void {
    const { log, currentTerm } = leader.raft;
    // What a snapshot covers was compared when it was applied; termAt answers for the entry just before the log too.
    for (let index = Math.max(1, log.firstIndex - 1); index < this.#committed.length; index++) {
      const entry = this.#committed[index];
      if (entry === undefined || entry.inTerm >= currentTerm || log.termAt(logIndex(index)) === entry.term) continue;
      const held = index > log.lastIndex ? `whose log ends at ${log.lastIndex}` : `which holds one of term ${log.termAt(logIndex(index))}`;
      violated(
        'Leader Completeness',
        `entry ${index} of term ${entry.term} was committed in term ${entry.inTerm}, but is not held by s${server}, leader of term ${currentTerm}, ${held}`,
        atUs,
        { servers: [server], terms: [entry.term, entry.inTerm, currentTerm] },
      );
    }
  }
}
