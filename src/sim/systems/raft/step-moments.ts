import { logIndex, NOBODY } from '../../../core/base/units.js';
import type { RaftState } from '../../../core/raft/state.js';
import type { Coverage } from '../../coverage/coverage.js';
import type { ServerView } from './oracles/oracle.js';

/** So many at once are many: entries in one step, promises held back by a disk. */
const MANY = 8;

/** Marks what a server came back with. `highestTerm` is the highest that any server was seen in. */
export function markRecovery(coverage: Coverage, { raft }: ServerView, highestTerm: number): void {
  if (raft.votedFor !== NOBODY) coverage.mark('recovered-with-a-vote');
  if (raft.snapshot !== null) coverage.mark('recovered-from-a-snapshot');
  if (raft.currentTerm > 0 && raft.currentTerm < highestTerm) coverage.mark('recovered-into-an-old-term');
}

/** Marks what can be seen in two states of one server in a row. Most steps change little, and cost a few comparisons. */
export function markStep(coverage: Coverage, before: ServerView, after: ServerView): void {
  const was = before.raft;
  const is = after.raft;
  if (was.role !== is.role) markRole(coverage, was, is);
  if (is.currentTerm > was.currentTerm + 1) coverage.mark('term-skipped');
  if (was.log !== is.log) markLog(coverage, was, is);
  if (was.commitIndex !== is.commitIndex) markCommit(coverage, was, is);
  if (was.incoming !== is.incoming) markIncoming(coverage, was, is);
  if (is.reads.length > 1 && was.reads.length <= 1) coverage.mark('reads-shared-a-wait');
  if (after.outbox.size >= MANY && before.outbox.size < MANY) coverage.mark('many-promises-held');
  if (after.waiters.size > 1 && before.waiters.size <= 1) coverage.mark('commands-wait-together');
}

function markRole(coverage: Coverage, was: RaftState, is: RaftState): void {
  const isSameTerm = was.currentTerm === is.currentTerm;
  if (is.role === 'leader') {
    if (was.log.lastIndex > was.commitIndex) coverage.mark('leader-took-over-uncommitted-entries');
    if (is.voters.length === 1) coverage.mark('sole-voter-elected-itself');
  } else if (was.role === 'leader') {
    if (!isSameTerm) coverage.mark('leader-met-a-newer-term');
  } else if (was.role === 'candidate') {
    if (is.role === 'preCandidate') coverage.mark('election-undecided');
    else coverage.mark(isSameTerm ? 'candidate-lost-to-a-leader' : 'candidate-met-a-newer-term');
  } else if (was.role === 'preCandidate' && is.role === 'follower') {
    coverage.mark(isSameTerm ? 'pre-candidate-heard-its-leader' : 'pre-candidate-met-a-newer-term');
  }
}

function markLog(coverage: Coverage, was: RaftState, is: RaftState): void {
  const [old, log] = [was.log, is.log];
  if (log.firstIndex > old.firstIndex) {
    coverage.mark('log-compacted');
    if (log.firstIndex > old.lastIndex + 1) coverage.mark('snapshot-overtook-the-log');
    else if (log.firstIndex > log.lastIndex) coverage.mark('log-emptied-by-compaction');
  }
  if (log.lastIndex < old.lastIndex) coverage.mark('log-became-shorter');
  if (log.lastIndex >= old.lastIndex + MANY) coverage.mark('many-entries-appended-at-once');
}

function markCommit(coverage: Coverage, was: RaftState, is: RaftState): void {
  if (is.commitIndex >= was.commitIndex + MANY) coverage.mark('many-entries-committed-at-once');
  if (is.role !== 'leader') return;
  const term = is.log.termAt(logIndex(was.commitIndex + 1));
  if (term > 0 && term < is.currentTerm) coverage.mark('earlier-terms-committed-with-a-new-entry');
  const own = is.progress[is.selfSlot];
  if (own !== undefined && own.matchIndex < is.commitIndex) coverage.mark('committed-before-the-own-disk');
}

function markIncoming(coverage: Coverage, was: RaftState, is: RaftState): void {
  if (is.incoming === null) {
    if (is.snapshot === was.snapshot) coverage.mark('incoming-snapshot-abandoned');
  } else if (was.incoming === null) {
    coverage.mark('snapshot-began-to-arrive');
  } else if (is.incoming.pieces.length > was.incoming.pieces.length) {
    coverage.mark('snapshot-came-in-pieces');
  } else {
    coverage.mark('incoming-snapshot-began-anew');
  }
}
