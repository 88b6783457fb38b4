import { logIndex, type NodeId } from '../core/base/units.js';
import type { Role } from '../core/raft/state.js';
import type { ServerView } from './oracles/oracle.js';

// A shape is a sum of these. First the roles that servers of the highest term have.
const ROLE_BIT: Readonly<Record<Role, number>> = { follower: 1, preCandidate: 2, candidate: 4, leader: 8 };
/** A server is in an older term; and one of those still leads there. */
const OLDER_TERM = 16;
const OLDER_LEADER = 32;
/** A log is behind the most up-to-date one (thesis §3.6.1); a log holds something else than that one. */
const LOG_BEHIND = 64;
const LOG_FORKED = 128;
/** The disk of a server with a most up-to-date log, or of another one, has not all of its memory. */
const FOREMOST_NOT_DURABLE = 256;
const OTHER_NOT_DURABLE = 512;

/** No shape is as large. */
export const SHAPES_END = 1_024;

/**
 * Which abstract shapes a cluster went through: the roles there are, the order of terms, how the logs stand to the
 * most up-to-date one, and whether disks have what memory has. Which server is which makes no difference, nor how
 * many there are; servers that are down or recover are left out. A shape is an integer from 0 to SHAPES_END - 1
 * that means the same in all runs. There are few enough that a campaign comes to an end of them.
 */
export class ClusterShapes {
  /** What each server is in; null while it is down or recovers. */
  readonly #views: (ServerView | null)[] = [];
  readonly #seen = new Set<number>();
  #latest = -1;

  /** @param servers Nodes 1 .. servers. */
  constructor(servers: number) {
    for (let i = 0; i < servers; i++) this.#views.push(null);
  }

  /** The shapes so far, each once, in the order of their first sight. */
  get seen(): ReadonlySet<number> {
    return this.#seen;
  }

  /** A server is in this state now; null when it has ended or recovers. */
  show(server: NodeId, view: ServerView | null): void {
    const was = this.#views[server - 1] as ServerView | null;
    this.#views[server - 1] = view;
    if (was === view || (was !== null && view !== null && isAlike(was, view))) return;
    const shape = this.#shape();
    if (shape === this.#latest) return;
    this.#latest = shape;
    this.#seen.add(shape);
  }

  #shape(): number {
    let foremost: ServerView | null = null;
    let highest = 0;
    for (const view of this.#views) {
      if (view === null) continue;
      if (view.raft.currentTerm > highest) highest = view.raft.currentTerm;
      if (foremost === null || isMoreUpToDate(view, foremost)) foremost = view;
    }
    if (foremost === null) return 0;
    let shape = 0;
    for (const view of this.#views) {
      if (view !== null) shape |= traitsOf(view, foremost, highest);
    }
    return shape;
  }
}

/** What one server adds to a shape. */
function traitsOf(view: ServerView, foremost: ServerView, highestTerm: number): number {
  const { role, currentTerm, log } = view.raft;
  let traits = currentTerm === highestTerm ? ROLE_BIT[role] : role === 'leader' ? OLDER_TERM | OLDER_LEADER : OLDER_TERM;
  const best = foremost.raft.log;
  const isForemost = log.lastIndex === best.lastIndex && log.lastTerm === best.lastTerm;
  if (!isForemost) traits |= isForked(view, foremost) ? LOG_FORKED : LOG_BEHIND;
  if (isBehindOnDisk(view)) traits |= isForemost ? FOREMOST_NOT_DURABLE : OTHER_NOT_DURABLE;
  return traits;
}

/** Whether a step changed nothing that a shape speaks of. */
function isAlike(was: ServerView, is: ServerView): boolean {
  return was.raft.log === is.raft.log && was.raft.role === is.raft.role && was.raft.currentTerm === is.raft.currentTerm && isBehindOnDisk(was) === isBehindOnDisk(is);
}

function isBehindOnDisk({ storage }: ServerView): boolean {
  return storage !== null && storage.durableSequence < storage.writtenSequence;
}

/** Which of two logs would win a vote (thesis §3.6.1). */
function isMoreUpToDate(view: ServerView, than: ServerView): boolean {
  const log = view.raft.log;
  const other = than.raft.log;
  return log.lastTerm > other.lastTerm || (log.lastTerm === other.lastTerm && log.lastIndex > other.lastIndex);
}

/** Whether a log ends with an entry that the foremost log does not have. What was compacted there, all agree on. */
function isForked(view: ServerView, foremost: ServerView): boolean {
  const { lastIndex, lastTerm } = view.raft.log;
  const best = foremost.raft.log;
  return lastIndex >= best.firstIndex - 1 && best.termAt(logIndex(lastIndex)) !== lastTerm;
}
