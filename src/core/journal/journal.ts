import { assert } from '../base/assert.js';
import { Fifo } from '../base/fifo.js';
import { logIndex, micros, NEVER, term, type LogIndex, type Micros, type OperationId } from '../base/units.js';
import type { DiskOutcome, DiskStep, Past } from '../machine.js';
import {
  closingSteps as storageClosingSteps,
  flushStorage,
  isAtRest,
  saveSnapshot,
  startStorage,
  storageOnDisk,
  writeEntries,
  writeOut,
  type DiskEffect,
  type Label,
  type StorageState,
} from '../storage/storage.js';
import type { Kept } from './kept.js';
import { checkJournalOptions, type JournalOptions } from './options.js';
import { recall, type Recalled } from './recall.js';

export * from './kept.js';
export * from './options.js';
export type { Recalled } from './recall.js';

/**
 * A state kept in a journal, as a pure sub-machine over disk effects: entries are written, made as safe as the sync policy
 * says, then applied, and only then does the system learn what they gave and whom it may answer.
 *
 * How it is used: {@link startJournal}, then every `disk` input to {@link journalOnDisk}; once `recalled` was given,
 * {@link append}, {@link hold} and {@link install} as often as wanted in a step, and {@link settle} at the end of EVERY step,
 * a disk input's and a wake's too. `wake` inputs come at {@link journalWakeAt}.
 *
 * What it promises: entries are applied and promises released in the order in which they were handed over, each once;
 * `state` shows nothing that is not as safe as the policy says; entries that gather while the disk is at work
 * go together (group commit). A failed disk operation ends the journal, as storage says.
 */
export interface JournalState<State, Entry, Promised> {
  /** `recalling`: the disk is being read, nothing may be appended. `stopped`: something failed, nothing happens any more. */
  readonly phase: 'recalling' | 'keeping' | 'stopped';
  /** All that is settled, applied. */
  readonly state: State;
  /** Of the last entry that was appended, 0 before the first. */
  readonly lastIndex: LogIndex;
  /** Of the last entry that `state` shows, 0 before the first. */
  readonly lastApplied: LogIndex;
  /** Up to which entry the newest snapshot goes that was taken or installed, 0 for none. */
  readonly snapshotIndex: LogIndex;
  /** Bytes of that snapshot, and of the entries that were applied since. */
  readonly snapshotBytes: number;
  readonly appliedBytes: number;
  /** Bytes of the entries in `held`; 0 where nothing is kept on disk. */
  readonly heldBytes: number;
  /** null where nothing is kept on disk. */
  readonly storage: StorageState | null;
  /** What waits for the disk, in order: the second outbox. */
  readonly held: Fifo<Held<State, Entry, Promised>>;
  /** When the next sync is due, NEVER while nothing needs one. For the policy `interval` only. */
  readonly syncDueUs: Micros;
}

/** Something that comes to pass when everything up to `sequence` is settled. */
export interface Held<State, Entry, Promised> {
  readonly sequence: number;
  /** `lastApplied` from then on; 0 when nothing is applied. */
  readonly index: LogIndex;
  /** At most one of the two is not null: to be applied, or to take the place of the state. */
  readonly entry: Entry | null;
  /** Of the entry as it stands in the log. */
  readonly sizeBytes: number;
  readonly installed: State | null;
  readonly promised: Promised | null;
}

/** What a journal is of, and how it is kept: the same in each call. */
export interface JournalPlan<State, Entry, Outcome> {
  readonly kept: Kept<State, Entry, Outcome>;
  readonly options: JournalOptions;
}

export interface JournalStep<State, Entry, Promised> {
  readonly journal: JournalState<State, Entry, Promised>;
  readonly effects: readonly DiskEffect[];
}

/** What a disk input led to. */
export interface JournalOutcome<State, Entry, Promised> extends JournalStep<State, Entry, Promised> {
  /** Not null once in a life of a journal that is kept on disk: when it has been read. */
  readonly recalled: Recalled<State> | null;
  /** One line that says why the node must stop; null if all is well. */
  readonly problem: string | null;
}

