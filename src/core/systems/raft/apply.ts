/** From the log to the store and back to the clients who wait. */
import { assert } from '../../base/assert.js';
import { logIndex, type LogIndex, type Term } from '../../base/units.js';
import { compact } from '../../raft/raft.js';
import type { Entry } from '../../raft/log.js';
import type { Snapshot } from '../../raft/state.js';
import { saveSnapshot } from '../../storage/storage.js';
import type { Command, StoreResult } from '../../store/command.js';
import { decodeStore, encodeStore } from '../../store/codec.js';
import { applyCommand, readKey } from '../../store/store.js';
import { note, respond, stop, type NodeDraft, type Reader, type Waiter } from './state.js';

/** Applies every committed entry in order, also those of others, and answers whoever waited for one of them (§3.5, §6.3). */
export function applyCommitted(draft: NodeDraft): void {
  const { state, raft } = draft;
  if (raft === null) return;
  const { log, commitIndex } = raft.state;
  for (let index = state.lastApplied + 1; index <= commitIndex; index++) {
    const entry = log.entryAt(logIndex(index));
    const result = entry.kind === 'command' ? applyEntry(draft, entry) : null;
    state.lastApplied = entry.index;
    answerWaiter(draft, entry.index, entry.term, result);
  }
}

function applyEntry(draft: NodeDraft, entry: Entry): StoreResult {
  const command = entry.payload as Command;
  const before = draft.state.store;
  const { state: after, result } = applyCommand(before, entry.index, command);
  draft.state.store = after;
  // A command that succeeded and yet changed no key was a session's second copy of it.
  if (after.keys === before.keys && command.clientId !== 0 && command.op !== 'registerClient' && result.status === 'ok') {
    note(draft, 'session-removed-duplicate', `entry ${entry.index}: session ${command.clientId}, command ${command.sequenceNum}`, 'detail');
  }
  return result;
}

/** The client of an entry gets the result of that very entry: the same index in another term is somebody else's. */
function answerWaiter(draft: NodeDraft, index: LogIndex, term: Term, result: StoreResult | null): void {
  const { state } = draft;
  for (;;) {
    const waiter = state.waiters.first;
    if (waiter === undefined || waiter.index > index) return;
    state.waiters = state.waiters.shift();
    const isOwn = waiter.index === index && waiter.term === term;
    if (isOwn && result !== null) {
      respond(draft, waiter.connection, { kind: 'done', id: waiter.id, result });
    } else {
      refuseWaiter(draft, waiter, false);
    }
  }
}

function refuseWaiter(draft: NodeDraft, waiter: Waiter, isUncertain: boolean): void {
  const leaderHint = draft.raft === null ? draft.state.self : draft.raft.state.leaderId;
  respond(draft, waiter.connection, { kind: 'notLeader', id: waiter.id, leaderHint, isUncertain });
}

/** A deposed leader can promise nothing any more: its clients ask elsewhere (§6.2). Their entries may still be committed. */
export function refuseWaitersIfDeposed(draft: NodeDraft): void {
  const { state, raft } = draft;
  if (raft === null || raft.state.role === 'leader') return;
  for (let waiter = state.waiters.first; waiter !== undefined; waiter = state.waiters.first) {
    state.waiters = state.waiters.shift();
    refuseWaiter(draft, waiter, true);
  }
}

/** Serves the reads that Raft released: the state has been applied up to the commit index by now (§6.4, step 4). */
export function answerReads(draft: NodeDraft): void {
  const { state, raft } = draft;
  if (raft === null) return;
  for (const token of raft.readyReads) {
    const reader = takeReader(draft, token);
    assert(state.lastApplied === raft.state.commitIndex, 'a read sees all that is committed (§6.4)');
    respond(draft, reader.connection, { kind: 'done', id: reader.id, result: readKey(state.store, reader.key) });
  }
  for (const token of raft.failedReads) {
    const reader = takeReader(draft, token);
    respond(draft, reader.connection, { kind: 'notLeader', id: reader.id, leaderHint: raft.state.leaderId, isUncertain: false });
  }
}

function takeReader(draft: NodeDraft, token: number): Reader {
  const reader = draft.state.readers.first;
  assert(reader !== undefined && reader.token === token, 'reads are served in the order in which they came');
  draft.state.readers = draft.state.readers.shift();
  return reader;
}

/** Takes a snapshot of the whole store when enough was applied since the last one, and drops the log before it (§5.1). */
export function snapshotIfDue(draft: NodeDraft): void {
  const { state, raft } = draft;
  if (raft === null) return;
  const { options, lastApplied } = state;
  const { log, snapshot: last } = raft.state;
  const lastSnapshotIndex = last === null ? 0 : last.lastIndex;
  // As seldom as the store is large, or a large one would be written again and again for little.
  const isDueByCount = lastApplied - lastSnapshotIndex >= Math.max(options.snapshotEveryEntries, state.store.keys.size);
  const bytesMax = Math.max(options.snapshotEveryBytes, last === null ? 0 : last.data.length);
  if (!isDueByCount && log.bytesBetween(lastSnapshotIndex, lastApplied) < bytesMax) return;
  // One at a time: the disk may still be busy with the last one.
  if (state.storage !== null && state.storage.durableSnapshotIndex < lastSnapshotIndex) return;

  const snapshot: Snapshot = {
    lastIndex: lastApplied,
    lastTerm: log.termAt(lastApplied),
    data: encodeStore(state.store),
  };
  const keepAfter = log.startOfLast(options.entriesKeptBytesMax, lastApplied - options.entriesKept, lastApplied);
  compact(raft, snapshot, keepAfter);
  note(draft, 'snapshot-taken', `up to entry ${lastApplied}, ${snapshot.data.length} bytes`);
  if (state.storage !== null) {
    state.storage = saveSnapshot(state.storage, snapshot, { isInstalled: false, keepsLog: true, dropHeadTo: keepAfter });
  }
}

/** Replaces the store by what a snapshot holds; nothing of the old one remains (§5.3). */
export function restoreStore(draft: NodeDraft, snapshot: Snapshot): void {
  const { state } = draft;
  const decoded = decodeStore(snapshot.data, state.options.store);
  if (!decoded.ok) {
    stop(
      draft,
      `the snapshot up to entry ${snapshot.lastIndex} cannot be read: ${decoded.problem}; restore this server's data directory or replace the server`,
    );
    return;
  }
  state.store = decoded.value;
  state.lastApplied = snapshot.lastIndex;
}
