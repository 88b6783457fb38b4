import { assert } from '../base/assert.js';
import { logIndex } from '../base/units.js';
import type { DiskStep, DiskValue, FileEntry, Past } from '../machine.js';
import { viewOf } from './bytes.js';
import { CLEAN_STOP_BYTES, CLEAN_STOP_NAME, UNFINISHED_CLEAN_STOP_NAME, readCleanStop, type CleanStopSight } from './clean-stop.js';
import { isStillWhole } from './last-flush.js';
import { ADVICE, chooseChain, type Chain, type WalFile } from './recovery-chain.js';
import { CLEAN_STOP_CASES, RECORD_CASES, SNAPSHOT_CASES, caseOf, type SnapshotSight } from './recovery-cases.js';
import { applyHead, applyRecord, imageOf, type Carried, type LogImage } from './replay.js';
import type { StorageOptions } from './options.js';
import { readSnapshot, snapshotName, snapshotNumber, unfinishedNumber } from './snapshot-format.js';
import type { Label, Recovered, StoredEntry, StoredSnapshot } from './types.js';
import { EMPTY_WAL_START, beginWal, pendingBytes, takePending, type TermRun, type Wal, type WalStart } from './wal.js';
import { RECORD_ALIGNMENT, RECORD_HEADER_BYTES, WAL_HEAD_BYTES, readWalHead, segmentCrc, walName, walNumber } from './wal-format.js';
import { hasMarkAbove, readRecord } from './wal-read.js';

/**
 * From files to state at boot, as a chain of disk operations:
 *
 *   list -> heads (of all files of the log, and the mark of a clean stop) -> [search, in a file whose head is broken] -> records (file after
 *   file) -> [search, behind a broken record] -> last flush -> snapshot (the named one, else older ones) -> begin
 *
 * `begin` makes durable what was read, which a crash of the process alone may have left in the system's cache only,
 * starts a new file, and then removes what nothing needs. Every judgement is a row of recovery-cases.ts.
 * The last flush is written once more: had its sync failed in the life before, the cache may show it as clean
 * while the disk never got it, and another sync alone would succeed and do nothing (Rebello et al., ATC 2020).
 * It is judged once more in the bytes that are written: if they are not what was read before, all is read again.
 * A crash at any point leaves a directory that the next recovery reads in the same way.
 */
export interface Recovery {
  readonly options: StorageOptions;
  readonly identity: Label;
  readonly past: Past;
  /** How often all was read so far, this time included: see {@link READS_MAX}. */
  readonly reads: number;
  /** What was asked for last. */
  readonly steps: readonly DiskStep[];
  readonly stage: Stage;
  readonly notes: readonly string[];
  // Known from the listing on.
  readonly wals: readonly WalFile[];
  readonly snapshots: readonly FileEntry[];
  readonly leftovers: readonly string[];
  readonly highestSnapshot: number;
  /** The mark of a clean stop; null: there is none. Listed, and not read yet: broken. */
  readonly cleanStop: CleanStopSight | null;
  // Known when the chain is.
  readonly chain: readonly WalFile[];
  readonly image: LogImage | null;
  /** Where the last file of the chain ends by the mark of a clean stop; null where the end of what can be read decides. */
  readonly cleanEnd: number | null;
  /** Where the last file of the chain ends. */
  readonly endOffset: number;
  /** All before this place of the file that was read last is marked as durable. */
  readonly markedTo: number;
  /** What stands between the two in the last file of the chain: its last flush. */
  readonly lastFlush: Uint8Array;
  readonly snapshot: StoredSnapshot | null;
  readonly brokenSnapshots: readonly string[];
  readonly wal: Wal | null;
}