/** What has become settled, in order. */
export interface Released<Outcome, Promised> {
  /** null where there was nothing to promise. */
  readonly promised: Promised | null;
  /** The place of the entry that was applied; 0 for a promise that went alone and for an installed state. */
  readonly index: LogIndex;
  /** What applying the entry gave; null where no entry was applied. */
  readonly outcome: Outcome | null;
}

export interface Settled<State, Entry, Outcome, Promised> extends JournalStep<State, Entry, Promised> {
  readonly released: readonly Released<Outcome, Promised>[];
  /** A snapshot that was taken in this step: up to which entry, and its size; null for none. */
  readonly snapshotTaken: { readonly lastIndex: LogIndex; readonly sizeBytes: number } | null;
}

/** Entries of a journal have no terms: nobody else may write to it. */
const TERM = term(1);
const NO_EFFECTS: readonly DiskEffect[] = [];
const NOTHING = logIndex(0);

/** Begins a life. Where nothing is kept on disk it is ready at once, else when {@link journalOnDisk} gives `recalled`. */
export function startJournal<State, Entry, Outcome, Promised>(
  plan: JournalPlan<State, Entry, Outcome>,
  label: Label,
  past: Past,
): JournalStep<State, Entry, Promised> {
  const { kept, options } = plan;
  checkJournalOptions(options);
  const started = options.storage === null ? null : startStorage(options.storage, label, past);
  return {
    journal: {
      phase: started === null ? 'keeping' : 'recalling',
      state: kept.first,
      lastIndex: NOTHING,
      lastApplied: NOTHING,
      snapshotIndex: NOTHING,
      snapshotBytes: 0,
      appliedBytes: 0,
      heldBytes: 0,
      storage: started === null ? null : started.storage,
      held: Fifo.empty(),
      syncDueUs: NEVER,
    },
    effects: started === null ? NO_EFFECTS : started.effects,
  };
}

/** Takes up what became of a disk operation. Operations that are not its own are left alone. */
export function journalOnDisk<State, Entry, Outcome, Promised>(
  plan: JournalPlan<State, Entry, Outcome>,
  journal: JournalState<State, Entry, Promised>,
  operation: OperationId,
  outcome: DiskOutcome,
): JournalOutcome<State, Entry, Promised> {
  if (journal.storage === null || journal.phase === 'stopped') return { journal, effects: NO_EFFECTS, recalled: null, problem: null };
  const { storage, effects, recovered, problem } = storageOnDisk(journal.storage, operation, outcome);
  const after = { ...journal, storage };
  if (problem !== null) return { journal: { ...after, phase: 'stopped' }, effects, recalled: null, problem };
  if (recovered === null) return { journal: after, effects, recalled: null, problem: null };

  const recalled = recall(plan.kept, recovered);
  if (!recalled.ok) return { journal: { ...after, phase: 'stopped' }, effects, recalled: null, problem: recalled.problem };
  const { state, lastIndex, snapshotIndex, snapshotBytes, entriesBytes: appliedBytes } = recalled.value;
  return {
    journal: { ...after, phase: 'keeping', state, lastIndex, lastApplied: lastIndex, snapshotIndex, snapshotBytes, appliedBytes },
    effects,
    recalled: recalled.value,
    problem: null,
  };
}

/**
 * Writes an entry behind the last one; it is applied when it is settled, and `promised` comes back with what that gave.
 *
 * @param promised Whatever the system will know its waiter by; null if nobody waits.
 */
export function append<State, Entry, Outcome, Promised>(
  plan: JournalPlan<State, Entry, Outcome>,
  journal: JournalState<State, Entry, Promised>,
  entry: Entry,
  promised: Promised | null,
): JournalState<State, Entry, Promised> {
  assert(journal.phase === 'keeping', 'nothing is appended before the journal is read');
  const { kept } = plan;
  const draft = copyOf(journal);
  const index = logIndex(journal.lastIndex + 1);
  let sizeBytes = 0;
  if (draft.storage !== null) {
    const payload = kept.encodeEntry(entry);
    sizeBytes = payload.length;
    draft.storage = writeEntries(draft.storage, [{ index, term: TERM, kind: kept.entryKind, payload }]);
  }
  draft.lastIndex = index;
  draft.heldBytes += sizeBytes;
  draft.held = draft.held.push({ sequence: writtenSequence(draft.storage), index, entry, sizeBytes, installed: null, promised });
  return draft;
}

