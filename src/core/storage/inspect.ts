import { nodeId, operationId } from '../base/units.js';
import type { DiskStep, DiskValue } from '../machine.js';
import { viewOf } from './bytes.js';
import { CLEAN_STOP_NAME, UNFINISHED_CLEAN_STOP_NAME, readCleanStop } from './clean-stop.js';
import { DEFAULT_STORAGE_OPTIONS } from './options.js';
import { readSnapshot, snapshotNumber, unfinishedNumber } from './snapshot-format.js';
import { startStorage, storageOnDisk } from './storage.js';
import type { Label, Recovered, StoredEntry } from './types.js';
import { WAL_HEAD_BYTES, readWalHead, segmentCrc, walNumber, type WalRecord } from './wal-format.js';
import { readRecord } from './wal-read.js';

export { DurableLogReader } from './durable-reader.js';

/** A file of a data directory, whole. */
export interface InspectedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** One item of a file, for people. */
export interface Inspected {
  readonly path: string;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly kind:
    | 'head'
    | WalRecord['kind']
    | 'snapshotFile'
    | 'unfinishedSnapshot'
    | 'cleanStop'
    | 'unfinishedCleanStop'
    | 'broken'
    | 'otherFile';
  readonly summary: string;
  /** `whole` says that the bytes are those that were written, not that the log still counts them: {@link verifyFiles} says that. */
  readonly verdict: 'whole' | 'broken' | 'ignored';
  /** The record itself, where there is one. */
  readonly record: WalRecord | null;
}

/** Every item of every file, in the order of file names and offsets. The first broken place of a file ends it. */
export function* inspectFiles(
  files: readonly InspectedFile[],
  describeEntry: (entry: StoredEntry) => string = plainEntry,
): Generator<Inspected> {
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))) {
    if (walNumber(file.path) !== null) yield* inspectWal(file, describeEntry);
    else yield inspectOther(file);
  }
}

const IGNORED: ReadonlySet<Inspected['kind']> = new Set(['otherFile', 'unfinishedSnapshot', 'unfinishedCleanStop'] as const);

function plainEntry({ kind, payload }: StoredEntry): string {
  return `kind ${kind}, ${payload.length} bytes`;
}

function item(
  path: string,
  offset: number,
  sizeBytes: number,
  kind: Inspected['kind'],
  summary: string,
  record: WalRecord | null = null,
): Inspected {
  const verdict = kind === 'broken' ? 'broken' : IGNORED.has(kind) ? 'ignored' : 'whole';
  return { path, offset, sizeBytes, kind, summary, verdict, record };
}

function* inspectWal({ path, bytes }: InspectedFile, describeEntry: (entry: StoredEntry) => string): Generator<Inspected> {
  const sight = readWalHead(bytes);
  if (sight.kind !== 'whole') {
    const summary = sight.kind === 'otherVersion' ? `version ${sight.version} of the format` : 'no whole head';
    yield item(path, 0, bytes.length, 'broken', summary);
    return;
  }
  const { head, identity } = sight;
  const snapshot = head.snapshotNumber === 0 ? 'none' : `${head.snapshotNumber} up to entry ${head.snapshotIndex}`;
  const before = head.previousSegment === 0 ? 'the first' : `follows on byte ${head.previousEnd} of ${head.previousSegment}`;
  yield item(
    path,
    0,
    WAL_HEAD_BYTES,
    'head',
    `cluster ${identity.clusterId}, server ${identity.nodeId} of ${identity.members.join('+')}, system ${identity.system}, segment ${head.segment}, ${before}; term ${head.currentTerm}, ` +
      `vote ${head.votedFor}, entries ${head.prevIndex + 1} to ${head.lastIndex}, snapshot ${snapshot}`,
  );

  const crc = segmentCrc(identity, head.segment);
  const view = viewOf(bytes);
  for (let offset = WAL_HEAD_BYTES; offset < bytes.length; ) {
    const seen = readRecord(bytes, view, offset, crc, offset);
    if (seen.kind !== 'whole') {
      yield item(path, offset, bytes.length - offset, 'broken', `no whole record; ${bytes.length - offset} bytes to the end of the file`);
      return;
    }
    yield item(path, offset, seen.sizeBytes, seen.record.kind, summaryOf(seen.record, describeEntry), seen.record);
    offset += seen.sizeBytes;
  }
}

