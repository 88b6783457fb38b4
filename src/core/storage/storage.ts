import { assert } from '../base/assert.js';
import { Gathered } from '../base/gathered.js';
import { logIndex, operationId, type LogIndex, type NodeId, type OperationId, type Term } from '../base/units.js';
import type { DiskOutcome, DiskStep, Past } from '../machine.js';
import { cleanStopSteps } from './clean-stop.js';
import { checkStorageOptions, type StorageOptions } from './options.js';
import { beginRecovery, continueRecovery, type Recovery } from './recovery.js';
import { carriedAtMost, type Carried } from './replay.js';
import { snapshotHead, snapshotName, unfinishedName } from './snapshot-format.js';
import type { DiskEffect, Identity, Label, Recovered, StoredEntry, StoredSnapshot } from './types.js';
import {
  EMPTY_WAL_START,
  beginWal,
  hasPending,
  pendingBytes,
  putEntries,
  putHardState,
  putSnapshotMark,
  putTruncateTail,
  takePending,
  takeUnsynced,
  type Wal,
} from './wal.js';
import { checkLabel, walName } from './wal-format.js';

export * from './options.js';
export * from './types.js';

/**
 * The durable side of a node, as a pure sub-machine over disk effects: hard state, log entries and
 * snapshots go in, sequence numbers say what is durable, and after a crash the same comes out.
 *
 * How it is used: {@link startStorage}, then every `disk` input to {@link storageOnDisk} until `recovered` is
 * given; then `write…` and {@link saveSnapshot} as often as wanted in a step, and {@link flushStorage} at the
 * end of EVERY step, a disk input's too. What was written up to `writtenSequence` is durable once `durableSequence` has
 * reached that number, and may be promised to others then and not before (thesis §3.8). Where less is promised,
 * {@link writeOut} takes the place of most flushes: what reaches `appendedSequence` outlives the process, not the power.
 *
 * What it promises: writes become durable in the order in which they were made, each record whole or not at
 * all; a failed disk operation is never tried again, since what the disk holds after it is unknown
 * (Rebello et al., ATC 2020), but stops the node with one line.
 */
export interface StorageState {
  readonly options: StorageOptions;
  readonly identity: Label;
  /** Recovery is done; writes are welcome. */
  readonly isReady: boolean;
  /** Something failed; nothing more is asked of the disk. */
  readonly isStopped: boolean;
  /** Raised by every write. 0 .. 2^53-1. */
  readonly writtenSequence: number;
  /** Everything written up to this is durable. */
  readonly durableSequence: number;
  /** Everything written up to this is in its files, and so outlives the process. At least durableSequence. */
  readonly appendedSequence: number;
  /** The file with bytes that no sync has been asked to cover; null for none. There is never more than one. */
  readonly unsyncedPath: string | null;
  readonly nextOperation: OperationId;
  /** Last index of the newest snapshot that is durable and in force, 0 if there is none. */
  readonly durableSnapshotIndex: LogIndex;

  readonly recovery: Recovery | null;
  readonly wal: Wal;
  /** The files of the log, oldest first; the last is the one being written. */
  readonly segments: readonly Carried[];
  /** Numbers of the snapshot files in force now or before, ascending. */
  readonly snapshotNumbers: readonly number[];
  readonly nextSnapshotNumber: number;
  /** Installed snapshots that go with the next flush, in front of the records that name them. */
  readonly installing: readonly NumberedSnapshot[];
  /** A snapshot of our own that waits for its turn. */
  readonly queued: QueuedSnapshot | null;
  /** Files that nothing needs any more. */
  readonly garbage: readonly string[];

  // What is in flight: at most one operation of each sort.
  readonly flush: Flush | null;
  readonly saving: Saving | null;
  readonly cleaning: Cleaning | null;
}

export interface NumberedSnapshot {
  readonly number: number;
  readonly snapshot: StoredSnapshot;
}