/** So many bytes of entries wait for the disk that clients should be told to try again: what is appended all the same is kept as any other. */
export function isFull<State, Entry, Promised>({ heldBytes }: JournalState<State, Entry, Promised>, options: JournalOptions): boolean {
  return heldBytes >= options.waitingBytesMax;
}

/** Promises something that rests on all that was handed over so far: it comes back when that is settled, at once if it is. */
export function hold<State, Entry, Promised>(
  journal: JournalState<State, Entry, Promised>,
  promised: Promised,
): JournalState<State, Entry, Promised> {
  const draft = copyOf(journal);
  draft.held = draft.held.push({
    sequence: writtenSequence(draft.storage),
    index: NOTHING,
    entry: null,
    sizeBytes: 0,
    installed: null,
    promised,
  });
  return draft;
}

/**
 * Puts a whole state in the place of everything before it, as a snapshot that others made: it shows when it is settled.
 *
 * @param index Where it stands in this journal: above `lastIndex`. Entries go on behind it.
 */
export function install<State, Entry, Outcome, Promised>(
  plan: JournalPlan<State, Entry, Outcome>,
  journal: JournalState<State, Entry, Promised>,
  state: State,
  index: LogIndex,
  promised: Promised | null,
): JournalState<State, Entry, Promised> {
  assert(journal.phase === 'keeping', 'nothing is installed before the journal is read');
  assert(index > journal.lastIndex, 'an installed state stands behind all entries');
  const draft = copyOf(journal);
  if (draft.storage !== null) {
    const snapshot = { lastIndex: index, lastTerm: TERM, data: plan.kept.encodeState(state) };
    draft.snapshotBytes = snapshot.data.length;
    draft.storage = saveSnapshot(draft.storage, snapshot, { isInstalled: true, keepsLog: false, dropHeadTo: index });
  }
  draft.lastIndex = index;
  draft.snapshotIndex = index;
  draft.appliedBytes = 0;
  draft.held = draft.held.push({ sequence: writtenSequence(draft.storage), index, entry: null, sizeBytes: 0, installed: state, promised });
  return draft;
}

/** Applies and releases what is settled by now, takes a snapshot when one is due, and lets the disk work. */
export function settle<State, Entry, Outcome, Promised>(
  plan: JournalPlan<State, Entry, Outcome>,
  journal: JournalState<State, Entry, Promised>,
  now: Micros,
): Settled<State, Entry, Outcome, Promised> {
  if (journal.phase !== 'keeping') return { journal, effects: NO_EFFECTS, released: [], snapshotTaken: null };
  const draft = copyOf(journal);
  const released = release(plan, draft);
  const snapshotTaken = snapshotIfDue(plan, draft);
  return { journal: draft, effects: flush(plan.options, draft, now), released, snapshotTaken };
}

/** When {@link settle} must be called though nothing else happens; null for never. */
export function journalWakeAt<State, Entry, Promised>(journal: JournalState<State, Entry, Promised>): Micros | null {
  // While a flush is in flight its end will come as an input.
  const isWaiting = journal.phase === 'keeping' && journal.syncDueUs !== NEVER && journal.storage?.flush === null;
  return isWaiting ? journal.syncDueUs : null;
}

/** Nothing is under way on the disk. */
export function isJournalAtRest<State, Entry, Promised>({ storage }: JournalState<State, Entry, Promised>): boolean {
  return storage === null || isAtRest(storage);
}

/** What a host that stops in good order does last, so that a stop loses nothing under any policy and the log vouches for its end. */
export function closingSteps<State, Entry, Promised>({ storage }: JournalState<State, Entry, Promised>): readonly DiskStep[] {
  return storage === null ? [] : storageClosingSteps(storage);
}

type Draft<State, Entry, Promised> = {
  -readonly [Field in keyof JournalState<State, Entry, Promised>]: JournalState<State, Entry, Promised>[Field];
};