function summaryOf(record: WalRecord, describeEntry: (entry: StoredEntry) => string): string {
  switch (record.kind) {
    case 'hardState':
      return `term ${record.currentTerm}, vote ${record.votedFor}`;
    case 'entries':
      return record.entries.map((entry) => `${entry.index} (term ${entry.term}): ${describeEntry(entry)}`).join('; ');
    case 'truncateTail':
      return `entries from ${record.fromIndex} on are void`;
    case 'snapshot':
      return (
        `snapshot ${record.number} up to entry ${record.lastIndex} (term ${record.lastTerm}); ` +
        (record.keepsLog ? `entries up to ${record.prevIndex} are dropped` : 'the log begins anew behind it')
      );
  }
}

function inspectCleanStop({ path, bytes }: InspectedFile): Inspected {
  const sight = readCleanStop(bytes);
  if (sight.kind === 'otherVersion') return item(path, 0, bytes.length, 'broken', `version ${sight.version} of the format`);
  if (sight.kind === 'broken') return item(path, 0, bytes.length, 'broken', 'not a whole mark of a clean stop');
  const { identity, logEnd } = sight;
  const summary = `cluster ${identity.clusterId}, server ${identity.nodeId}, stopped in good order: segment ${logEnd.segment} ends at byte ${logEnd.end}`;
  return item(path, 0, bytes.length, 'cleanStop', summary);
}

function inspectOther({ path, bytes }: InspectedFile): Inspected {
  if (path === CLEAN_STOP_NAME) return inspectCleanStop({ path, bytes });
  if (path === UNFINISHED_CLEAN_STOP_NAME)
    return item(path, 0, bytes.length, 'unfinishedCleanStop', 'left by a crash; removed at the next start');
  if (unfinishedNumber(path) !== null)
    return item(path, 0, bytes.length, 'unfinishedSnapshot', 'left by a crash; removed at the next start');
  if (snapshotNumber(path) === null) return item(path, 0, bytes.length, 'otherFile', 'not a file of the storage');
  const sight = readSnapshot(bytes);
  if (sight.kind === 'otherVersion') return item(path, 0, bytes.length, 'broken', `version ${sight.version} of the format`);
  if (sight.kind === 'broken') return item(path, 0, bytes.length, 'broken', 'not a whole snapshot');
  const { snapshot, identity } = sight;
  return item(
    path,
    0,
    bytes.length,
    'snapshotFile',
    `cluster ${identity.clusterId}, server ${identity.nodeId}, up to entry ${snapshot.lastIndex} (term ${snapshot.lastTerm}), ${snapshot.data.length} bytes`,
  );
}

/** What recovery would say of these files. */
export interface Verified {
  /** Whose directory it is; null if no file says so. */
  readonly identity: Label | null;
  readonly recovered: Recovered | null;
  /** Why a server would refuse to start on it; null if it would start. */
  readonly problem: string | null;
}

/** For a directory in which nothing says whose it is. */
const NOBODYS: Label = { clusterId: 0, nodeId: nodeId(1), system: 'none', members: [nodeId(1)] };

/** Runs the recovery itself over the files, without touching them: whatever it says here a server would say. */
export function verifyFiles(files: readonly InspectedFile[]): Verified {
  const identity = identityOf(files);
  let { storage, effects } = startStorage(DEFAULT_STORAGE_OPTIONS, identity ?? NOBODYS, 'unknown');
  for (;;) {
    const [effect] = effects;
    const values = effect === undefined ? [] : effect.steps.map((step) => valueOf(files, step));
    const next = storageOnDisk(storage, effect?.operation ?? operationId(0), { ok: true, values });
    if (next.problem !== null || next.recovered !== null) return { identity, recovered: next.recovered, problem: next.problem };
    ({ storage, effects } = next);
  }
}

/** The newest readable head decides; a stranger's file among them is then found by recovery. */
function identityOf(files: readonly InspectedFile[]): Label | null {
  const wals = files
    .filter(({ path }) => walNumber(path) !== null)
    .toSorted((a, b) => (walNumber(b.path) as number) - (walNumber(a.path) as number));
  for (const { bytes } of wals) {
    const sight = readWalHead(bytes);
    if (sight.kind === 'whole') return sight.identity;
  }
  return null;
}

function valueOf(files: readonly InspectedFile[], step: DiskStep): DiskValue {
  if (step.kind === 'list') return files.map(({ path, bytes }) => ({ path, sizeBytes: bytes.length }));
  if (step.kind !== 'read') return null;
  return files.find(({ path }) => path === step.path)?.bytes.subarray(step.offset, step.offset + step.length) ?? new Uint8Array(0);
}
