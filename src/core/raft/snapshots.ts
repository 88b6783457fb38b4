/** Snapshots at a follower (§5, Figure 5.3): they arrive in pieces and are installed when whole. */
import { logIndex, type NodeId } from '../base/units.js';
import { logChanged, moment, promise, type RaftDraft } from './draft.js';
import { Log } from './log.js';
import type { InstallSnapshot } from './messages.js';
import type { IncomingSnapshot, Snapshot } from './state.js';

/** A piece from the leader of this term, whose office was checked by the caller. */
export function onInstallSnapshot(draft: RaftDraft, from: NodeId, piece: InstallSnapshot): void {
  const { state } = draft;
  // Everything in it is committed here already: installing it would turn time back.
  if (piece.lastIndex <= state.commitIndex) {
    answer(draft, from, piece, 0, true);
    return;
  }
  const before = isOf(state.incoming, from, piece) ? state.incoming : startOf(from, piece);
  if (piece.offset !== before.receivedBytes) {
    // A piece that came twice, or one ahead of a lost one: the answer says which is expected.
    answer(draft, from, piece, before.receivedBytes, false);
    return;
  }
  const receivedBytes = before.receivedBytes + piece.data.length;
  const pieces = [...before.pieces, piece.data];
  if (!piece.done) {
    state.incoming = { from, lastIndex: piece.lastIndex, lastTerm: piece.lastTerm, pieces, receivedBytes };
    answer(draft, from, piece, receivedBytes, false);
    return;
  }
  state.incoming = null;
  install(draft, { lastIndex: piece.lastIndex, lastTerm: piece.lastTerm, data: joined(pieces, receivedBytes) });
  answer(draft, from, piece, receivedBytes, true);
}

function isOf(incoming: IncomingSnapshot | null, from: NodeId, piece: InstallSnapshot): incoming is IncomingSnapshot {
  return incoming !== null && incoming.from === from && incoming.lastIndex === piece.lastIndex && incoming.lastTerm === piece.lastTerm;
}

function startOf(from: NodeId, piece: InstallSnapshot): IncomingSnapshot {
  return { from, lastIndex: piece.lastIndex, lastTerm: piece.lastTerm, pieces: [], receivedBytes: 0 };
}

function answer(draft: RaftDraft, to: NodeId, piece: InstallSnapshot, receivedBytes: number, isInstalled: boolean): void {
  promise(draft, to, {
    kind: 'installSnapshotReply',
    term: draft.state.currentTerm,
    lastIndex: piece.lastIndex,
    receivedBytes,
    isInstalled,
    sequence: piece.sequence,
  });
}

/** Figure 5.3, rules 5 to 8: a log that agrees with the snapshot goes on behind it, any other is discarded. */
function install(draft: RaftDraft, snapshot: Snapshot): void {
  const { state } = draft;
  const keepsLog = state.log.termAt(snapshot.lastIndex) === snapshot.lastTerm;
  if (keepsLog) {
    state.log = state.log.dropHead(snapshot.lastIndex);
  } else {
    if (state.log.lastIndex >= state.log.firstIndex) logChanged(draft, state.log.firstIndex, true);
    state.log = Log.emptyAfter(snapshot.lastIndex, snapshot.lastTerm);
  }
  draft.appendedFrom = logIndex(0);
  state.commitIndex = snapshot.lastIndex;
  state.snapshot = snapshot;
  draft.installed = { snapshot, keepsLog };
  moment(draft, 'snapshot-installed', `up to entry ${snapshot.lastIndex}, ${keepsLog ? 'log kept' : 'log replaced'}`);
}

function joined(pieces: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const whole = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
