import { CLEAN_STOP_NAME, readCleanStop, UNFINISHED_CLEAN_STOP_NAME } from '../../core/storage/clean-stop.js';
import { snapshotNumber, readSnapshot } from '../../core/storage/snapshot-format.js';
import { DEFAULT_STORAGE_OPTIONS, startStorage, storageOnDisk, type Label, type Recovered } from '../../core/storage/storage.js';
import { readWalHead, segmentCrc, WAL_HEAD_BYTES, walNumber, type WalHead, type WalRecord } from '../../core/storage/wal-format.js';
import { readRecord } from '../../core/storage/wal-read.js';
import type { DirectoryCopy } from './directory-copy.js';
import { misuse } from '../terminal/exit.js';
import { entryText, keptBy } from './entries.js';

/** One thing that a data directory holds: a file's head, a record, or where a file stops making sense. */
export interface Sight {
  readonly file: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly what: string;
  readonly text: string;
}

/** Everything in the directory in the order of files and places, right or not; judges nothing. */
export function sightsOf(directory: DirectoryCopy): readonly Sight[] {
  return directory.files().flatMap(([file, bytes]) => {
    if (walNumber(file) !== null) return walSights(file, bytes);
    if (snapshotNumber(file) !== null) return [snapshotSight(file, bytes)];
    if (file === CLEAN_STOP_NAME) return [cleanStopSight(file, bytes)];
    if (file === UNFINISHED_CLEAN_STOP_NAME)
      return [{ file, offset: 0, what: 'unfinished', text: `${bytes.length} bytes of a mark of a clean stop that was being written` }];
    return [{ file, offset: 0, what: 'unfinished', text: `${bytes.length} bytes of a snapshot that was being written` }];
  });
}

function cleanStopSight(file: string, bytes: Uint8Array): Sight {
  const sight = readCleanStop(bytes);
  if (sight.kind === 'otherVersion') return { file, offset: 0, what: 'otherVersion', text: `format version ${sight.version}` };
  if (sight.kind === 'broken') return { file, offset: 0, what: 'broken', text: `no whole mark of a clean stop in ${bytes.length} bytes` };
  const { identity, logEnd } = sight;
  const whose = `cluster ${identity.clusterId} server ${identity.nodeId}`;
  return { file, offset: 0, what: 'cleanStop', text: `${whose}, the log ends in file ${logEnd.segment} at byte ${logEnd.end}` };
}

function walSights(file: string, bytes: Uint8Array): readonly Sight[] {
  const sight = readWalHead(bytes);
  if (sight.kind === 'otherVersion') return [{ file, offset: 0, what: 'otherVersion', text: `format version ${sight.version}` }];
  if (sight.kind === 'broken') return [{ file, offset: 0, what: 'broken', text: `no whole head in ${bytes.length} bytes` }];

  const { head, identity } = sight;
  const found: Sight[] = [{ file, offset: 0, what: 'head', text: headText(head, identity) }];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const crc = segmentCrc(identity, head.segment);
  let offset = WAL_HEAD_BYTES;
  // Raft's entries have terms above 0, and are never without a term of the server itself. A journal knows none.
  let { currentTerm } = head;
  while (offset < bytes.length) {
    const record = readRecord(bytes, view, offset, crc, offset);
    if (record.kind !== 'whole') break;
    if (record.record.kind === 'hardState') currentTerm = record.record.currentTerm;
    const hasTerms = currentTerm > 0;
    found.push({ file, offset, what: record.record.kind, text: recordText(record.record, hasTerms) });
    if (record.record.kind === 'entries') {
      for (const entry of record.record.entries) {
        found.push({ file, offset, what: 'entry', text: `${entry.index}${hasTerms ? ` term ${entry.term}` : ''} ${entryText(entry)}` });
      }
    }
    offset += record.sizeBytes;
  }
  if (offset < bytes.length) found.push({ file, offset, what: 'rest', text: restText(bytes.subarray(offset)) });
  return found;
}