/** A private copy of the same shape, spelled out: on the path of every entry a spread costs several times as much. */
function copyOf<State, Entry, Promised>(journal: JournalState<State, Entry, Promised>): Draft<State, Entry, Promised> {
  return {
    phase: journal.phase,
    state: journal.state,
    lastIndex: journal.lastIndex,
    lastApplied: journal.lastApplied,
    snapshotIndex: journal.snapshotIndex,
    snapshotBytes: journal.snapshotBytes,
    appliedBytes: journal.appliedBytes,
    heldBytes: journal.heldBytes,
    storage: journal.storage,
    held: journal.held,
    syncDueUs: journal.syncDueUs,
  };
}

const writtenSequence = (storage: StorageState | null): number => (storage === null ? 0 : storage.writtenSequence);

/** How far the promises of this policy may go now. */
function settledSequence({ sync }: JournalOptions, storage: StorageState | null): number {
  if (storage === null) return 0;
  return sync.kind === 'always' ? storage.durableSequence : storage.appendedSequence;
}

function release<State, Entry, Outcome, Promised>(
  { kept, options }: JournalPlan<State, Entry, Outcome>,
  draft: Draft<State, Entry, Promised>,
): readonly Released<Outcome, Promised>[] {
  const released: Released<Outcome, Promised>[] = [];
  const settled = settledSequence(options, draft.storage);
  for (let held = draft.held.first; held !== undefined && held.sequence <= settled; held = draft.held.first) {
    draft.held = draft.held.shift();
    draft.heldBytes -= held.sizeBytes;
    draft.appliedBytes += held.sizeBytes;
    let outcome: Outcome | null = null;
    if (held.entry !== null) {
      const applied = kept.apply(draft.state, held.index, held.entry);
      draft.state = applied.state;
      outcome = applied.result;
    }
    if (held.installed !== null) draft.state = held.installed;
    if (held.index > 0) draft.lastApplied = held.index;
    released.push({ promised: held.promised, index: held.entry === null ? NOTHING : held.index, outcome });
  }
  return released;
}

/** As seldom as the state is large, or a large one would be written again and again for little. One at a time: the disk may still be busy with the last one. The log is kept back to the snapshot before, should this one be damaged one day. */
function snapshotIfDue<State, Entry, Outcome, Promised>(
  { kept, options }: JournalPlan<State, Entry, Outcome>,
  draft: Draft<State, Entry, Promised>,
): { readonly lastIndex: LogIndex; readonly sizeBytes: number } | null {
  const { storage, lastApplied, snapshotIndex } = draft;
  if (storage === null || storage.durableSnapshotIndex < snapshotIndex) return null;
  const isDueByCount = lastApplied - snapshotIndex >= Math.max(options.snapshotEveryEntries, kept.sizeOf(draft.state));
  const isDueByBytes = lastApplied > snapshotIndex && draft.appliedBytes >= Math.max(options.snapshotEveryBytes, draft.snapshotBytes);
  if (!isDueByCount && !isDueByBytes) return null;
  const data = kept.encodeState(draft.state);
  const dropHeadTo = storage.options.snapshotsKept > 1 ? snapshotIndex : lastApplied;
  draft.storage = saveSnapshot(
    storage,
    { lastIndex: lastApplied, lastTerm: TERM, data },
    { isInstalled: false, keepsLog: true, dropHeadTo },
  );
  draft.snapshotIndex = lastApplied;
  draft.snapshotBytes = data.length;
  draft.appliedBytes = 0;
  return { lastIndex: lastApplied, sizeBytes: data.length };
}

function flush<State, Entry, Promised>({ sync }: JournalOptions, draft: Draft<State, Entry, Promised>, now: Micros): readonly DiskEffect[] {
  if (draft.storage === null) return NO_EFFECTS;
  const isSyncDue = sync.kind === 'always' || now >= draft.syncDueUs;
  const { storage, effects } = isSyncDue ? flushStorage(draft.storage) : writeOut(draft.storage);
  draft.storage = storage;
  if (storage.unsyncedPath === null) draft.syncDueUs = NEVER;
  else if (sync.kind === 'interval' && draft.syncDueUs === NEVER) draft.syncDueUs = micros(now + sync.everyUs);
  return effects;
}