export type Stage =
  | { readonly kind: 'list' }
  | { readonly kind: 'heads' }
  /** Looks for durable marks in a file that has no head; `chain` is how far the choice of files has come. */
  | { readonly kind: 'searchHead'; readonly chain: Chain; readonly file: WalFile; readonly offset: number }
  | { readonly kind: 'records'; readonly at: number; readonly offset: number }
  | { readonly kind: 'searchTail'; readonly brokenAt: number; readonly offset: number }
  | { readonly kind: 'lastFlush' }
  | {
      readonly kind: 'snapshot';
      readonly number: number;
      readonly pieces: readonly Uint8Array[];
      readonly haveBytes: number;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'begin' };

/** What comes next: another operation (`recovery.steps`), a refusal, or all is known. */
export type RecoveryStep =
  | { readonly kind: 'more'; readonly recovery: Recovery }
  | { readonly kind: 'refused'; readonly problem: string }
  | Done;

interface Done {
  readonly kind: 'done';
  readonly recovered: Recovered;
  readonly wal: Wal;
  readonly segments: readonly Carried[];
  readonly snapshotNumbers: readonly number[];
  readonly nextSnapshotNumber: number;
}

/** So often a recovery begins when its disk changes under it. */
const READS_MAX = 3;
const NO_BYTES = new Uint8Array(0);
const BROKEN_CLEAN_STOP: CleanStopSight = { kind: 'broken' };

/** Why a founding start, and one that is not, will not do. */
export const HELD =
  'it holds the data of a server that has run before, and --new founds one that has not: leave --new out from its second start on';
export const EMPTY_DIRECTORY =
  'it holds no data. Is this a new server of a new cluster? Then start it with --new, this once. Has it run before? Then its disk is lost: bring the data back or leave ' +
  'the server out, for with an empty disk it can make the others lose acknowledged writes';

/** What is said of a tail that was cut. */
const IN_DOUBT =
  'a write that a crash interrupted, or damage to the end of the log, which look alike; in the second case acknowledged writes may be among these bytes';

/** Begins with what the directory holds. */
export function beginRecovery(options: StorageOptions, identity: Label, past: Past, reads = 1): Recovery {
  return {
    options,
    identity,
    past,
    reads,
    steps: [{ kind: 'list' }],
    stage: { kind: 'list' },
    notes: [],
    wals: [],
    snapshots: [],
    leftovers: [],
    highestSnapshot: 0,
    cleanStop: null,
    chain: [],
    image: null,
    cleanEnd: null,
    endOffset: 0,
    markedTo: 0,
    lastFlush: NO_BYTES,
    snapshot: null,
    brokenSnapshots: [],
    wal: null,
  };
}

/** Goes on with what the last operation gave. */
export function continueRecovery(recovery: Recovery, values: readonly DiskValue[]): RecoveryStep {
  const { stage } = recovery;
  const bytes = values[0] instanceof Uint8Array ? values[0] : new Uint8Array(0);
  switch (stage.kind) {
    case 'list':
      return onList(recovery, (values[0] ?? []) as readonly FileEntry[]);
    case 'heads':
      return onHeads(recovery, values);
    case 'searchHead':
      return onSearchHead(recovery, stage, bytes);
    case 'records':
      return onRecords(recovery, stage.at, stage.offset, bytes);
    case 'searchTail':
      return onSearchTail(recovery, stage, bytes);
    case 'lastFlush':
      return onLastFlush(recovery, bytes);
    case 'snapshot':
      return onSnapshot(recovery, stage, bytes);
    case 'begin':
      return done(recovery);
  }
}

const refused = (where: string, because: string): RecoveryStep => ({ kind: 'refused', problem: `${where}: ${because}; ${ADVICE}` });

function ask(recovery: Recovery, stage: Stage, steps: readonly DiskStep[]): RecoveryStep {
  return { kind: 'more', recovery: { ...recovery, stage, steps } };
}

const read = (path: string, offset: number, length: number): DiskStep => ({ kind: 'read', path, offset, length });

