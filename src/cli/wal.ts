import type { ByteString } from '../core/base/bytestring.js';
import type { StoredEntry } from '../core/storage/types.js';
import type { Command } from '../core/store/command.js';
import { ENTRY_NOOP } from '../core/systems/raft/persist.js';
import { decodeCommand } from '../core/wire/command.js';
import { snapshotNumber, readSnapshot } from '../core/storage/snapshot-format.js';
import { DEFAULT_STORAGE_OPTIONS, startStorage, storageOnDisk, type Identity, type Recovered } from '../core/storage/storage.js';
import { readWalHead, segmentCrc, WAL_HEAD_BYTES, walNumber, type WalHead, type WalRecord } from '../core/storage/wal-format.js';
import { readRecord } from '../core/storage/wal-read.js';
import type { DirectoryCopy } from './directory-copy.js';
import { misuse } from './exit.js';
import { shown } from './shown.js';

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
    return [{ file, offset: 0, what: 'unfinished', text: `${bytes.length} bytes of a snapshot that was being written` }];
  });
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
  while (offset < bytes.length) {
    const record = readRecord(bytes, view, offset, crc, offset);
    if (record.kind !== 'whole') break;
    found.push({ file, offset, what: record.record.kind, text: recordText(record.record) });
    if (record.record.kind === 'entries') found.push(...record.record.entries.map((entry) => ({ file, offset, what: 'entry', text: entryText(entry) })));
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

function headText(head: WalHead, identity: Identity): string {
  const follows = head.previousSegment === 0 ? 'the first file' : `follows file ${head.previousSegment} at ${head.previousEnd}`;
  const snapshot = head.snapshotNumber === 0 ? 'no snapshot' : `snapshot ${head.snapshotNumber} up to ${head.snapshotIndex}`;
  return `cluster ${identity.clusterId} server ${identity.nodeId}, ${follows}, term ${head.currentTerm}, vote ${head.votedFor}, ` +
    `entries ${head.prevIndex + 1}..${head.lastIndex}, ${snapshot}`;
}

function recordText(record: WalRecord): string {
  switch (record.kind) {
    case 'hardState':
      return `term ${record.currentTerm}, vote ${record.votedFor}`;
    case 'entries': {
      const first = record.entries[0];
      const last = record.entries[record.entries.length - 1];
      const sizeBytes = record.entries.reduce((sum, { payload }) => sum + payload.length, 0);
      return `${first?.index ?? 0}..${last?.index ?? 0} of term ${last?.term ?? 0}, ${sizeBytes} bytes`;
    }
    case 'truncateTail':
      return `entries from ${record.fromIndex} on are void`;
    case 'snapshot':
      return `snapshot ${record.number} up to ${record.lastIndex} is in force, ${record.keepsLog ? `entries up to ${record.prevIndex}` : 'all entries'} dropped`;
  }
}

/** One entry of the log, a command in the words of the text protocol. */
function entryText({ index, term, kind, payload }: StoredEntry): string {
  const place = `${index} term ${term}`;
  if (kind === ENTRY_NOOP) return `${place} no-op`;
  const command = decodeCommand(payload);
  return command.ok ? `${place} ${commandText(command.value)}` : `${place} kind ${kind}: ${command.problem}`;
}

function commandText({ op, key, value, version, clientId, sequenceNum }: Command): string {
  const session = clientId === 0 ? '' : ` (session ${clientId}, command ${sequenceNum})`;
  switch (op) {
    case 'registerClient':
      return 'register a session';
    case 'put':
      return `PUT ${textOf(key)} ${version} ${textOf(value)}${session}`;
    case 'set':
      return `SET ${textOf(key)} ${textOf(value)}${session}`;
    case 'delete':
      return `DELETE ${textOf(key)}${session}`;
  }
}

function textOf(bytes: ByteString): string {
  return shown(Buffer.from(bytes, 'latin1').toString('utf8'));
}

function restText(rest: Uint8Array): string {
  return rest.every((byte) => byte === 0) ? `${rest.length} zero bytes` : `${rest.length} bytes that are no record`;
}

/** What a server would find if it started on these files. */
export interface Verified {
  readonly identity: Identity;
  /** Null when it would refuse to start. */
  readonly recovered: Recovered | null;
  /** Why it would refuse; null when it would not. */
  readonly problem: string | null;
}

/** Lets the server's own recovery run on the copy: the tool and the server cannot disagree. */
export function verify(directory: DirectoryCopy): Verified {
  const identity = identityIn(directory);
  const begun = startStorage(DEFAULT_STORAGE_OPTIONS, identity);
  let storage = begun.storage;
  const waiting = [...begun.effects];
  for (let effect = waiting.shift(); effect !== undefined; effect = waiting.shift()) {
    const outcome = storageOnDisk(storage, effect.operation, directory.perform(effect.steps));
    if (outcome.problem !== null) return { identity, recovered: null, problem: outcome.problem };
    if (outcome.recovered !== null) return { identity, recovered: outcome.recovered, problem: null };
    storage = outcome.storage;
    waiting.push(...outcome.effects);
  }
  throw new Error('recovery ended without a result');
}

/** Whose files they are, by the newest head that can be read. */
function identityIn(directory: DirectoryCopy): Identity {
  for (const [file, bytes] of directory.files().toReversed()) {
    const sight = walNumber(file) === null ? null : readWalHead(bytes);
    if (sight?.kind === 'whole') return sight.identity;
    if (sight?.kind === 'otherVersion') throw misuse(`${file} has format version ${sight.version}, which this version does not read`);
  }
  throw misuse('no file of the write-ahead log has a readable head');
}
