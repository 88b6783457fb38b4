import { logIndex, type NodeId } from '../../../../../core/base/units.js';
import type { Entry } from '../../../../../core/raft/log.js';
import { keyCount, sessionCount, type StoreState } from '../../../../../core/store/store.js';
import { violated } from '../../../../checkers/violation.js';
import { APPLIED, isSamePayload, type Oracle, type ServerView } from '../oracle.js';

/**
 * State Machine Safety: if a server has applied a log entry at a given index to its state machine, no other
 * server will ever apply a different log entry for the same index (thesis Figure 3.2, §3.6.3). And since
 * equal inputs must make equal states, whoever has applied the same commands has the same digest.
 */
export class StateMachineSafety implements Oracle {
  readonly looksAt = APPLIED;

  readonly #applied: ({ readonly entry: Entry; readonly server: NodeId } | undefined)[] = [];
  /** What the first server's store came to after each command. Numbers, not the store itself, which would keep every state alive. */
  readonly #stores: (StoreMark | undefined)[] = [];

  onRecovered(atUs: number, server: NodeId, view: ServerView): void {
    this.#compareState(atUs, server, view);
  }

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    if (after.lastApplied > before.lastApplied) this.#compareEntries(atUs, server, before, after);
    if (after.store !== before.store) this.#compareState(atUs, server, after);
  }

  #compareEntries(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    for (let index = before.lastApplied + 1; index <= after.lastApplied; index++) {
      const entry = heldEntry(before, after, index);
      if (entry === null) continue;
      const known = this.#applied[index];
      if (known === undefined) {
        this.#applied[index] = { entry, server };
      } else if (known.entry.term !== entry.term || !isSamePayload(known.entry, entry)) {
        violated(
          'State Machine Safety',
          `s${known.server} applied entry ${index} of term ${known.entry.term}, s${server} another one at that index, of term ${entry.term}`,
          atUs,
          { servers: [known.server, server], terms: [known.entry.term, entry.term] },
        );
      }
    }
  }

  #compareState(atUs: number, server: NodeId, { store }: ServerView): void {
    const known = this.#stores[store.lastApplied];
    if (known === undefined) {
      this.#stores[store.lastApplied] = {
        laneA: store.laneA,
        laneB: store.laneB,
        keys: keyCount(store),
        sessions: sessionCount(store),
        server,
      };
    } else if (!isMarkOf(known, store)) {
      violated(
        'State Machine Safety',
        `the stores of s${known.server} and s${server} differ after the same commands, up to entry ${store.lastApplied}`,
        atUs,
        { servers: [known.server, server] },
      );
    }
  }
}

/** All that the digest of a store is made of, as numbers. */
interface StoreMark {
  readonly laneA: number;
  readonly laneB: number;
  readonly keys: number;
  readonly sessions: number;
  readonly server: NodeId;
}

function isMarkOf(mark: StoreMark, store: StoreState): boolean {
  return mark.laneA === store.laneA && mark.laneB === store.laneB && mark.keys === keyCount(store) && mark.sessions === sessionCount(store);
}

/** An entry that was applied in this step; null if it came within a snapshot from another server. */
export function heldEntry(before: ServerView, after: ServerView, index: number): Entry | null {
  const { log, snapshot } = after.raft;
  if (index >= log.firstIndex) return log.entryAt(logIndex(index));
  // Compacted in the very step that applied it: the log before holds it, if it is the one that the snapshot speaks of.
  const was = before.raft.log;
  const agrees = snapshot !== null && was.termAt(snapshot.lastIndex) === snapshot.lastTerm;
  return agrees && index >= was.firstIndex ? was.entryAt(logIndex(index)) : null;
}