function onList(recovery: Recovery, files: readonly FileEntry[]): RecoveryStep {
  const byNumber = (numberOf: (name: string) => number | null): readonly FileEntry[] =>
    files.filter(({ path }) => numberOf(path) !== null).toSorted((a, b) => (numberOf(a.path) as number) - (numberOf(b.path) as number));
  const snapshots = byNumber(snapshotNumber);
  const unfinished = byNumber(unfinishedNumber);
  const wals = byNumber(walNumber).map(({ path, sizeBytes }) => ({
    path,
    sizeBytes,
    segment: walNumber(path) as number,
    sight: { kind: 'broken' as const },
  }));
  const highestSnapshot = Math.max(
    0,
    ...snapshots.slice(-1).map(({ path }) => snapshotNumber(path) as number),
    ...unfinished.slice(-1).map(({ path }) => unfinishedNumber(path) as number),
  );
  const leftovers = [...unfinished, ...files.filter(({ path }) => path === UNFINISHED_CLEAN_STOP_NAME)].map(({ path }) => path);
  const marks = files.filter(({ path }) => path === CLEAN_STOP_NAME);
  const cleanStop = marks.length > 0 ? BROKEN_CLEAN_STOP : null;
  return ask({ ...recovery, wals, snapshots, leftovers, highestSnapshot, cleanStop }, { kind: 'heads' }, [
    ...wals.map(({ path }) => read(path, 0, WAL_HEAD_BYTES)),
    // One byte more than it has: a longer file is another one.
    ...marks.map(({ path }) => read(path, 0, CLEAN_STOP_BYTES + 1)),
  ]);
}

function onHeads(recovery: Recovery, values: readonly DiskValue[]): RecoveryStep {
  const wals = recovery.wals.map((file, i) => ({ ...file, sight: readWalHead(values[i] as Uint8Array) }));
  const cleanStop = recovery.cleanStop === null ? null : readCleanStop(values[wals.length] as Uint8Array);
  return onChain({ ...recovery, wals, cleanStop }, chooseChain(wals, recovery.identity, null));
}

function onChain(recovery: Recovery, chain: Chain): RecoveryStep {
  if (chain.refusal !== null) return { kind: 'refused', problem: chain.refusal };
  if (chain.undecided !== null) {
    const { undecided: file } = chain;
    return ask(recovery, { kind: 'searchHead', chain, file, offset: 0 }, [read(file.path, 0, pieceBytes(recovery))]);
  }
  const leftovers = [...recovery.leftovers, ...chain.voids.map(({ path }) => path)];
  const notes = [...recovery.notes, ...chain.voids.map(({ path }) => `removed ${path}: nothing that counts follows on it`)];
  const first = chain.files[0];
  if (first !== undefined && recovery.past === 'none') return { kind: 'refused', problem: HELD };
  const stopped = judgeCleanStop(recovery, chain.files.at(-1)?.segment ?? 0);
  if (typeof stopped === 'string') return refused(CLEAN_STOP_NAME, stopped);
  const chosen = { ...recovery, chain: chain.files, leftovers, notes, ...stopped };
  if (first === undefined) return onNoLog(chosen);
  assert(first.sight.kind === 'whole', 'the files of the chain have heads');
  return readRecords({ ...chosen, image: imageOf(first.sight.head) }, 0, WAL_HEAD_BYTES, 0);
}

/** What the mark of a clean stop says of the end of the log, whose newest file is `newest`. A sentence: why to refuse. */
function judgeCleanStop({ cleanStop, identity }: Recovery, newest: number): { readonly cleanEnd: number | null } | string {
  if (cleanStop === null) return { cleanEnd: null };
  const isWhole = cleanStop.kind === 'whole';
  const isOurs = isWhole && cleanStop.identity.clusterId === identity.clusterId && cleanStop.identity.nodeId === identity.nodeId;
  const named = isWhole ? cleanStop.logEnd.segment : newest;
  const { decision, because } = caseOf(CLEAN_STOP_CASES, {
    file: isWhole && !isOurs ? 'foreign' : cleanStop.kind,
    names: named === newest ? 'newest' : named < newest ? 'passed' : 'missing',
  });
  if (decision === 'refuse') return isWhole && isOurs ? `${because}: ${walName(named)}` : because;
  return { cleanEnd: decision === 'end' && isWhole ? cleanStop.logEnd.end : null };
}

