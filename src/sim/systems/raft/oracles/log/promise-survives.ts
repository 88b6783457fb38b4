import { logIndex, NOBODY, term, type NodeId } from '../../../../../core/base/units.js';
import type { Input } from '../../../../../core/machine.js';
import type { Log } from '../../../../../core/raft/log.js';
import type { RaftMessage } from '../../../../../core/raft/messages.js';
import type { Remembered } from '../../../storage/recovery-twin.js';
import { firstNewIndex } from './log-matching.js';
import { violated } from '../../../../checkers/violation.js';
import { LOG, PROGRESS, type Oracle, type ServerView } from '../oracle.js';

/** What of a recovery others may rely on. */
type Word = Omit<Remembered, 'snapshotNumber'>;

/** The most that a server has let others rely on. */
interface Promised {
  /** It told others that it is in this term. */
  term: number;
  /** Whom it voted for in `voteTerm`; a candidacy counts. */
  voteTerm: number;
  votedFor: NodeId;
  /** It acknowledged the entries up to here, the last of them of this term. */
  index: number;
  indexTerm: number;
}

/**
 * A Promise Survives: what a server told others, in votes and in acknowledgements, is still in its state
 * when it comes back from its disk (thesis §3.8); and what a leader counted of its own log without telling anyone.
 */
export class PromiseSurvives implements Oracle {
  readonly looksAt = LOG | PROGRESS;

  readonly #promised: (Promised | undefined)[] = [];

  onSend(_atUs: number, from: NodeId, to: NodeId, message: RaftMessage, view: ServerView): void {
    const promised = this.#of(from);
    switch (message.kind) {
      case 'requestVote':
        if (!message.isPreVote) vote(promised, message.term, message.candidateId);
        return;
      case 'requestVoteReply':
        if (message.isPreVote) return;
        if (message.voteGranted) vote(promised, message.term, to);
        else promised.term = Math.max(promised.term, message.term);
        return;
      case 'appendEntriesReply':
        promised.term = Math.max(promised.term, message.term);
        if (message.success) acknowledge(promised, message.term, message.matchIndex, view);
        return;
      case 'installSnapshotReply':
        promised.term = Math.max(promised.term, message.term);
        if (message.isInstalled) acknowledge(promised, message.term, message.lastIndex, view);
        return;
      case 'appendEntries':
      case 'installSnapshot':
        // A leader speaks in a term that its own election made durable; its entries may still be on their way to its disk.
        promised.term = Math.max(promised.term, message.term);
    }
  }

