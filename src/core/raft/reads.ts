/** Linearizable reads without the log (§6.4, ReadIndex): one round of acknowledgements serves all reads that wait. */
import { majority, moment, readIsReady, type RaftDraft } from './draft.js';
import { heartbeatAll } from './sending.js';
import type { Progress } from './state.js';

/** Why a read cannot be taken now, or null when it was taken. */
export type ReadRefusal = 'notLeader' | 'noCommitInTermYet' | 'tooManyReads';

/**
 * Takes a read. Its token comes back in `readyReads` once a majority acknowledged messages that were
 * sent after it arrived, or in `failedReads` when this server loses its office before.
 */
export function requestRead(draft: RaftDraft, token: number): ReadRefusal | null {
  const { state } = draft;
  if (state.role !== 'leader') return 'notLeader';
  // Until an entry of its own term is committed a leader does not know what is committed (§6.4, step 1).
  if (state.log.termAt(state.commitIndex) !== state.currentTerm) return 'noCommitInTermYet';
  if (state.reads.length >= state.options.pendingReadsMax) return 'tooManyReads';

  state.reads = [...state.reads, { token, readIndex: state.commitIndex }];
  if (state.readRound === null) beginRound(draft);
  else moment(draft, 'read-waited-for-next-round', `token ${token}`, 'detail');
  return null;
}

function beginRound(draft: RaftDraft): void {
  const { state } = draft;
  // Only echoes of messages sent from here on count: an older one says nothing about now.
  state.readRound = state.progress.map((progress) => progress.sentSequence);
  state.readRoundSize = state.reads.length;
  heartbeatAll(draft);
  advanceReads(draft);
}

/** Releases the reads of the running round once a majority has echoed it, and begins the next if reads wait. */
export function advanceReads(draft: RaftDraft): void {
  const { state } = draft;
  if (state.readRound === null || state.role !== 'leader') return;
  let confirmed = 1;
  for (let slot = 0; slot < state.voters.length; slot++) {
    if (slot === state.selfSlot) continue;
    if ((state.progress[slot] as Progress).ackedSequence > (state.readRound[slot] as number)) confirmed++;
  }
  if (confirmed < majority(state.voters.length)) return;

  for (let i = 0; i < state.readRoundSize; i++) readIsReady(draft, (state.reads[i] as { token: number }).token);
  state.reads = state.reads.slice(state.readRoundSize);
  state.readRound = null;
  state.readRoundSize = 0;
  if (state.reads.length > 0) beginRound(draft);
}