export interface QueuedSnapshot {
  readonly snapshot: StoredSnapshot;
  readonly dropHeadTo: LogIndex;
}

export interface Flush {
  readonly operation: OperationId;
  readonly steps: readonly DiskStep[];
  /** False: it only writes, and makes nothing durable. */
  readonly isSynced: boolean;
  readonly sequence: number;
  readonly snapshotIndex: LogIndex;
  /** So many of the oldest segments and snapshots are needed no more once this flush is durable. */
  readonly segmentsFreed: number;
  readonly snapshotsFreed: number;
}

export interface Saving extends QueuedSnapshot {
  readonly operation: OperationId;
  readonly steps: readonly DiskStep[];
  readonly number: number;
}

export interface Cleaning {
  readonly operation: OperationId;
  readonly steps: readonly DiskStep[];
}

/** A state and the disk operations to ask for. */
export interface StorageStep {
  readonly storage: StorageState;
  readonly effects: readonly DiskEffect[];
}

/** What a disk input led to. */
export interface StorageOutcome extends StorageStep {
  /** Not null once in a life: when recovery is done. */
  readonly recovered: Recovered | null;
  /** One line that says why this node must stop; null if all is well. */
  readonly problem: string | null;
}

const NO_EFFECTS: readonly DiskEffect[] = [];
const NONE: readonly NumberedSnapshot[] = [];

/** Begins a life: asks for what the directory holds. */
export function startStorage(options: StorageOptions, identity: Label, past: Past): StorageStep {
  checkStorageOptions(options);
  checkLabel(identity);
  const recovery = beginRecovery(options, identity, past);
  const operation = operationId(1);
  const storage: StorageState = {
    options,
    identity,
    isReady: false,
    isStopped: false,
    writtenSequence: 0,
    durableSequence: 0,
    appendedSequence: 0,
    unsyncedPath: null,
    nextOperation: operationId(2),
    durableSnapshotIndex: logIndex(0),
    recovery,
    wal: beginWal(options, identity, EMPTY_WAL_START, 1, 0, 0),
    segments: [],
    snapshotNumbers: [],
    nextSnapshotNumber: 1,
    installing: NONE,
    queued: null,
    garbage: [],
    flush: null,
    saving: null,
    cleaning: null,
  };
  return { storage, effects: [{ kind: 'disk', operation, steps: recovery.steps }] };
}

/** Takes up what became of a disk operation. Operations that are not its own are left alone. */
export function storageOnDisk(storage: StorageState, operation: OperationId, outcome: DiskOutcome): StorageOutcome {
  if (storage.isStopped) return nothing(storage);
  if (storage.recovery !== null)
    return operation === storage.nextOperation - 1 ? onRecovery(storage, storage.recovery, outcome) : nothing(storage);
  if (storage.flush?.operation === operation)
    return outcome.ok ? onFlushed(storage, storage.flush) : stopped(storage, failure(storage.flush.steps, outcome));
  if (storage.saving?.operation === operation)
    return outcome.ok ? onSaved(storage, storage.saving) : stopped(storage, failure(storage.saving.steps, outcome));
  if (storage.cleaning?.operation === operation) {
    return outcome.ok ? nothing(changed(storage, { cleaning: null })) : stopped(storage, failure(storage.cleaning.steps, outcome));
  }
  return nothing(storage);
}

const nothing = (storage: StorageState): StorageOutcome => ({ storage, effects: NO_EFFECTS, recovered: null, problem: null });

function stopped(storage: StorageState, problem: string): StorageOutcome {
  return { storage: changed(storage, { isStopped: true }), effects: NO_EFFECTS, recovered: null, problem };
}

