/** From what recovery found on the disk to a server that takes part again. */
import { NOBODY, type Term } from '../../base/units.js';
import { Log, type Entry } from '../../raft/log.js';
import { openDraft, startRaft } from '../../raft/raft.js';
import type { Snapshot } from '../../raft/state.js';
import { recoveryNote } from '../../storage/recovery-note.js';
import type { Recovered, StoredEntry } from '../../storage/storage.js';
import { commandSizeBytes, decodeCommand } from '../../wire/protobuf/command.js';
import { restoreStore } from './apply.js';
import { ENTRY_COMMAND, ENTRY_NOOP } from './persist.js';
import { note, stop, type NodeDraft } from './state.js';

/** Takes up service with the recovered term, vote, log and snapshot (§3.8); or stops where they cannot be understood. */
export function beginServing(draft: NodeDraft, recovered: Recovered): void {
  const { state } = draft;
  for (const text of recovered.notes) draft.effects.push(recoveryNote(text));
  const log = logOf(draft, recovered);
  if (log === null) return;
  if (recovered.snapshot !== null) restoreStore(draft, recovered.snapshot);
  if (state.phase === 'stopped') return;

  const snapshot: Snapshot | null = recovered.snapshot;
  state.raft = startRaft({
    options: state.options.raft,
    self: state.self,
    voters: state.members,
    now: draft.now,
    seed: state.seed,
    currentTerm: recovered.currentTerm,
    votedFor: recovered.votedFor,
    log,
    snapshot,
  });
  state.phase = 'serving';
  draft.raft = openDraft(state.raft, draft.now, draft.effects);
  draft.writtenTerm = recovered.currentTerm;
  draft.writtenVote = recovered.votedFor;
  if (!recovered.isFresh) note(draft, 'recovered-with-log', describe(recovered, log));
}

function describe(recovered: Recovered, log: Log): string {
  const vote = recovered.votedFor === NOBODY ? 'nobody' : `s${recovered.votedFor}`;
  return `term ${recovered.currentTerm}, vote for ${vote}, entries ${log.firstIndex} to ${log.lastIndex}`;
}

function logOf(draft: NodeDraft, recovered: Recovered): Log | null {
  const entries: Entry[] = [];
  for (const stored of recovered.entries) {
    const entry = entryOf(stored);
    if (typeof entry === 'string') {
      stop(draft, `entry ${stored.index} of the log cannot be read: ${entry}; was this directory written by a newer version?`);
      return null;
    }
    entries.push(entry);
  }
  const prevIndex = (recovered.firstIndex - 1) as Recovered['firstIndex'];
  const prevTerm: Term = recovered.prevTerm;
  return Log.emptyAfter(prevIndex, prevTerm).appendAll(entries);
}

function entryOf(stored: StoredEntry): Entry | string {
  const { index, term } = stored;
  if (stored.kind === ENTRY_NOOP) return { index, term, kind: 'noop', payload: null, sizeBytes: 0 };
  if (stored.kind !== ENTRY_COMMAND) return `its kind is ${stored.kind}`;
  const command = decodeCommand(stored.payload);
  if (!command.ok) return command.problem;
  return { index, term, kind: 'command', payload: command.value, sizeBytes: commandSizeBytes(command.value) };
}
