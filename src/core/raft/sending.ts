/** The leader's messages (§3.5, §10.2): probe until a follower's log matches, then a window in flight; a snapshot where the log is gone. */
import { assert } from '../base/assert.js';
import { logIndex, micros, type LogIndex, type NodeId } from '../base/units.js';
import { moment, progressOf, send, type MutableProgress, type RaftDraft } from './draft.js';
import type { Entry } from './log.js';
import type { Progress } from './state.js';

const NO_ENTRIES: readonly Entry[] = [];

/** Sends every follower what it lacks and may be sent now. */
export function replicateAll(draft: RaftDraft): void {
  const count = draft.state.voters.length;
  for (let slot = 0; slot < count; slot++) {
    if (slot !== draft.state.selfSlot) replicateTo(draft, slot);
  }
}

/** Sends one follower what it lacks, as far as its mode and its window allow. */
export function replicateTo(draft: RaftDraft, slot: number): void {
  const { state } = draft;
  for (;;) {
    const seen = state.progress[slot] as Progress;
    if (seen.mode === 'snapshot') return;
    if (seen.mode === 'probe' ? seen.probeSequence !== 0 : !hasRoom(draft, seen)) return;

    const progress = progressOf(draft, slot);
    if (progress.nextIndex < state.log.firstIndex) {
      sendSnapshotPiece(draft, slot);
      return;
    }
    const isProbe = progress.mode === 'probe';
    const entries = takeEntries(draft, progress.nextIndex);
    sendAppend(draft, slot, progress, logIndex(progress.nextIndex - 1), entries);
    if (isProbe) {
      progress.probeSequence = progress.sentSequence;
      return;
    }
    progress.nextIndex = logIndex(progress.nextIndex + entries.length);
  }
}

function hasRoom(draft: RaftDraft, progress: Progress): boolean {
  const isBehind = progress.nextIndex <= draft.state.log.lastIndex;
  // Counted up to the last message with entries: heartbeats behind it must not fill the window, or a
  // follower whose round trip is longer than the heartbeat interval is starved for ever.
  return isBehind && progress.dataSequence - progress.ackedSequence < draft.state.options.inflightMessagesMax;
}

/** What fits into one message from `from` on; one entry at least if there is any, however large. */
function takeEntries(draft: RaftDraft, from: LogIndex): readonly Entry[] {
  const { log, options } = draft.state;
  if (from > log.lastIndex) return NO_ENTRIES;
  if (draft.entriesTakenOf === log && (draft.entriesTaken[0] as Entry).index === from) return draft.entriesTaken;
  let to = from;
  let sizeBytes = log.entryAt(to).sizeBytes;
  while (to < log.lastIndex && to - from + 1 < options.entriesPerMessageMax) {
    sizeBytes += log.entryAt(logIndex(to + 1)).sizeBytes;
    if (sizeBytes > options.messageBytesMax) break;
    to = logIndex(to + 1);
  }
  draft.entriesTakenOf = log;
  draft.entriesTaken = log.slice(from, to);
  return draft.entriesTaken;
}

function sendAppend(draft: RaftDraft, slot: number, progress: MutableProgress, prevLogIndex: LogIndex, entries: readonly Entry[]): void {
  const { state } = draft;
  progress.sentSequence++;
  if (entries.length > 0) progress.dataSequence = progress.sentSequence;
  send(draft, state.voters[slot] as NodeId, {
    kind: 'appendEntries',
    term: state.currentTerm,
    prevLogIndex,
    prevLogTerm: state.log.termAt(prevLogIndex),
    leaderCommit: state.commitIndex,
    sequence: progress.sentSequence,
    entries,
  });
}

/**
 * Lets every follower hear its leader (§3.4). The message is empty and stands at the follower's
 * matchIndex, where it can always be accepted, so it is small even to one that is down or far behind. Its
 * echo tells the leader when an earlier probe, piece or batch was lost (replies.ts).
 */
export function heartbeatAll(draft: RaftDraft): void {
  const { state } = draft;
  state.heartbeatDue = micros(draft.now + state.options.heartbeatInterval);
  for (let slot = 0; slot < state.voters.length; slot++) {
    if (slot === state.selfSlot) continue;
    const progress = progressOf(draft, slot);
    const isHeld = progress.matchIndex >= state.log.firstIndex - 1;
    sendAppend(draft, slot, progress, isHeld ? progress.matchIndex : logIndex(0), NO_ENTRIES);
  }
}

/** Sends the next piece of a snapshot to a follower that needs entries which are no longer held; a new transfer is of the newest one. */
export function sendSnapshotPiece(draft: RaftDraft, slot: number): void {
  const { state } = draft;
  const progress = progressOf(draft, slot);
  const snapshot = progress.snapshot ?? state.snapshot;
  assert(snapshot !== null, 'what was compacted is covered by a snapshot (§5)');
  if (progress.snapshot === null) {
    moment(draft, 'snapshot-sent', `to s${state.voters[slot]}, up to entry ${snapshot.lastIndex}`);
    progress.mode = 'snapshot';
    progress.snapshot = snapshot;
    progress.snapshotOffset = 0;
  }
  progress.sentSequence++;
  progress.probeSequence = progress.sentSequence;
  const end = Math.min(progress.snapshotOffset + state.options.snapshotPieceBytes, snapshot.data.length);
  send(draft, state.voters[slot] as NodeId, {
    kind: 'installSnapshot',
    term: state.currentTerm,
    lastIndex: snapshot.lastIndex,
    lastTerm: snapshot.lastTerm,
    offset: progress.snapshotOffset,
    data: snapshot.data.subarray(progress.snapshotOffset, end),
    done: end === snapshot.data.length,
    sequence: progress.sentSequence,
  });
}