/** No file of the log counts: a new server, unless something shows that it has lived before. */
function onNoLog(recovery: Recovery): RecoveryStep {
  const snapshot = recovery.snapshots[0]?.path ?? recovery.leftovers.find((path) => unfinishedNumber(path) !== null);
  if (snapshot !== undefined) return refused(snapshot, 'there is a snapshot and no log: term, vote and entries of this server are gone');
  const oldest = recovery.wals[0];
  if (oldest !== undefined && oldest.segment !== 1)
    return refused(oldest.path, 'the beginning of the log is gone, and this file cannot be read');
  if (recovery.past === 'some') return { kind: 'refused', problem: EMPTY_DIRECTORY };
  return begin(recovery);
}

/** Bytes of a piece, a multiple of the alignment of records. */
const pieceBytes = ({ options }: Recovery): number => options.readBytes - (options.readBytes % RECORD_ALIGNMENT);

/** Where the next piece of a search begins: headers may lie across the end of this one. Null: there is none. */
function nextPiece(offset: number, bytes: Uint8Array, file: WalFile): number | null {
  const next = offset + bytes.length - (bytes.length % RECORD_ALIGNMENT) - (RECORD_HEADER_BYTES - RECORD_ALIGNMENT);
  return next > offset && offset + bytes.length < file.sizeBytes ? next : null;
}

function onSearchHead(recovery: Recovery, stage: Extract<Stage, { kind: 'searchHead' }>, bytes: Uint8Array): RecoveryStep {
  const { chain, file, offset } = stage;
  const hasMarks = hasMarkAbove(bytes, segmentCrc(recovery.identity, file.segment), offset, 0);
  const next = hasMarks ? null : nextPiece(offset, bytes, file);
  if (next !== null) return ask(recovery, { ...stage, offset: next }, [read(file.path, next, pieceBytes(recovery))]);
  return onChain(recovery, chooseChain(recovery.wals, recovery.identity, { ...chain, hasMarks }));
}

/** Where the part of a file that counts ends: the next file of the chain says so. The last one ends where a clean stop says, else where it ends (null). */
function declaredEnd({ chain, cleanEnd }: Recovery, at: number): number | null {
  const next = chain[at + 1];
  if (next === undefined) return cleanEnd;
  return next.sight.kind === 'whole' ? next.sight.head.previousEnd : null;
}

function readRecords(recovery: Recovery, at: number, offset: number, neededBytes: number): RecoveryStep {
  const file = recovery.chain[at] as WalFile;
  const end = declaredEnd(recovery, at) ?? file.sizeBytes;
  const length = Math.min(Math.max(pieceBytes(recovery), neededBytes), Math.max(end - offset, 0));
  return ask(recovery, { kind: 'records', at, offset }, [read(file.path, offset, length)]);
}

/** How many bytes the last read must have given, by the size that was listed. */
function askedBytes({ steps }: Recovery, file: WalFile, start: number): number {
  const [step] = steps;
  return step?.kind === 'read' ? Math.min(step.length, Math.max(file.sizeBytes - start, 0)) : 0;
}

