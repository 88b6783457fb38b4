/**
 * Disk before promise, in one place, so that no rule can forget it (§3.8): what a step changed is handed
 * to storage first, and the promises of the step wait in the outbox until all of that is durable.
 */
import { logIndex, type LogIndex } from '../../base/units.js';
import { receive } from '../../raft/raft.js';
import type { Envelope, RaftDraft } from '../../raft/draft.js';
import type { Entry, Log } from '../../raft/log.js';
import { flushStorage, saveSnapshot, writeEntries, writeHardState, writeTruncateTail, type StoredEntry } from '../../storage/storage.js';
import type { Command } from '../../store/command.js';
import { commandBytes } from '../../wire/protobuf/command.js';
import { restoreStore } from './apply.js';
import type { NodeDraft } from './state.js';

const NO_PAYLOAD = new Uint8Array(0);
const NO_PROMISES: readonly Envelope[] = [];
export const ENTRY_NOOP = 0;
export const ENTRY_COMMAND = 1;

/** Writes what changed, releases the promises that are due, and goes on while those have consequences here. */
export function settle(draft: NodeDraft): void {
  for (;;) {
    persistChanges(draft);
    // What was received changed the state again: that is written before any promise is made on it.
    if (releaseHeld(draft)) continue;
    if (!makePromises(draft)) return;
  }
}

function persistChanges(draft: NodeDraft): void {
  const { state, raft } = draft;
  if (raft === null) return;
  if (raft.installed !== null) restoreStore(draft, raft.installed.snapshot);
  if (state.storage !== null && state.phase === 'serving') {
    const { currentTerm, votedFor } = raft.state;
    if (currentTerm !== draft.writtenTerm || votedFor !== draft.writtenVote) {
      state.storage = writeHardState(state.storage, currentTerm, votedFor);
      draft.writtenTerm = currentTerm;
      draft.writtenVote = votedFor;
    }
    persistLog(draft, raft);
  }
  raft.truncatedFrom = logIndex(0);
  raft.appendedFrom = logIndex(0);
  raft.installed = null;
}

function persistLog(draft: NodeDraft, raft: RaftDraft): void {
  const { state } = draft;
  if (state.storage === null) return;
  const { log } = raft.state;
  // A log that a snapshot replaces goes in the record of the snapshot. Cut by a record of its own, a torn flush could
  // keep the cut and lose the snapshot, and with it entries that this server had acknowledged.
  const isReplaced = raft.installed !== null && !raft.installed.keepsLog;
  if (raft.truncatedFrom > 0 && !isReplaced) state.storage = writeTruncateTail(state.storage, raft.truncatedFrom);
  if (raft.installed !== null) {
    const { snapshot, keepsLog } = raft.installed;
    state.storage = saveSnapshot(state.storage, snapshot, { isInstalled: true, keepsLog, dropHeadTo: snapshot.lastIndex });
  }
  if (raft.appendedFrom > 0 && raft.appendedFrom <= log.lastIndex) {
    state.storage = writeEntries(state.storage, storedEntries(log, raft.appendedFrom));
  }
}

function storedEntries(log: Log, from: LogIndex): readonly StoredEntry[] {
  const entries: StoredEntry[] = [];
  for (let index = from; index <= log.lastIndex; index = logIndex(index + 1)) entries.push(storedEntry(log.entryAt(index)));
  return entries;
}

function storedEntry(entry: Entry): StoredEntry {
  const isCommand = entry.kind === 'command';
  return {
    index: entry.index,
    term: entry.term,
    kind: isCommand ? ENTRY_COMMAND : ENTRY_NOOP,
    payload: isCommand ? commandBytes(entry.payload as Command) : NO_PAYLOAD,
  };
}

/**
 * Lets go of held promises that have become durable.
 *
 * @returns True when one was to this server itself, so that its consequences must be written in turn.
 */
function releaseHeld(draft: NodeDraft): boolean {
  const { state } = draft;
  if (state.storage === null) return false;
  let wasReceived = false;
  for (let held = state.outbox.first; held !== undefined && held.sequence <= state.storage.durableSequence; held = state.outbox.first) {
    state.outbox = state.outbox.shift();
    if (deliver(draft, held.envelope)) wasReceived = true;
  }
  return wasReceived;
}

/**
 * Takes up the step's promises: each waits in the outbox, in order, for the point that storage has now been
 * given; where all of that is durable already, it may leave at once.
 *
 * @returns As {@link releaseHeld}.
 */
function makePromises(draft: NodeDraft): boolean {
  const { state, raft } = draft;
  if (raft === null || raft.promises.length === 0) return false;
  const { promises } = raft;
  raft.promises = NO_PROMISES;
  const sequence = state.storage === null ? 0 : state.storage.writtenSequence;
  const isDurable = state.storage === null || sequence <= state.storage.durableSequence;
  let wasReceived = false;
  for (const envelope of promises) {
    if (!isDurable) state.outbox = state.outbox.push({ sequence, envelope });
    else if (deliver(draft, envelope)) wasReceived = true;
  }
  return wasReceived;
}

/** @returns True when it was to this server itself. */
function deliver(draft: NodeDraft, envelope: Envelope): boolean {
  if (envelope.to === draft.state.self) {
    if (draft.raft !== null) receive(draft.raft, envelope.to, envelope.message);
    return true;
  }
  draft.effects.push(envelope);
  return false;
}

/** Starts the next group commit if one is due: everything that gathered goes with one sync. */
export function flush(draft: NodeDraft): void {
  const { state } = draft;
  if (state.storage === null || state.phase === 'stopped') return;
  const flushed = flushStorage(state.storage);
  state.storage = flushed.storage;
  for (const effect of flushed.effects) draft.effects.push(effect);
}