/** One line about a failed operation. After a failed write or sync nobody knows what the disk holds, so it is not repeated. */
function failure(steps: readonly DiskStep[], outcome: Extract<DiskOutcome, { ok: false }>): string {
  const step = steps[outcome.at];
  const what =
    step === undefined
      ? 'a disk operation'
      : 'path' in step
        ? `${step.kind} of ${step.path}`
        : step.kind === 'list'
          ? 'listing the directory'
          : 'sync of the directory';
  const hint = outcome.error.code === 'full' ? 'make room on the disk, then start again' : 'check the disk, then start again';
  return `${what} failed: ${outcome.error.message} (${outcome.error.code}); ${hint}`;
}

function onRecovery(storage: StorageState, recovery: Recovery, outcome: DiskOutcome): StorageOutcome {
  if (!outcome.ok) return stopped(storage, failure(recovery.steps, outcome));
  const next = continueRecovery(recovery, outcome.values);
  if (next.kind === 'refused') return stopped(storage, next.problem);
  if (next.kind === 'more') {
    const effects: DiskEffect[] = [{ kind: 'disk', operation: storage.nextOperation, steps: next.recovery.steps }];
    return { ...nothing(changed(storage, { recovery: next.recovery, nextOperation: operationId(storage.nextOperation + 1) })), effects };
  }
  const ready = changed(storage, {
    isReady: true,
    recovery: null,
    wal: next.wal,
    segments: next.segments,
    snapshotNumbers: next.snapshotNumbers,
    nextSnapshotNumber: next.nextSnapshotNumber,
    durableSnapshotIndex: next.wal.snapshotIndex,
  });
  return { storage: ready, effects: NO_EFFECTS, recovered: next.recovered, problem: null };
}

/** Records term and vote together (thesis §3.8). */
export function writeHardState(storage: StorageState, currentTerm: Term, votedFor: NodeId): StorageState {
  return written(storage, putHardState(storage.wal, currentTerm, votedFor));
}

/** Records entries behind the last one. */
export function writeEntries(storage: StorageState, entries: readonly StoredEntry[]): StorageState {
  return written(storage, putEntries(storage.wal, entries));
}

/** Records that the entries from `fromIndex` on are void. */
export function writeTruncateTail(storage: StorageState, fromIndex: LogIndex): StorageState {
  const after = written(storage, putTruncateTail(storage.wal, fromIndex));
  return changed(after, { segments: carriedAtMost(after.segments, logIndex(fromIndex - 1)) });
}

/** Notes a write, and the segment that it began if it did. */
function written(storage: StorageState, wal: Wal): StorageState {
  assert(storage.isReady, 'nothing is written before recovery is done');
  const after = copyOf(storage);
  after.writtenSequence++;
  after.wal = wal;
  if (wal.segment !== storage.wal.segment) {
    after.segments = [...storage.segments, { number: wal.segment, carriedTo: storage.wal.lastIndex }];
  }
  return after;
}

type StorageDraft = { -readonly [Field in keyof StorageState]: StorageState[Field] };

/**
 * A private copy of the same shape, spelled out: on the path of every write a spread costs several times as much, and the state that it
 * makes has another shape to the engine, after which every look at a state of storage takes the slow way.
 */
function copyOf(storage: StorageState): StorageDraft {
  return {
    options: storage.options,
    identity: storage.identity,
    isReady: storage.isReady,
    isStopped: storage.isStopped,
    writtenSequence: storage.writtenSequence,
    durableSequence: storage.durableSequence,
    appendedSequence: storage.appendedSequence,
    unsyncedPath: storage.unsyncedPath,
    nextOperation: storage.nextOperation,
    durableSnapshotIndex: storage.durableSnapshotIndex,
    recovery: storage.recovery,
    wal: storage.wal,
    segments: storage.segments,
    snapshotNumbers: storage.snapshotNumbers,
    nextSnapshotNumber: storage.nextSnapshotNumber,
    installing: storage.installing,
    queued: storage.queued,
    garbage: storage.garbage,
    flush: storage.flush,
    saving: storage.saving,
    cleaning: storage.cleaning,
  };
}