function snapshotSight(file: string, bytes: Uint8Array): Sight {
  const sight = readSnapshot(bytes);
  if (sight.kind === 'otherVersion') return { file, offset: 0, what: 'otherVersion', text: `format version ${sight.version}` };
  if (sight.kind === 'broken') return { file, offset: 0, what: 'broken', text: `no whole snapshot in ${bytes.length} bytes` };
  const { lastIndex, lastTerm, data } = sight.snapshot;
  return { file, offset: 0, what: 'snapshot', text: `up to ${lastIndex} of term ${lastTerm}, ${data.length} bytes` };
}

function headText(head: WalHead, identity: Label): string {
  const follows = head.previousSegment === 0 ? 'the first file' : `follows file ${head.previousSegment} at ${head.previousEnd}`;
  const snapshot = head.snapshotNumber === 0 ? 'no snapshot' : `snapshot ${head.snapshotNumber} up to ${head.snapshotIndex}`;
  return (
    `cluster ${identity.clusterId} server ${identity.nodeId} of ${identity.members.join(', ')}, system ${identity.system}, ${follows}, term ${head.currentTerm}, vote ${head.votedFor}, ` +
    `entries ${head.prevIndex + 1}..${head.lastIndex}, ${snapshot}`
  );
}

function recordText(record: WalRecord, hasTerms: boolean): string {
  switch (record.kind) {
    case 'hardState':
      return `term ${record.currentTerm}, vote ${record.votedFor}`;
    case 'entries': {
      const first = record.entries[0];
      const last = record.entries[record.entries.length - 1];
      const sizeBytes = record.entries.reduce((sum, { payload }) => sum + payload.length, 0);
      return `${first?.index ?? 0}..${last?.index ?? 0}${hasTerms ? ` of term ${last?.term ?? 0}` : ''}, ${sizeBytes} bytes`;
    }
    case 'truncateTail':
      return `entries from ${record.fromIndex} on are void`;
    case 'snapshot':
      return `snapshot ${record.number} up to ${record.lastIndex} is in force, ${record.keepsLog ? `entries up to ${record.prevIndex}` : 'all entries'} dropped`;
  }
}

function restText(rest: Uint8Array): string {
  return rest.every((byte) => byte === 0) ? `${rest.length} zero bytes` : `${rest.length} bytes that are no record`;
}

/** What a server would find if it started on these files. */
export interface Verified {
  readonly identity: Label;
  /** Null when it would refuse to start. */
  readonly recovered: Recovered | null;
  /** Whose log it may be; empty where nothing was kept yet, and when a start would be refused. */
  readonly systems: readonly string[];
  /** Why it would refuse; null when it would not. */
  readonly problem: string | null;
}

/** Lets the server's own recovery run on the copy: the tool and the server cannot disagree. */
export function verify(directory: DirectoryCopy): Verified {
  const identity = identityIn(directory);
  const begun = startStorage(DEFAULT_STORAGE_OPTIONS, identity, 'unknown');
  let storage = begun.storage;
  const waiting = [...begun.effects];
  for (let effect = waiting.shift(); effect !== undefined; effect = waiting.shift()) {
    const outcome = storageOnDisk(storage, effect.operation, directory.perform(effect.steps));
    if (outcome.problem !== null) return refused(identity, outcome.problem);
    if (outcome.recovered !== null) {
      const kept = keptBy(outcome.recovered);
      return kept.ok ? { identity, recovered: outcome.recovered, systems: kept.value, problem: null } : refused(identity, kept.problem);
    }
    storage = outcome.storage;
    waiting.push(...outcome.effects);
  }
  throw new Error('recovery ended without a result');
}

function refused(identity: Label, problem: string): Verified {
  return { identity, recovered: null, systems: [], problem };
}

/** Whose files they are, by the newest head that can be read. */
function identityIn(directory: DirectoryCopy): Label {
  for (const [file, bytes] of directory.files().toReversed()) {
    const sight = walNumber(file) === null ? null : readWalHead(bytes);
    if (sight?.kind === 'whole') return sight.identity;
    if (sight?.kind === 'otherVersion')
      throw misuse(`${directory.path}: ${file} has format version ${sight.version}, which this version does not read`);
  }
  throw misuse(
    `${directory.path}: no file of the write-ahead log has a readable head, so whose it is cannot be said; a server that ran before would not start on it ("wal dump" shows what is there)`,
  );
}