function onRecords(recovery: Recovery, at: number, start: number, bytes: Uint8Array): RecoveryStep {
  const file = recovery.chain[at] as WalFile;
  const declared = declaredEnd(recovery, at);
  const end = declared ?? file.sizeBytes;
  const crc = segmentCrc(recovery.identity, file.segment);
  const view = viewOf(bytes);
  let image = recovery.image as LogImage;
  let { markedTo } = recovery;
  for (let offset = start; ; ) {
    const sight = offset === end ? null : readRecord(bytes, view, offset - start, crc, offset);
    if (sight?.kind === 'short' && offset + sight.neededBytes <= Math.min(end, file.sizeBytes)) {
      // The piece ends inside a record, the file does not.
      if (bytes.length < askedBytes(recovery, file, start)) return refused(file.path, 'it became shorter while it was read');
      return readRecords({ ...recovery, image, markedTo }, at, offset, sight.neededBytes);
    }
    const after = sight?.kind === 'whole' ? applyRecord(image, sight.record) : null;
    const isEndDeclared = declared !== null;
    const seen = sight === null ? 'end' : sight.kind === 'whole' ? 'whole' : 'broken';
    if (seen === 'broken' && !isEndDeclared) return searchTail({ ...recovery, image, markedTo }, offset, offset);
    const decided = caseOf(RECORD_CASES, { bytes: seen, isEndDeclared, wasSynced: false, follows: after !== null });
    if (decided.decision === 'refuse') {
      const missing = file.sizeBytes < end ? ` (the file has ${file.sizeBytes} bytes, and ${end} of it were durable)` : '';
      return refused(`${file.path}, byte ${offset}`, `${decided.because}${missing}`);
    }
    if (decided.decision === 'end') return endFile({ ...recovery, image, markedTo }, at, offset);
    assert(sight?.kind === 'whole' && after !== null, 'only whole records are kept');
    image = after;
    markedTo = Math.max(markedTo, sight.batchOffset);
    offset += sight.sizeBytes;
  }
}

function searchTail(recovery: Recovery, brokenAt: number, offset: number): RecoveryStep {
  const file = recovery.chain.at(-1) as WalFile;
  return ask(recovery, { kind: 'searchTail', brokenAt, offset }, [read(file.path, offset, pieceBytes(recovery))]);
}

/** A record of the last file is broken: was it durable once (refuse), or is it the torn end of the last flush (cut)? */
function onSearchTail(recovery: Recovery, { brokenAt, offset }: Extract<Stage, { kind: 'searchTail' }>, bytes: Uint8Array): RecoveryStep {
  const file = recovery.chain.at(-1) as WalFile;
  const wasSynced = hasMarkAbove(bytes, segmentCrc(recovery.identity, file.segment), offset, brokenAt);
  const next = wasSynced ? null : nextPiece(offset, bytes, file);
  if (next !== null) return searchTail(recovery, brokenAt, next);
  const decided = caseOf(RECORD_CASES, { bytes: 'broken', isEndDeclared: false, wasSynced, follows: false });
  if (decided.decision === 'refuse') return refused(`${file.path}, byte ${brokenAt}`, decided.because);
  const note = `cut a torn tail of ${file.sizeBytes - brokenAt} bytes in ${file.path} at byte ${brokenAt}: ${IN_DOUBT}`;
  return endFile({ ...recovery, notes: [...recovery.notes, note] }, recovery.chain.length - 1, brokenAt);
}

function endFile(recovery: Recovery, at: number, offset: number): RecoveryStep {
  const next = recovery.chain[at + 1];
  const image = recovery.image as LogImage;
  if (next !== undefined) {
    assert(next.sight.kind === 'whole', 'the files of the chain have heads');
    const after = applyHead(image, next.sight.head);
    if (after === null) return refused(next.path, 'its head does not say what the files before it add up to');
    return readRecords({ ...recovery, image: after, markedTo: 0 }, at + 1, WAL_HEAD_BYTES, 0);
  }
  if (image.absentTo > image.prevIndex) {
    const first = recovery.chain[0] as WalFile;
    return refused(
      first.path,
      `entries ${image.prevIndex + 1} to ${image.absentTo} are gone: a file of the log before this one is missing`,
    );
  }
  const { path } = recovery.chain[at] as WalFile;
  return ask({ ...recovery, endOffset: offset }, { kind: 'lastFlush' }, [read(path, recovery.markedTo, offset - recovery.markedTo)]);
}

function onLastFlush(recovery: Recovery, bytes: Uint8Array): RecoveryStep {
  const file = recovery.chain.at(-1) as WalFile;
  if (bytes.length < recovery.endOffset - recovery.markedTo) return refused(file.path, 'it became shorter while it was read');
  if (!isStillWhole(bytes, recovery.markedTo, recovery.identity, file.segment)) return readAgain(recovery, file);
  return trySnapshot({ ...recovery, lastFlush: bytes }, (recovery.image as LogImage).snapshotNumber);
}

