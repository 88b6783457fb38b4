import { assert, unreachable } from '../../base/assert.js';
import { fail, ok, type Result } from '../../base/result.js';
import { nodeId, logIndex, term, type LogIndex, type Term } from '../../base/units.js';
import type { Codec } from '../../machine.js';
import type { Entry, EntryKind } from '../../raft/log.js';
import type {
  AppendEntries,
  AppendEntriesReply,
  InstallSnapshot,
  InstallSnapshotReply,
  RaftMessage,
  RequestVote,
  RequestVoteReply,
} from '../../raft/messages.js';
import type { Command } from '../../store/command.js';
import { commandSizeBytes, readCommand, writeCommandField } from './command.js';
import { assertWithin, ENTRIES_PER_MESSAGE_MAX, FRAME_BYTES_MAX } from '../limits.js';
import { Reader } from './reader.js';
import { BYTES, VARINT, Writer } from './writer.js';

const NOOP = 1;
const COMMAND = 2;
/** What `hintTerm` is in memory when the follower cannot say. */
const UNKNOWN_TERM = term(-1);

const writer = new Writer();

/** Messages between servers: the Protobuf message `PeerMessage`. Payloads of entries are {@link Command}s, null for a no-op. */
export const peerCodec: Codec<RaftMessage> = { encode: encodePeerMessage, decode: decodePeerMessage };

function encodePeerMessage(message: RaftMessage): Uint8Array {
  writer.begin();
  writer.nested(writeFields(message), 0);
  return writer.finish();
}

/** Writes the fields of a message, last to first. @returns The number of its kind in `PeerMessage`. */
function writeFields(message: RaftMessage): number {
  switch (message.kind) {
    case 'requestVote':
      writer.bool(5, message.isPreVote);
      writer.uint(4, message.lastLogTerm);
      writer.uint(3, message.lastLogIndex);
      writer.uint(2, message.candidateId);
      writer.uint(1, message.term);
      return 1;
    case 'requestVoteReply':
      writer.bool(3, message.isPreVote);
      writer.bool(2, message.voteGranted);
      writer.uint(1, message.term);
      return 2;
    case 'appendEntries':
      writeEntries(message.entries);
      writer.uint(5, message.sequence);
      writer.uint(4, message.leaderCommit);
      writer.uint(3, message.prevLogTerm);
      writer.uint(2, message.prevLogIndex);
      writer.uint(1, message.term);
      return 3;
    case 'appendEntriesReply':
      writer.uint(6, message.sequence);
      writer.uint(5, message.prevLogIndex);
      if (message.hintTerm !== UNKNOWN_TERM) writer.presentUint(4, message.hintTerm);
      writer.uint(3, message.matchIndex);
      writer.bool(2, message.success);
      writer.uint(1, message.term);
      return 4;
    case 'installSnapshot':
      writer.uint(7, message.sequence);
      writer.bool(6, message.done);
      writer.bytes(5, message.data);
      writer.uint(4, message.offset);
      writer.uint(3, message.lastTerm);
      writer.uint(2, message.lastIndex);
      writer.uint(1, message.term);
      return 5;
    case 'installSnapshotReply':
      writer.uint(5, message.sequence);
      writer.bool(4, message.isInstalled);
      writer.uint(3, message.receivedBytes);
      writer.uint(2, message.lastIndex);
      writer.uint(1, message.term);
      return 6;
    default:
      return unreachable(message);
  }
}

function writeEntries(entries: readonly Entry[]): void {
  assertWithin(entries.length, ENTRIES_PER_MESSAGE_MAX, 'a number of entries');
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i] as Entry;
    assert((entry.kind === 'noop') === (entry.payload === null), 'a command has a payload and a no-op has none');
    const before = writer.writtenBytes;
    if (entry.kind === 'command') writeCommandField(writer, 4, entry.payload as Command);
    writer.uint(3, entry.kind === 'noop' ? NOOP : COMMAND);
    writer.uint(2, entry.term);
    writer.uint(1, entry.index);
    writer.nested(6, before);
  }
}

