/** The leader reads its followers' answers: what matches, what was lost, what is now committed (§3.5, §3.6). */
import { assert, unreachable } from '../base/assert.js';
import { logIndex, NOBODY, type LogIndex, type NodeId } from '../base/units.js';
import { majority, moment, progressOf, slotOf, type MutableProgress, type RaftDraft } from './draft.js';
import type { AppendEntriesReply, InstallSnapshotReply } from './messages.js';
import { advanceReads } from './reads.js';
import { becomeFollower } from './roles.js';
import { replicateTo, sendSnapshotPiece } from './sending.js';
import type { Progress } from './state.js';

/** Notes that a follower echoed `sequence`: it followed this leader when that message reached it. */
function acknowledge(progress: MutableProgress, sequence: number): void {
  progress.isActive = true;
  if (sequence > progress.ackedSequence && sequence <= progress.sentSequence) progress.ackedSequence = sequence;
}

/** Takes note of who answered. @returns Its slot, or -1 when the answer says nothing to this server as it is now. */
function answeringSlot(draft: RaftDraft, from: NodeId, reply: AppendEntriesReply | InstallSnapshotReply): number {
  const { state } = draft;
  if (reply.term > state.currentTerm) {
    becomeFollower(draft, reply.term, NOBODY);
    return -1;
  }
  // An answer to a leader of another term says nothing to this one, even if both were this server.
  if (state.role !== 'leader' || reply.term !== state.currentTerm) return -1;
  const slot = slotOf(state, from);
  if (slot >= 0) acknowledge(progressOf(draft, slot), reply.sequence);
  return slot;
}

export function onAppendEntriesReply(draft: RaftDraft, from: NodeId, reply: AppendEntriesReply): void {
  const slot = answeringSlot(draft, from, reply);
  if (slot < 0) return;
  const progress = progressOf(draft, slot);
  if (reply.success) onAccepted(draft, slot, progress, reply);
  else onRejected(draft, slot, progress, reply);
  // The step may have ended this leader's office or its need for the round; reads look for themselves.
  advanceReads(draft);
}

function onAccepted(draft: RaftDraft, slot: number, progress: MutableProgress, reply: AppendEntriesReply): void {
  const { state } = draft;
  if (reply.matchIndex > state.log.lastIndex) {
    moment(draft, 'nonsense-received', `s${state.voters[slot]} claims entry ${reply.matchIndex}, the log ends at ${state.log.lastIndex}`);
    return;
  }
  const hasGrown = reply.matchIndex > progress.matchIndex;
  if (hasGrown) progress.matchIndex = reply.matchIndex;
  if (progress.nextIndex <= progress.matchIndex) progress.nextIndex = logIndex(progress.matchIndex + 1);

  resumeAfterLoss(draft, slot, progress, reply, hasGrown);
  if (hasGrown) advanceCommit(draft);
  if (slot !== state.selfSlot) replicateTo(draft, slot);
}

/** What an accepted message says about those sent before it: a later echo means that an earlier one is lost, or late. */
function resumeAfterLoss(draft: RaftDraft, slot: number, progress: MutableProgress, reply: AppendEntriesReply, hasGrown: boolean): void {
  switch (progress.mode) {
    case 'probe':
      if (hasGrown || reply.sequence === progress.probeSequence) beginReplicating(progress);
      else if (reply.sequence > progress.probeSequence) progress.probeSequence = 0;
      return;
    case 'snapshot':
      if (progress.matchIndex + 1 >= draft.state.log.firstIndex) leaveSnapshotMode(progress);
      else if (reply.sequence > progress.probeSequence) sendSnapshotPiece(draft, slot);
      return;
    case 'replicate':
      if (reply.sequence <= progress.dataSequence || progress.matchIndex >= progress.nextIndex - 1) return;
      moment(draft, 'lost-entries-resent', `to s${draft.state.voters[slot]} from ${progress.matchIndex + 1}`, 'detail');
      beginProbing(progress, progress.matchIndex);
      return;
    default:
      unreachable(progress.mode);
  }
}

function beginReplicating(progress: MutableProgress): void {
  progress.mode = 'replicate';
  progress.probeSequence = 0;
  progress.nextIndex = logIndex(progress.matchIndex + 1);
}