/** What was good a moment ago is not: nothing that was read before counts any more. */
function readAgain({ options, identity, past, reads }: Recovery, file: WalFile): RecoveryStep {
  if (reads === READS_MAX) return refused(file.path, `each of ${READS_MAX} times it gave other bytes while it was read`);
  return { kind: 'more', recovery: beginRecovery(options, identity, past, reads + 1) };
}

/** Reads the snapshot `number`, or judges at once where there is nothing to read. */
function trySnapshot(recovery: Recovery, number: number): RecoveryStep {
  const image = recovery.image as LogImage;
  if (number === 0) return judgeSnapshot(recovery, 0, { file: 'none', matches: true, reachesLog: image.prevIndex === 0 }, null);
  const file = recovery.snapshots.find(({ path }) => path === snapshotName(number));
  if (file === undefined) return judgeSnapshot(recovery, number, { file: 'broken', matches: false, reachesLog: false }, null);
  const stage: Stage = { kind: 'snapshot', number, pieces: [], haveBytes: 0, sizeBytes: file.sizeBytes };
  return ask(recovery, stage, [read(file.path, 0, Math.min(recovery.options.readBytes, file.sizeBytes))]);
}

function onSnapshot(recovery: Recovery, stage: Extract<Stage, { kind: 'snapshot' }>, bytes: Uint8Array): RecoveryStep {
  const { number, sizeBytes } = stage;
  const pieces = [...stage.pieces, bytes];
  const haveBytes = stage.haveBytes + bytes.length;
  if (bytes.length > 0 && haveBytes < sizeBytes) {
    const steps = [read(snapshotName(number), haveBytes, Math.min(recovery.options.readBytes, sizeBytes - haveBytes))];
    return ask(recovery, { ...stage, pieces, haveBytes }, steps);
  }
  const seen = readSnapshot(joined(pieces, haveBytes));
  if (seen.kind === 'broken') return judgeSnapshot(recovery, number, { file: 'broken', matches: false, reachesLog: false }, null);
  const { clusterId, nodeId } = recovery.identity;
  if (seen.kind === 'otherVersion' || seen.number !== number || seen.identity.clusterId !== clusterId || seen.identity.nodeId !== nodeId) {
    return judgeSnapshot(recovery, number, { file: 'stranger', matches: false, reachesLog: false }, null);
  }
  const image = recovery.image as LogImage;
  const { lastIndex, lastTerm } = seen.snapshot;
  const isNamed = number === image.snapshotNumber;
  const matches = isNamed ? lastIndex === image.snapshotIndex && lastTerm === image.snapshotTerm : lastIndex <= image.snapshotIndex;
  return judgeSnapshot(recovery, number, { file: 'whole', matches, reachesLog: lastIndex >= image.prevIndex }, seen.snapshot);
}