/** A copy with other values in some fields, of the same shape as all: for what is rare. */
function changed(storage: StorageState, fields: Partial<StorageState>): StorageState {
  return Object.assign(copyOf(storage), fields);
}

/** What is to become of the log when a snapshot is saved. */
export interface SnapshotUse {
  /** It came from the leader: later writes build on it and become durable after it. */
  readonly isInstalled: boolean;
  /** False (only if installed): all entries are void and the log goes on behind the snapshot. */
  readonly keepsLog: boolean;
  /** With keepsLog: entries up to this are needed no more once the snapshot is durable. At most its lastIndex. */
  readonly dropHeadTo: LogIndex;
}

/**
 * Saves a snapshot; it counts once its file and a record naming it are durable.
 *
 * An installed one raises writtenSequence, and what is written later waits for it. One of our own is written beside
 * the flushes and delays nobody; its record raises writtenSequence when its turn comes, and
 * durableSnapshotIndex tells when it is in force. If another of our own is still being written, the newest waits.
 */
export function saveSnapshot(storage: StorageState, snapshot: StoredSnapshot, use: SnapshotUse): StorageState {
  assert(use.isInstalled || use.keepsLog, 'only a snapshot of the leader replaces the log');
  assert(snapshot.lastIndex >= storage.wal.snapshotIndex, 'a snapshot never goes back');
  if (!use.isInstalled) return changed(storage, { queued: { snapshot, dropHeadTo: use.dropHeadTo } });

  const number = storage.nextSnapshotNumber;
  const mark = { number, lastIndex: snapshot.lastIndex, lastTerm: snapshot.lastTerm, keepsLog: use.keepsLog, dropHeadTo: use.dropHeadTo };
  const after = written(storage, putSnapshotMark(storage.wal, mark));
  return changed(after, {
    installing: [...after.installing, { number, snapshot }],
    snapshotNumbers: [...after.snapshotNumbers, number],
    queued: after.queued !== null && after.queued.snapshot.lastIndex <= snapshot.lastIndex ? null : after.queued,
    nextSnapshotNumber: number + 1,
    segments: use.keepsLog ? after.segments : carriedAtMost(after.segments, logIndex(0)),
  });
}

/** Asks for what is due: one flush of all that gathered, a snapshot's file, removal of files. Costs nothing when nothing is. */
export function flushStorage(storage: StorageState): StorageStep {
  return askForDue(storage, true);
}

/**
 * As {@link flushStorage}, but the flush only writes, unless it begins a file or puts a snapshot in force: files before
 * the newest are always durable whole, and nothing is removed for the sake of a record that may vanish.
 */
export function writeOut(storage: StorageState): StorageStep {
  const isSyncNeeded =
    storage.wal.batchOffset === 0 || storage.installing.length > 0 || storage.wal.snapshotIndex > storage.durableSnapshotIndex;
  return askForDue(storage, isSyncNeeded);
}

function askForDue(storage: StorageState, isSynced: boolean): StorageStep {
  const isFlushDue = storage.flush === null && (hasPending(storage.wal) || (isSynced && storage.unsyncedPath !== null));
  const isSavingDue = storage.saving === null && storage.queued !== null;
  const isCleaningDue = storage.cleaning === null && storage.garbage.length > 0;
  if (!storage.isReady || storage.isStopped || !(isFlushDue || isSavingDue || isCleaningDue)) return { storage, effects: NO_EFFECTS };

  const effects = new Gathered<DiskEffect>();
  let after = storage;
  if (isFlushDue) after = isSynced ? beginFlush(after, effects) : beginWriting(after, effects);
  if (isSavingDue) after = beginSaving(after, effects);
  if (isCleaningDue) after = beginCleaning(after, effects);
  return { storage: after, effects: effects.items };
}

/** Nothing is under way and nothing waits: what the state says is in the files is there. */
export function isAtRest({ flush, saving, cleaning, wal }: StorageState): boolean {
  return flush === null && saving === null && cleaning === null && !hasPending(wal);
}