  onStep(_atUs: number, server: NodeId, before: ServerView, after: ServerView, input: Input<unknown, unknown>): void {
    const promised = this.#promised[server];
    if (promised !== undefined && before.raft.log !== after.raft.log) {
      const kept = keptTo(promised.index, before, after, input);
      if (kept < promised.index) {
        promised.index = kept;
        promised.indexTerm = before.raft.log.termAt(logIndex(kept));
      }
    }
    // A leader counts its own durable copy without telling anyone.
    const { role, progress, selfSlot, currentTerm } = after.raft;
    if (role !== 'leader' || progress === before.raft.progress) return;
    const own = progress[selfSlot];
    if (own !== undefined && own.matchIndex > this.#of(server).index) acknowledge(this.#of(server), currentTerm, own.matchIndex, after);
  }

  onRecovered(atUs: number, server: NodeId, { raft }: ServerView): void {
    const { currentTerm, votedFor, log } = raft;
    const { lastIndex, lastTerm } = log;
    const broken = this.#broken(server, {
      currentTerm,
      votedFor,
      lastIndex,
      lastTerm,
      holds: (index, ofTerm) => holds(log, index, ofTerm),
    });
    if (broken === null) return;
    const { how, others, terms } = broken;
    violated('A Promise Survives', `s${server} broke its word: ${how}`, atUs, { servers: [server, ...others], terms });
  }

  /** How a server would break its word if it came back with no more than this; null if it would keep it. */
  brokenBy(server: NodeId, what: unknown): string | null {
    return this.#broken(server, what as Word)?.how ?? null;
  }

  #broken(server: NodeId, remembered: Word): BrokenWord | null {
    const promised = this.#promised[server];
    if (promised === undefined) return null;
    if (remembered.currentTerm < promised.term) {
      return {
        how: `it was in term ${promised.term} when it last spoke, and came back in term ${remembered.currentTerm}`,
        others: [],
        terms: [promised.term, remembered.currentTerm],
      };
    }
    if (remembered.currentTerm === promised.voteTerm && remembered.votedFor !== promised.votedFor) {
      const now = remembered.votedFor === NOBODY ? 'has forgotten it' : `thinks it was for s${remembered.votedFor}`;
      return {
        how: `it voted for s${promised.votedFor} in term ${promised.voteTerm}, and ${now} after its restart`,
        others: [promised.votedFor, remembered.votedFor].filter((candidate) => candidate !== NOBODY),
        terms: [promised.voteTerm],
      };
    }
    if (remembered.holds(logIndex(promised.index), term(promised.indexTerm))) return null;
    return {
      how:
        `it acknowledged the log up to entry ${promised.index} of term ${promised.indexTerm}, ` +
        `and came back with one up to ${remembered.lastIndex} of term ${remembered.lastTerm}`,
      others: [],
      terms: [promised.indexTerm, remembered.lastTerm],
    };
  }

  #of(server: NodeId): Promised {
    return (this.#promised[server] ??= { term: 0, voteTerm: 0, votedFor: NOBODY, index: 0, indexTerm: 0 });
  }
}

/** In a few words, with whom it voted for and the terms that it is about. */
interface BrokenWord {
  readonly how: string;
  readonly others: readonly NodeId[];
  readonly terms: readonly number[];
}

function vote(promised: Promised, term: number, candidate: NodeId): void {
  promised.term = Math.max(promised.term, term);
  if (term < promised.voteTerm) return;
  promised.voteTerm = term;
  promised.votedFor = candidate;
}

/** Counts what was acknowledged if the log still says so: a later leader may have cut it while the answer waited for the disk. */
function acknowledge(promised: Promised, term: number, index: number, { raft }: ServerView): void {
  if (term < raft.currentTerm || index <= promised.index || index > raft.log.lastIndex) return;
  const indexTerm = raft.log.termAt(logIndex(index));
  if (indexTerm < 0) return;
  promised.index = index;
  promised.indexTerm = indexTerm;
}

/** Entries of one index and term agree in all before them (Log Matching), and a snapshot stands for what it covers. */
function holds(log: Log, index: number, term: number): boolean {
  return index < log.firstIndex - 1 || log.termAt(logIndex(index)) === term;
}

/**
 * How far at least this step left the log as it was, up to `index`: a leader of a later term may cut what was acknowledged to
 * an earlier one, and what is before the cut still stands.
 */
function keptTo(index: number, before: ServerView, after: ServerView, input: Input<unknown, unknown>): number {
  const [old, now] = [before.raft.log, after.raft.log];
  const joint = logIndex(now.firstIndex - 1);
  // What the log begins after now is what stood there before, so nothing up to there was cut.
  if (joint < old.firstIndex || old.termAt(joint) === now.termAt(joint))
    return index <= joint ? index : Math.min(index, firstNewIndex(old, now) - 1);
  const message = input.kind === 'message' ? (input.message as RaftMessage) : null;
  // A snapshot took the place of all. Its record tears as a whole, so what it covers is there: within it, or as it was.
  if (message?.kind === 'installSnapshot') return Math.min(index, joint - 1);
  // Cut, continued, committed and compacted in one step. What the leader's entries follow on was there, and nothing committed is cut.
  const agreed = message?.kind === 'appendEntries' ? message.prevLogIndex : 0;
  return Math.min(index, Math.max(agreed, before.raft.commitIndex));
}
