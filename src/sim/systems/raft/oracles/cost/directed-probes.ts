import type { Input } from '../../../../../core/machine.js';
import type { NodeId } from '../../../../../core/base/units.js';
import type { AppendEntriesReply, RaftMessage } from '../../../../../core/raft/messages.js';
import { violated } from '../../../../checkers/violation.js';
import { PROGRESS, type Oracle, type ServerView } from '../oracle.js';

type Progress = ServerView['raft']['progress'][number];

/** The search for the place where a follower's log agrees with its leader's, from one acceptance to the next. */
interface Search {
  readonly term: number;
  /** The follower's term at the last entry at which the logs could still agree, by its last rejection. */
  readonly hintTerm: number;
}

/**
 * Directed Probes: what a leader sends a follower next goes back for news only, and then far enough. A rejection that comes
 * late, of a place that is known to match by now, moves nothing; and each one in a row skips a whole term of the follower's log,
 * so that a search costs no more rounds than there are terms in it (thesis §3.5). Without that nothing is ever wrong, only slow.
 */
export class DirectedProbes implements Oracle {
  readonly looksAt = PROGRESS;
  /** By server and follower: the search under way. */
  readonly #searches: Map<NodeId, Search>[] = [];

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView, input: Input<unknown, unknown>): void {
    const { raft } = after;
    if (raft.role !== 'leader' || before.raft.currentTerm !== raft.currentTerm || before.raft.role !== 'leader' || input.kind !== 'message')
      return;
    const message = input.message as RaftMessage;
    if (message.kind === 'installSnapshotReply') this.#searches[server]?.delete(input.from);
    if (message.kind !== 'appendEntriesReply' || message.term !== raft.currentTerm) return;
    const slot = raft.voters.indexOf(input.from);
    const was = before.raft.progress[slot];
    const is = raft.progress[slot];
    if (was === undefined || is === undefined || input.from === server) return;
    if (message.success) {
      if (is.mode !== 'probe' || is.matchIndex > was.matchIndex) this.#searches[server]?.delete(input.from);
    } else this.#onRejection(atUs, server, input.from, was, is, message, raft.log.firstIndex);
  }

  onCrash(_atUs: number, server: NodeId): void {
    this.#searches[server]?.clear();
  }

  #onRejection(
    atUs: number,
    server: NodeId,
    follower: NodeId,
    was: Progress,
    is: Progress,
    reply: AppendEntriesReply,
    firstIndex: number,
  ): void {
    const { term, prevLogIndex, hintTerm, sequence } = reply;
    const hasMoved = is.nextIndex < was.nextIndex || is.mode !== was.mode;
    if (!hasMoved) return;
    const told = `s${server}, told by s${follower} that entry ${prevLogIndex} does not match`;
    if (prevLogIndex <= was.matchIndex)
      violated(
        'Directed Probes',
        `${told}, goes back from ${was.nextIndex} to ${is.nextIndex}, though it knows that ${was.matchIndex} matches`,
        atUs,
        { servers: [server, follower] },
      );
    // A rejection of something that was sent before the probe, and overtaken by it, is of a log that was shorter then.
    const isOfProbe = was.mode === 'probe' && was.probeSequence > 0 && sequence >= was.probeSequence;
    // The last place that a compacted log knows is tried whatever its term: what comes behind a rejection there is a snapshot.
    const isAtItsEdge = prevLogIndex < firstIndex;
    const searches = (this.#searches[server] ??= new Map<NodeId, Search>());
    const known = searches.get(follower);
    if (known?.term === term && isOfProbe && !isAtItsEdge && hintTerm >= known.hintTerm) {
      violated(
        'Directed Probes',
        `${told}, probes ${is.nextIndex - 1} next: the second probe in a row that stays within term ${hintTerm} of that log`,
        atUs,
        { servers: [server, follower] },
      );
    }
    searches.set(follower, { term, hintTerm });
  }
}