/**
 * What a host that stops in good order does last: all that was written is synced, one more record says so, the hard state
 * once again, and then a file beside the log says where that ends (clean-stop.ts). So the next start tells damage to the end of
 * the log, and records that are missing there, from what a crash leaves. Only the sync where the storage is not at rest:
 * what is under way may fail yet. The node must be given no input after it, for it knows nothing of that record.
 */
export function closingSteps(storage: StorageState): readonly DiskStep[] {
  const { isReady, isStopped, unsyncedPath, wal } = storage;
  if (!isReady || isStopped) return [];
  const synced: readonly DiskStep[] = unsyncedPath === null ? [] : [{ kind: 'sync', path: unsyncedPath }];
  if (!isAtRest(storage)) return synced;
  const closed = putHardState(takePending(wal), wal.currentTerm, wal.votedFor);
  return [...synced, ...recordSteps(closed), ...cleanStopSteps(storage.identity, { segment: closed.segment, end: closed.offset })];
}

/** Steps that make a snapshot's file durable under its name. */
function snapshotSteps(identity: Identity, { number, snapshot }: NumberedSnapshot): readonly DiskStep[] {
  const path = unfinishedName(number);
  const head = snapshotHead(identity, number, snapshot);
  return [
    { kind: 'write', path, offset: 0, bytes: head },
    { kind: 'write', path, offset: head.length, bytes: snapshot.data },
    { kind: 'sync', path },
    { kind: 'rename', path, to: snapshotName(number) },
    { kind: 'syncDirectory' },
  ];
}

/** Steps that make the pending records durable. A file that they begin is there for good only when its directory is synced too. */
function recordSteps(wal: Wal): readonly DiskStep[] {
  if (!hasPending(wal)) return [{ kind: 'sync', path: wal.path }];
  const append: DiskStep = { kind: 'append', path: wal.path, bytes: pendingBytes(wal) };
  const sync: DiskStep = { kind: 'sync', path: wal.path };
  return wal.batchOffset === 0 ? [append, sync, { kind: 'syncDirectory' }] : [append, sync];
}

function beginFlush(storage: StorageState, effects: Gathered<DiskEffect>): StorageState {
  const { wal, segments, snapshotNumbers, options, nextOperation: operation } = storage;
  const records = recordSteps(wal);
  const isAlone = storage.installing.length === 0 && (storage.unsyncedPath === null || storage.unsyncedPath === wal.path);
  const steps = isAlone ? records : [...stepsBefore(storage), ...records];
  const flush: Flush = {
    operation,
    steps,
    isSynced: true,
    sequence: storage.writtenSequence,
    snapshotIndex: wal.snapshotIndex,
    segmentsFreed: segments.length > 1 ? Math.max(segmentsUpTo(segments, wal.prevIndex), 0) : 0,
    snapshotsFreed: Math.max(snapshotNumbers.length - options.snapshotsKept, 0),
  };
  effects.push({ kind: 'disk', operation, steps });
  const after = copyOf(storage);
  after.wal = takePending(wal);
  after.installing = NONE;
  after.unsyncedPath = null;
  after.flush = flush;
  after.nextOperation = operationId(operation + 1);
  return after;
}

/** What must be durable before the pending records: the file before theirs, and snapshots that they name. */
function stepsBefore({ wal, unsyncedPath, installing, identity }: StorageState): readonly DiskStep[] {
  const former: readonly DiskStep[] = unsyncedPath === null || unsyncedPath === wal.path ? [] : [{ kind: 'sync', path: unsyncedPath }];
  return [...former, ...installing.flatMap((each) => snapshotSteps(identity, each))];
}

/** The place of the last segment that carries nothing behind `index`, -1 if there is none. */
function segmentsUpTo(segments: readonly Carried[], index: LogIndex): number {
  return segments.findLastIndex(({ carriedTo }) => carriedTo <= index);
}