function joined(pieces: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const all = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function judgeSnapshot(recovery: Recovery, number: number, sight: SnapshotSight, snapshot: StoredSnapshot | null): RecoveryStep {
  const decided = caseOf(SNAPSHOT_CASES, sight);
  const name = number === 0 ? snapshotName((recovery.image as LogImage).snapshotNumber) : snapshotName(number);
  if (decided.decision === 'refuse') return refused(name, decided.because);
  if (decided.decision === 'use') return begin(adoptSnapshot(recovery, number, snapshot));
  const older = recovery.snapshots.findLast(({ path }) => (snapshotNumber(path) as number) < number);
  const note = `passed over ${name}: ${decided.because}; trying what is older`;
  const next = { ...recovery, notes: [...recovery.notes, note], brokenSnapshots: [...recovery.brokenSnapshots, name] };
  return trySnapshot(next, older === undefined ? 0 : (snapshotNumber(older.path) as number));
}

function adoptSnapshot(recovery: Recovery, number: number, snapshot: StoredSnapshot | null): Recovery {
  const image: LogImage = {
    ...(recovery.image as LogImage),
    snapshotNumber: number,
    snapshotIndex: snapshot === null ? logIndex(0) : snapshot.lastIndex,
    snapshotTerm: snapshot === null ? (0 as LogImage['snapshotTerm']) : snapshot.lastTerm,
  };
  const leftovers = recovery.snapshots.map(({ path }) => path).filter((path) => (snapshotNumber(path) as number) > number);
  return { ...recovery, image, snapshot, leftovers: [...recovery.leftovers, ...leftovers] };
}

/**
 * What was read is made durable (its last flush by writing it again), then the new file, then its name; only then is
 * anything removed that could count. What cannot (a snapshot or a file of the log that was never finished) goes first: on a full disk
 * the new file needs its room, and each start in vain would leave another one behind. The names of what was read come first too: a crash of the process alone may have left a file that
 * a power cut would still take away, from between those on both sides of it.
 */
function begin(recovery: Recovery): RecoveryStep {
  const { options, identity, image, chain } = recovery;
  const last = chain.at(-1);
  const segment = Math.max(0, ...recovery.wals.slice(-1).map((file) => file.segment)) + 1;
  const start = image === null ? EMPTY_WAL_START : startOf(image);
  const wal = beginWal(options, identity, start, segment, last?.segment ?? 0, recovery.endOffset);
  const used = image !== null && image.snapshotNumber > 0 ? [snapshotName(image.snapshotNumber)] : [];
  const isUnfinished = (path: string): boolean => snapshotNumber(path) === null;
  const removals = (paths: readonly string[]): readonly DiskStep[] => paths.map((path) => ({ kind: 'remove', path }));
  const steps: DiskStep[] = [
    ...removals(recovery.leftovers.filter(isUnfinished)),
    ...(last === undefined ? [] : [{ kind: 'write', path: last.path, offset: recovery.markedTo, bytes: recovery.lastFlush } as const]),
    ...[...chain.map(({ path }) => path), ...used].map((path): DiskStep => ({ kind: 'sync', path })),
    { kind: 'syncDirectory' },
    { kind: 'append', path: wal.path, bytes: pendingBytes(wal) },
    { kind: 'sync', path: wal.path },
    { kind: 'syncDirectory' },
    ...removals(recovery.leftovers.filter((path) => !isUnfinished(path))),
    // For good: should it come back one day, and damaged, it would stop a start for nothing.
    ...(recovery.cleanStop === null ? [] : ([{ kind: 'remove', path: CLEAN_STOP_NAME }, { kind: 'syncDirectory' }] as const)),
  ];
  return ask({ ...recovery, wal: takePending(wal) }, { kind: 'begin' }, steps);
}

function startOf(image: LogImage): WalStart {
  const termRuns: TermRun[] = [];
  for (const { index, term } of image.entries.toArray()) if (termRuns.at(-1)?.term !== term) termRuns.push({ from: index, term });
  return { ...image, termRuns };
}

function done(recovery: Recovery): Done {
  const { image, wal, snapshots } = recovery;
  assert(wal !== null, 'the new file was begun');
  const entries: readonly StoredEntry[] = image === null ? [] : image.entries.toArray();
  const inForce = snapshots.map(({ path }) => snapshotNumber(path) as number).filter((number) => number <= wal.snapshotNumber);
  return {
    kind: 'done',
    recovered: {
      currentTerm: wal.currentTerm,
      votedFor: wal.votedFor,
      snapshot: recovery.snapshot,
      firstIndex: logIndex(wal.prevIndex + 1),
      prevTerm: wal.prevTerm,
      entries,
      isFresh: image === null,
      notes: recovery.notes,
    },
    wal,
    segments: [...(image === null ? [] : image.segments), { number: wal.segment, carriedTo: wal.lastIndex }],
    snapshotNumbers: inForce,
    nextSnapshotNumber: Math.max(recovery.highestSnapshot, wal.snapshotNumber) + 1,
  };
}