function decodePeerMessage(bytes: Uint8Array): Result<RaftMessage, string> {
  const reader = new Reader(bytes);
  let message: RaftMessage | null = null;
  while (reader.hasMore()) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field > 6 || (tag & 7) !== BYTES) reader.skip(tag, 6);
    else if (message !== null) reader.fail('there are two messages in one');
    else {
      const outer = reader.enter('the message');
      message = readFields(reader, field);
      reader.leave(outer);
    }
  }
  if (reader.problem !== null) return fail(`peer message: ${reader.problem}`);
  if (message === null) return fail('peer message: its kind is missing or unknown');
  return ok(message);
}

function readFields(reader: Reader, kind: number): RaftMessage {
  switch (kind) {
    case 1:
      return readRequestVote(reader);
    case 2:
      return readRequestVoteReply(reader);
    case 3:
      return readAppendEntries(reader);
    case 4:
      return readAppendEntriesReply(reader);
    case 5:
      return readInstallSnapshot(reader);
    default:
      return readInstallSnapshotReply(reader);
  }
}

function readRequestVote(reader: Reader): RequestVote {
  let itsTerm = term(0);
  let candidateId = nodeId(0);
  let lastLogIndex = logIndex(0);
  let lastLogTerm = term(0);
  let isPreVote = false;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) itsTerm = reader.term();
    else if (tag === ((2 << 3) | VARINT)) candidateId = reader.nodeId();
    else if (tag === ((3 << 3) | VARINT)) lastLogIndex = reader.logIndex();
    else if (tag === ((4 << 3) | VARINT)) lastLogTerm = reader.term();
    else if (tag === ((5 << 3) | VARINT)) isPreVote = reader.bool();
    else reader.skip(tag, 5);
  }
  if (candidateId === 0) reader.fail('a vote is asked for nobody');
  return { kind: 'requestVote', term: itsTerm, candidateId, lastLogIndex, lastLogTerm, isPreVote };
}

function readRequestVoteReply(reader: Reader): RequestVoteReply {
  let itsTerm = term(0);
  let voteGranted = false;
  let isPreVote = false;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) itsTerm = reader.term();
    else if (tag === ((2 << 3) | VARINT)) voteGranted = reader.bool();
    else if (tag === ((3 << 3) | VARINT)) isPreVote = reader.bool();
    else reader.skip(tag, 3);
  }
  return { kind: 'requestVoteReply', term: itsTerm, voteGranted, isPreVote };
}

function readAppendEntries(reader: Reader): AppendEntries {
  let itsTerm = term(0);
  let prevLogIndex = logIndex(0);
  let prevLogTerm = term(0);
  let leaderCommit = logIndex(0);
  let sequence = 0;
  const entries: Entry[] = [];
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((6 << 3) | BYTES)) {
      if (entries.length === ENTRIES_PER_MESSAGE_MAX) reader.fail(`there are more than ${ENTRIES_PER_MESSAGE_MAX} entries`);
      else entries.push(readEntry(reader));
    } else if (tag === ((1 << 3) | VARINT)) itsTerm = reader.term();
    else if (tag === ((2 << 3) | VARINT)) prevLogIndex = reader.logIndex();
    else if (tag === ((3 << 3) | VARINT)) prevLogTerm = reader.term();
    else if (tag === ((4 << 3) | VARINT)) leaderCommit = reader.logIndex();
    else if (tag === ((5 << 3) | VARINT)) sequence = reader.uint();
    else reader.skip(tag, 6);
  }
  const problem = problemOfEntries(entries, itsTerm, prevLogIndex, prevLogTerm);
  if (problem !== null) reader.fail(problem);
  return { kind: 'appendEntries', term: itsTerm, prevLogIndex, prevLogTerm, leaderCommit, sequence, entries };
}

/** The laws of a log (raft/log.ts), which are asserted there; so what breaks them must not come in. */
function problemOfEntries(entries: readonly Entry[], itsTerm: Term, prevLogIndex: LogIndex, prevLogTerm: Term): string | null {
  let lastIndex = prevLogIndex;
  let lastTerm = prevLogTerm;
  for (const entry of entries) {
    if (entry.index !== lastIndex + 1) return `entry ${entry.index} follows ${lastIndex}`;
    if (entry.term < lastTerm) return `entry ${entry.index} has term ${entry.term}, below the ${lastTerm} before it`;
    lastIndex = entry.index;
    lastTerm = entry.term;
  }
  return lastTerm > itsTerm ? `a leader of term ${itsTerm} has an entry of term ${lastTerm}` : null;
}

