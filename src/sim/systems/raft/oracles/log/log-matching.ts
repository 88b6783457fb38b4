import { logIndex, type NodeId, type Term } from '../../../../../core/base/units.js';
import type { Entry, Log } from '../../../../../core/raft/log.js';
import { violated } from '../../../../checkers/violation.js';
import { LOG, isSamePayload, type Oracle, type ServerView } from '../oracle.js';

/** An entry as somebody's log first showed it. */
interface Known {
  readonly entry: Entry;
  readonly prevTerm: Term;
  readonly server: NodeId;
}

/**
 * Log Matching: if two logs contain an entry with the same index and term, then the logs are identical in
 * all entries up through the given index (thesis Figure 3.2, §3.5).
 *
 * Each new entry is compared with the first entry of the same index and term that was seen anywhere: same
 * content, and the same term before it. By induction that is the property, at a cost of O(entries in the step).
 */
export class LogMatching implements Oracle {
  readonly looksAt = LOG;

  readonly #byIndex: (Known[] | undefined)[] = [];

  onRecovered(atUs: number, server: NodeId, view: ServerView): void {
    this.#check(atUs, server, view.raft.log, view.raft.log.firstIndex);
  }

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    if (before.raft.log === after.raft.log) return;
    this.#check(atUs, server, after.raft.log, firstNewIndex(before.raft.log, after.raft.log));
  }

  #check(atUs: number, server: NodeId, log: Log, from: number): void {
    for (let index = logIndex(from); index <= log.lastIndex; index = logIndex(index + 1)) {
      const entry = log.entryAt(index);
      const prevTerm = log.termAt(logIndex(index - 1));
      const known = this.#knownAs(server, entry, prevTerm);
      if (known.prevTerm === prevTerm && isSamePayload(known.entry, entry)) continue;
      const difference =
        known.prevTerm === prevTerm ? 'other contents' : `entry ${index - 1} of term ${known.prevTerm} and ${prevTerm} before it`;
      violated(
        'Log Matching',
        `s${known.server} and s${server} both hold entry ${index} of term ${entry.term}, but with ${difference}`,
        atUs,
        { servers: [known.server, server], terms: [entry.term] },
      );
    }
  }

  #knownAs(server: NodeId, entry: Entry, prevTerm: Term): Known {
    const here = this.#byIndex[entry.index];
    if (here !== undefined) for (const known of here) if (known.entry.term === entry.term) return known;
    const fresh = { entry, prevTerm, server };
    // A list of one takes a tenth of the memory of a list that was pushed to, and as a rule there is one.
    if (here === undefined) this.#byIndex[entry.index] = [fresh];
    else here.push(fresh);
    return fresh;
  }
}

/** The first index at which `after` holds an entry that `before` did not. Walks over what this step changed only. */
export function firstNewIndex(before: Log, after: Log): number {
  let index = Math.min(before.lastIndex, after.lastIndex);
  const oldest = Math.max(before.firstIndex, after.firstIndex);
  while (index >= oldest && before.termAt(logIndex(index)) !== after.termAt(logIndex(index))) index--;
  return Math.max(index + 1, after.firstIndex);
}
