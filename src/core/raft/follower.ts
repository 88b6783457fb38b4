/** The follower's side of replication (§3.5, Figure 3.1, AppendEntries). */
import { assert } from '../base/assert.js';
import { logIndex, type LogIndex, type NodeId } from '../base/units.js';
import { logChanged, moment, promise, type RaftDraft } from './draft.js';
import type { Entry } from './log.js';
import type { AppendEntries } from './messages.js';

/** A message from the leader of this term, whose office was checked by the caller. */
export function onAppendEntries(draft: RaftDraft, from: NodeId, request: AppendEntries): void {
  const { state } = draft;
  const coveredIndex = logIndex(state.log.firstIndex - 1);
  // What lies before the log is committed, so it agrees with any leader (§3.6.3); the rest is compared.
  const isCompacted = request.prevLogIndex < coveredIndex;
  if (!isCompacted && state.log.termAt(request.prevLogIndex) !== request.prevLogTerm) {
    reject(draft, from, request);
    return;
  }
  const matchIndex = appendMissing(draft, request.entries, logIndex(request.prevLogIndex + request.entries.length));
  const verifiedIndex = logIndex(isCompacted ? Math.max(matchIndex, Math.min(coveredIndex, state.commitIndex)) : matchIndex);
  // Behind the last entry this message verified, the log may still be another leader's (Figure 3.1, rule 5).
  const commitIndex = Math.min(request.leaderCommit, verifiedIndex);
  if (commitIndex > state.commitIndex) state.commitIndex = logIndex(commitIndex);
  promise(draft, from, {
    kind: 'appendEntriesReply',
    term: state.currentTerm,
    success: true,
    matchIndex: verifiedIndex,
    hintTerm: state.currentTerm,
    prevLogIndex: request.prevLogIndex,
    sequence: request.sequence,
  });
}

/** Appends what is not there yet. Only a real conflict cuts the log: a late message must not (§3.5). */
function appendMissing(draft: RaftDraft, entries: readonly Entry[], matchIndex: LogIndex): LogIndex {
  const { state } = draft;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as Entry;
    if (entry.index < state.log.firstIndex) continue;
    if (state.log.termAt(entry.index) === entry.term) continue;
    if (entry.index <= state.log.lastIndex) {
      assert(entry.index > state.commitIndex, 'a committed entry never conflicts with a leader (§3.6.3)');
      moment(draft, 'follower-truncated-conflicting-tail', `from ${entry.index} to ${state.log.lastIndex}`);
      state.log = state.log.truncateTail(entry.index);
      logChanged(draft, entry.index, true);
    }
    const missing = i === 0 ? entries : entries.slice(i);
    state.log = state.log.appendAll(missing);
    logChanged(draft, entry.index, false);
    break;
  }
  return matchIndex;
}

/** Tells the leader where the logs may agree: the last entry here whose term is not above the one it asked for (§3.5). */
function reject(draft: RaftDraft, from: NodeId, request: AppendEntries): void {
  const { log, currentTerm } = draft.state;
  let index = Math.min(request.prevLogIndex - 1, log.lastIndex);
  while (index >= log.firstIndex && log.termAt(logIndex(index)) > request.prevLogTerm) index--;
  const hint = logIndex(Math.max(index, 0));
  promise(draft, from, {
    kind: 'appendEntriesReply',
    term: currentTerm,
    success: false,
    matchIndex: hint,
    hintTerm: log.termAt(hint),
    prevLogIndex: request.prevLogIndex,
    sequence: request.sequence,
  });
}