function readEntry(reader: Reader): Entry {
  const outer = reader.enter('an entry');
  let index = logIndex(0);
  let itsTerm = term(0);
  let number = 0;
  let command: Command | null = null;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) index = reader.logIndex();
    else if (tag === ((2 << 3) | VARINT)) itsTerm = reader.term();
    else if (tag === ((3 << 3) | VARINT)) number = reader.uint();
    else if (tag === ((4 << 3) | BYTES)) {
      const entryEnd = reader.enter('a payload');
      command = readCommand(reader);
      reader.leave(entryEnd);
    } else reader.skip(tag, 4);
  }
  if (index === 0) reader.fail('an entry has no index');
  else if (number !== NOOP && number !== COMMAND) reader.fail(`entry ${index} is of the unknown kind ${number}`);
  else if ((number === COMMAND) !== (command !== null))
    reader.fail(`entry ${index} should ${command === null ? '' : 'not '}have a payload`);
  reader.leave(outer);

  const kind: EntryKind = command === null ? 'noop' : 'command';
  // As the leader has it (raft/roles.ts): what bounds a batch must not differ between servers.
  const sizeBytes = command === null ? 0 : commandSizeBytes(command);
  return { index, term: itsTerm, kind, payload: command, sizeBytes };
}

function readAppendEntriesReply(reader: Reader): AppendEntriesReply {
  let itsTerm = term(0);
  let success = false;
  let matchIndex = logIndex(0);
  let hintTerm = UNKNOWN_TERM;
  let prevLogIndex = logIndex(0);
  let sequence = 0;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) itsTerm = reader.term();
    else if (tag === ((2 << 3) | VARINT)) success = reader.bool();
    else if (tag === ((3 << 3) | VARINT)) matchIndex = reader.logIndex();
    else if (tag === ((4 << 3) | VARINT)) hintTerm = reader.term();
    else if (tag === ((5 << 3) | VARINT)) prevLogIndex = reader.logIndex();
    else if (tag === ((6 << 3) | VARINT)) sequence = reader.uint();
    else reader.skip(tag, 6);
  }
  return { kind: 'appendEntriesReply', term: itsTerm, success, matchIndex, hintTerm, prevLogIndex, sequence };
}

function readInstallSnapshot(reader: Reader): InstallSnapshot {
  let itsTerm = term(0);
  let lastIndex = logIndex(0);
  let lastTerm = term(0);
  let offset = 0;
  let data: Uint8Array | null = null;
  let done = false;
  let sequence = 0;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) itsTerm = reader.term();
    else if (tag === ((2 << 3) | VARINT)) lastIndex = reader.logIndex();
    else if (tag === ((3 << 3) | VARINT)) lastTerm = reader.term();
    else if (tag === ((4 << 3) | VARINT)) offset = reader.uint();
    else if (tag === ((5 << 3) | BYTES)) data = reader.bytes(FRAME_BYTES_MAX, 'a piece of a snapshot');
    else if (tag === ((6 << 3) | VARINT)) done = reader.bool();
    else if (tag === ((7 << 3) | VARINT)) sequence = reader.uint();
    else reader.skip(tag, 7);
  }
  if (lastIndex === 0) reader.fail('a snapshot covers nothing');
  return { kind: 'installSnapshot', term: itsTerm, lastIndex, lastTerm, offset, data: data ?? new Uint8Array(0), done, sequence };
}

function readInstallSnapshotReply(reader: Reader): InstallSnapshotReply {
  let itsTerm = term(0);
  let lastIndex = logIndex(0);
  let receivedBytes = 0;
  let isInstalled = false;
  let sequence = 0;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) itsTerm = reader.term();
    else if (tag === ((2 << 3) | VARINT)) lastIndex = reader.logIndex();
    else if (tag === ((3 << 3) | VARINT)) receivedBytes = reader.uint();
    else if (tag === ((4 << 3) | VARINT)) isInstalled = reader.bool();
    else if (tag === ((5 << 3) | VARINT)) sequence = reader.uint();
    else reader.skip(tag, 5);
  }
  return { kind: 'installSnapshotReply', term: itsTerm, lastIndex, receivedBytes, isInstalled, sequence };
}
