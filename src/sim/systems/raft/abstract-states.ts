import { unreachable } from '../../../core/base/assert.js';
import { logIndex, type NodeId } from '../../../core/base/units.js';
import type { Log } from '../../../core/raft/log.js';
import type { Role } from '../../../core/raft/state.js';
import type { ServerView } from './oracles/oracle.js';

// A shape is a sum of these. First the roles that servers of the highest term have.
const FOLLOWER = 1;
const PRE_CANDIDATE = 2;
const CANDIDATE = 4;
const LEADER = 8;
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

/** What a shape speaks of in one server's state, side by side: each step looks at all servers, and their states lie far apart in memory. */
interface Trait {
  role: Role;
  currentTerm: number;
  /** null while the server is down or recovers; then the other fields mean nothing. */
  log: Log | null;
  isBehindOnDisk: boolean;
}

/**
 * Which abstract shapes a cluster went through: the roles there are, the order of terms, how the logs stand to the
 * most up-to-date one, and whether disks have what memory has. Which server is which makes no difference, nor how
 * many there are; servers that are down or recover are left out. A shape is an integer from 0 to SHAPES_END - 1
 * that means the same in all runs. There are few enough that a campaign comes to an end of them.
 */
export class ClusterShapes {
  readonly #traits: Trait[] = [];
  readonly #seen = new Set<number>();
  #latest = -1;

  /** @param servers Nodes 1 .. servers. */
  constructor(servers: number) {
    for (let i = 0; i < servers; i++) this.#traits.push({ role: 'follower', currentTerm: 0, log: null, isBehindOnDisk: false });
  }

  /** The shapes so far, each once, in the order of their first sight. */
  get seen(): ReadonlySet<number> {
    return this.#seen;
  }

  /** A server is in this state now; null when it has ended or recovers. */
  show(server: NodeId, view: ServerView | null): void {
    if (!isNews(this.#traits[server - 1] as Trait, view)) return;
    const shape = this.#shape();
    if (shape === this.#latest) return;
    this.#latest = shape;
    this.#seen.add(shape);
  }

  #shape(): number {
    const traits = this.#traits;
    let foremost: Log | null = null;
    let highestTerm = 0;
    for (let i = 0; i < traits.length; i++) {
      const { log, currentTerm } = traits[i] as Trait;
      if (log === null) continue;
      if (currentTerm > highestTerm) highestTerm = currentTerm;
      if (foremost === null || isMoreUpToDate(log, foremost)) foremost = log;
    }
    if (foremost === null) return 0;
    let shape = 0;
    for (let i = 0; i < traits.length; i++) shape |= shareOf(traits[i] as Trait, foremost, highestTerm);
    return shape;
  }
}

/** Writes down what a shape speaks of. @returns Whether any of it is new. */
function isNews(trait: Trait, view: ServerView | null): boolean {
  if (view === null) {
    const wasThere = trait.log !== null;
    trait.log = null;
    return wasThere;
  }
  const { role, currentTerm, log } = view.raft;
  const isBehind = isBehindOnDisk(view);
  if (trait.log === log && trait.role === role && trait.currentTerm === currentTerm && trait.isBehindOnDisk === isBehind) return false;
  trait.role = role;
  trait.currentTerm = currentTerm;
  trait.log = log;
  trait.isBehindOnDisk = isBehind;
  return true;
}

/** What one server adds to a shape. */
function shareOf({ role, currentTerm, log, isBehindOnDisk }: Trait, foremost: Log, highestTerm: number): number {
  if (log === null) return 0;
  let share = currentTerm === highestTerm ? roleBit(role) : role === 'leader' ? OLDER_TERM | OLDER_LEADER : OLDER_TERM;
  const isForemost = log.lastIndex === foremost.lastIndex && log.lastTerm === foremost.lastTerm;
  if (!isForemost) share |= isForked(log, foremost) ? LOG_FORKED : LOG_BEHIND;
  if (isBehindOnDisk) share |= isForemost ? FOREMOST_NOT_DURABLE : OTHER_NOT_DURABLE;
  return share;
}

function roleBit(role: Role): number {
  switch (role) {
    case 'follower':
      return FOLLOWER;
    case 'preCandidate':
      return PRE_CANDIDATE;
    case 'candidate':
      return CANDIDATE;
    case 'leader':
      return LEADER;
    default:
      return unreachable(role);
  }
}

function isBehindOnDisk({ storage }: ServerView): boolean {
  return storage !== null && storage.durableSequence < storage.writtenSequence;
}

/** Which of two logs would win a vote (thesis §3.6.1). */
function isMoreUpToDate(log: Log, than: Log): boolean {
  return log.lastTerm > than.lastTerm || (log.lastTerm === than.lastTerm && log.lastIndex > than.lastIndex);
}

/** Whether a log ends with an entry that the foremost log does not have. What was compacted there, all agree on. */
function isForked({ lastIndex, lastTerm }: Log, foremost: Log): boolean {
  return lastIndex >= foremost.firstIndex - 1 && foremost.termAt(logIndex(lastIndex)) !== lastTerm;
}
