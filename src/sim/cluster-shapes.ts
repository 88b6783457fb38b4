import { logIndex, type NodeId } from '../core/base/units.js';
import type { Role } from '../core/raft/state.js';
import type { ServerView } from './oracles/oracle.js';

/** A shape speaks of at most so many servers: those whose codes are highest. Seven codes fit into one exact integer. */
const SERVERS_MAX = 7;
const CODES = 128;

const DOWN = 0;
const RECOVERING = 1;
/** The first code of a server that is at work, then 24 for each role. */
const AT_WORK = 2;
const CODES_PER_ROLE = 24;
const ROLE_RANK: Readonly<Record<Role, number>> = { follower: 0, preCandidate: 1, candidate: 2, leader: 3 };

// How a log stands to the most up-to-date one (thesis §3.6.1).
const SAME_END = 0;
const BEHIND = 1;
const FORKED = 2;
/** It ends before what the other one still holds. */
const FAR_BEHIND = 3;

/**
 * Which abstract shapes a cluster went through: for each server its role, whether its term is the highest,
 * the next or a lower one, how its log stands to the most up-to-date log, and whether its disk has all of its
 * memory. Servers that change places make no new shape. A campaign that brings no new ones has seen what its
 * scenarios can bring; each is one integer, equal in all runs.
 */
export class ClusterShapes {
  readonly #views: (ServerView | null)[] = [];
  readonly #codes: number[] = [];
  readonly #seen = new Set<number>();
  #latest = -1;

  /** @param servers Nodes 1 .. servers. */
  constructor(servers: number) {
    for (let i = 0; i < servers; i++) {
      this.#views.push(null);
      this.#codes.push(DOWN);
    }
  }

  /** The shapes so far, each once, in the order of their first sight. */
  get seen(): ReadonlySet<number> {
    return this.#seen;
  }

  /** A server is at work in this state, or recovers (null). */
  show(server: NodeId, view: ServerView | null): void {
    const place = server - 1;
    const was = this.#views[place] as ServerView | null;
    this.#views[place] = view;
    if (view === null) {
      if (this.#codes[place] === RECOVERING) return;
      this.#codes[place] = RECOVERING;
    } else if (was !== null && isAlike(was, view)) return;
    this.#note();
  }

  /** A server has ended. */
  end(server: NodeId): void {
    this.#views[server - 1] = null;
    this.#codes[server - 1] = DOWN;
    this.#note();
  }

  #note(): void {
    this.#code();
    const shape = shapeOf(this.#codes);
    if (shape === this.#latest) return;
    this.#latest = shape;
    this.#seen.add(shape);
  }

  #code(): void {
    let best: ServerView | null = null;
    let highest = 0;
    for (const view of this.#views) {
      if (view === null) continue;
      if (view.raft.currentTerm > highest) highest = view.raft.currentTerm;
      if (best === null || isLonger(view, best)) best = view;
    }
    if (best === null) return;
    let next = 0;
    for (const view of this.#views) {
      if (view !== null && view.raft.currentTerm < highest && view.raft.currentTerm > next) next = view.raft.currentTerm;
    }
    for (let place = 0; place < this.#views.length; place++) {
      const view = this.#views[place] as ServerView | null;
      if (view === null) continue;
      const { role, currentTerm } = view.raft;
      const age = currentTerm === highest ? 0 : currentTerm === next ? 1 : 2;
      this.#codes[place] = AT_WORK + ROLE_RANK[role] * CODES_PER_ROLE + age * 8 + relation(view, best) * 2 + (isBehindOnDisk(view) ? 1 : 0);
    }
  }
}

/** Whether a step changed nothing that a shape speaks of. */
function isAlike(was: ServerView, is: ServerView): boolean {
  return was.raft.log === is.raft.log && was.raft.role === is.raft.role && was.raft.currentTerm === is.raft.currentTerm && isBehindOnDisk(was) === isBehindOnDisk(is);
}

function isBehindOnDisk({ storage }: ServerView): boolean {
  return storage !== null && storage.durableSequence < storage.writtenSequence;
}

/** Which of two logs would win a vote (thesis §3.6.1). */
function isLonger(view: ServerView, than: ServerView): boolean {
  const [a, b] = [view.raft.log, than.raft.log];
  return a.lastTerm > b.lastTerm || (a.lastTerm === b.lastTerm && a.lastIndex > b.lastIndex);
}

function relation(view: ServerView, best: ServerView): number {
  const { lastIndex, lastTerm } = view.raft.log;
  const log = best.raft.log;
  if (lastIndex === log.lastIndex && lastTerm === log.lastTerm) return SAME_END;
  if (lastIndex < log.firstIndex - 1) return FAR_BEHIND;
  return log.termAt(logIndex(lastIndex)) === lastTerm ? BEHIND : FORKED;
}

const sorted: number[] = [];

/** The codes in descending order as the digits of one number, the number of servers in front. */
function shapeOf(codes: readonly number[]): number {
  sorted.length = 0;
  for (const code of codes) {
    let at = sorted.length;
    for (; at > 0 && (sorted[at - 1] as number) < code; at--) sorted[at] = sorted[at - 1] as number;
    sorted[at] = code;
  }
  const count = Math.min(sorted.length, SERVERS_MAX);
  let shape = count;
  for (let i = 0; i < SERVERS_MAX; i++) shape = shape * CODES + (i < count ? (sorted[i] as number) : 0);
  return shape;
}
