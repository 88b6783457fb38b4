/** Rules of the protocol as code. They cost integer comparisons, so they run after every step, in production too. */
import { assert } from '../base/assert.js';
import { NOBODY } from '../base/units.js';
import type { RaftState } from './state.js';

/** Rules about one state. */
export function checkState(state: RaftState): void {
  const { log } = state;
  assert(state.commitIndex <= log.lastIndex, 'a server commits only what it holds (§3.5)');
  assert(state.commitIndex >= log.firstIndex - 1, 'only committed entries are compacted (§5)');
  assert(log.lastTerm <= state.currentTerm, 'no entry is from a future term (§3.3)');
  if (state.snapshot !== null) assert(state.snapshot.lastIndex >= log.firstIndex - 1, 'a snapshot covers what was compacted (§5)');
  if (state.role === 'leader') {
    assert(state.votedFor === state.self, 'a leader voted for itself (§3.4)');
    assert(state.leaderId === state.self, 'a leader knows who leads');
    assert(state.progress.length === state.voters.length, 'a leader knows each follower (Figure 3.1)');
    assert(state.readRoundSize <= state.reads.length, 'a read round serves reads that wait');
  } else {
    assert(state.progress.length === 0 && state.reads.length === 0, 'only a leader keeps books on followers and reads');
  }
  if (state.role === 'candidate') assert(state.votedFor === state.self, 'a candidate votes for itself (§3.4)');
}

/** Rules about two states in a row: what may only grow, and what may be set only once. */
export function checkTransition(before: RaftState, after: RaftState): void {
  assert(after.currentTerm >= before.currentTerm, 'the term never goes back (§3.3)');
  assert(after.commitIndex >= before.commitIndex, 'what is committed stays committed (§3.6)');
  assert(after.log.firstIndex >= before.log.firstIndex, 'what was compacted does not come back (§5)');
  if (after.currentTerm > before.currentTerm) return;
  if (before.votedFor !== NOBODY) assert(after.votedFor === before.votedFor, 'one vote in a term (§3.4)');
  if (before.role === 'leader' && after.role === 'leader') {
    assert(after.log.lastIndex >= before.log.lastIndex, 'Leader Append-Only (Figure 3.2)');
  }
  if (after.role === 'leader' && before.role !== 'leader') {
    assert(before.role === 'candidate', 'only a candidate becomes leader within a term (§3.4)');
  }
}