/** A flush that only writes: nothing is durable after it, so nothing is freed by it. */
function beginWriting(storage: StorageState, effects: Gathered<DiskEffect>): StorageState {
  const { wal, nextOperation: operation } = storage;
  const steps: readonly DiskStep[] = [{ kind: 'append', path: wal.path, bytes: pendingBytes(wal) }];
  effects.push({ kind: 'disk', operation, steps });
  const after = copyOf(storage);
  after.wal = takeUnsynced(wal);
  after.unsyncedPath = wal.path;
  after.flush = {
    operation,
    steps,
    isSynced: false,
    sequence: storage.writtenSequence,
    snapshotIndex: storage.durableSnapshotIndex,
    segmentsFreed: 0,
    snapshotsFreed: 0,
  };
  after.nextOperation = operationId(operation + 1);
  return after;
}

/** Here, and nowhere else, written turns into durable: the sync of the flush has come back. */
function onFlushed(storage: StorageState, flush: Flush): StorageOutcome {
  const after = copyOf(storage);
  after.appendedSequence = flush.sequence;
  after.flush = null;
  if (!flush.isSynced) return nothing(after);
  after.durableSequence = flush.sequence;
  after.durableSnapshotIndex = flush.snapshotIndex;
  if (flush.segmentsFreed + flush.snapshotsFreed > 0) dropFreed(after, flush);
  return nothing(after);
}

/** What the flush made superfluous goes, oldest first. */
function dropFreed(after: StorageDraft, { segmentsFreed, snapshotsFreed }: Flush): void {
  after.garbage = [
    ...after.garbage,
    ...after.segments.slice(0, segmentsFreed).map(({ number }) => walName(number)),
    ...after.snapshotNumbers.slice(0, snapshotsFreed).map(snapshotName),
  ];
  after.segments = after.segments.slice(segmentsFreed);
  after.snapshotNumbers = after.snapshotNumbers.slice(snapshotsFreed);
}

function beginSaving(storage: StorageState, effects: Gathered<DiskEffect>): StorageState {
  const { queued, nextOperation: operation, nextSnapshotNumber: number } = storage;
  assert(queued !== null, 'a snapshot waits');
  const steps = snapshotSteps(storage.identity, { number, snapshot: queued.snapshot });
  effects.push({ kind: 'disk', operation, steps });
  return changed(storage, {
    queued: null,
    saving: { operation, steps, number, snapshot: queued.snapshot, dropHeadTo: queued.dropHeadTo },
    nextOperation: operationId(operation + 1),
    nextSnapshotNumber: number + 1,
  });
}

/** The file of our own snapshot is durable: it is put in force, unless a newer one is by now. */
function onSaved(storage: StorageState, { number, snapshot, dropHeadTo }: Saving): StorageOutcome {
  const { lastIndex, lastTerm } = snapshot;
  const saved = changed(storage, { saving: null });
  if (lastIndex <= storage.wal.snapshotIndex || number < storage.wal.snapshotNumber)
    return nothing(changed(saved, { garbage: [...storage.garbage, snapshotName(number)] }));
  const marked = written(saved, putSnapshotMark(storage.wal, { number, lastIndex, lastTerm, keepsLog: true, dropHeadTo }));
  return nothing(changed(marked, { snapshotNumbers: [...storage.snapshotNumbers, number] }));
}

function beginCleaning(storage: StorageState, effects: Gathered<DiskEffect>): StorageState {
  const operation = storage.nextOperation;
  const steps: DiskStep[] = [...storage.garbage.map((path): DiskStep => ({ kind: 'remove', path })), { kind: 'syncDirectory' }];
  effects.push({ kind: 'disk', operation, steps });
  return changed(storage, { garbage: [], cleaning: { operation, steps }, nextOperation: operationId(operation + 1) });
}