/** Looks for the place behind which the follower's log must be sent, beginning after `agreed`. */
function beginProbing(progress: MutableProgress, agreed: number): void {
  progress.mode = 'probe';
  progress.probeSequence = 0;
  progress.nextIndex = logIndex(Math.max(agreed, progress.matchIndex) + 1);
}

function leaveSnapshotMode(progress: MutableProgress): void {
  progress.snapshot = null;
  progress.snapshotOffset = 0;
  beginProbing(progress, progress.matchIndex);
}

function onRejected(draft: RaftDraft, slot: number, progress: MutableProgress, reply: AppendEntriesReply): void {
  const { state } = draft;
  // Late news: that place is known to match, or it is not the place that is being probed.
  if (reply.prevLogIndex <= progress.matchIndex) return;
  if (progress.mode === 'snapshot') return;
  if (progress.mode === 'probe' && reply.prevLogIndex !== progress.nextIndex - 1) return;

  const agreed = lastPossibleMatch(draft, reply);
  moment(draft, 'append-rejected', `by s${state.voters[slot]} at ${reply.prevLogIndex}, next ${Math.max(agreed, progress.matchIndex) + 1}`);
  beginProbing(progress, agreed);
  replicateTo(draft, slot);
}

/**
 * The highest index at which the logs can still agree, given that the follower's term there is
 * `hintTerm` and terms never descend (§3.5: skip a whole conflicting term in one round).
 */
function lastPossibleMatch(draft: RaftDraft, reply: AppendEntriesReply): LogIndex {
  const { log } = draft.state;
  let index = Math.min(reply.matchIndex, log.lastIndex, reply.prevLogIndex - 1);
  while (index >= log.firstIndex && log.termAt(logIndex(index)) > reply.hintTerm) index--;
  return logIndex(Math.max(index, 0));
}

/** Commits what a majority holds durably, if it is of this term (§3.6.2, Figure 3.8: never an older one by counting). */
function advanceCommit(draft: RaftDraft): void {
  const { state } = draft;
  // Most answers come before a majority's or after it; that is seen in one look at each.
  if (!isHeldByMajority(state.progress, state.commitIndex + 1)) return;
  const index = majorityIndex(state.progress);
  assert(index <= state.log.lastIndex, 'a leader commits only what it holds (§3.5)');
  if (state.log.termAt(index) !== state.currentTerm) {
    moment(draft, 'old-term-entry-on-majority', `entry ${index} waits for one of term ${state.currentTerm}`);
    return;
  }
  state.commitIndex = index;
}

function isHeldByMajority(progress: readonly Pick<Progress, 'matchIndex'>[], index: number): boolean {
  let holders = 0;
  for (let slot = 0; slot < progress.length; slot++) if ((progress[slot] as Pick<Progress, 'matchIndex'>).matchIndex >= index) holders++;
  return holders >= majority(progress.length);
}

/**
 * The highest index that a majority of voters hold: the largest N with matchIndex[i] >= N on a majority
 * (§3.5, Figure 3.1). Quadratic in the number of voters and free of allocation: there are few of them.
 */
export function majorityIndex(progress: readonly Pick<Progress, 'matchIndex'>[]): LogIndex {
  let best = 0;
  for (const { matchIndex } of progress) if (matchIndex > best && isHeldByMajority(progress, matchIndex)) best = matchIndex;
  return logIndex(best);
}

export function onInstallSnapshotReply(draft: RaftDraft, from: NodeId, reply: InstallSnapshotReply): void {
  const slot = answeringSlot(draft, from, reply);
  if (slot < 0) return;
  const progress = progressOf(draft, slot);
  if (progress.snapshot !== null && reply.lastIndex === progress.snapshot.lastIndex) {
    if (reply.isInstalled) {
      if (reply.lastIndex > progress.matchIndex) progress.matchIndex = reply.lastIndex;
      leaveSnapshotMode(progress);
      replicateTo(draft, slot);
    } else if (isNewsOfPiece(progress, reply) && reply.receivedBytes <= progress.snapshot.data.length) {
      progress.snapshotOffset = reply.receivedBytes;
      sendSnapshotPiece(draft, slot);
    }
  }
  advanceReads(draft);
}

/** More has arrived than was known, or the last piece did not fit where it was sent. An older answer says nothing. */
function isNewsOfPiece(progress: Progress, reply: InstallSnapshotReply): boolean {
  return reply.receivedBytes > progress.snapshotOffset || reply.sequence === progress.probeSequence;
}
