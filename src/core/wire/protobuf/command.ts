import { assert } from '../../base/assert.js';
import { EMPTY, type ByteString } from '../../base/bytestring.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Command, CommandOp } from '../../store/command.js';
import { assertWithin, KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../limits.js';
import { Reader } from './reader.js';
import { BYTES, VARINT, Writer } from './writer.js';

/** The numbers of CommandOp in proto/seedstorm.proto. On disks everywhere: never change one. */
const NUMBER_OF: Readonly<Record<CommandOp, number>> = { put: 1, set: 2, delete: 3, registerClient: 4 };
const OP_OF: readonly (CommandOp | null)[] = [null, 'put', 'set', 'delete', 'registerClient'];

const writer = new Writer();

/** The Protobuf message `Command`: an entry's payload, in peer messages and in the log on disk alike. */
export function encodeCommand(command: Command): Uint8Array {
  writer.begin();
  writeCommand(writer, command);
  return writer.finish();
}

/** @returns The command, or one line that says what is wrong with the bytes. */
export function decodeCommand(bytes: Uint8Array): Result<Command, string> {
  const reader = new Reader(bytes);
  const command = readCommand(reader);
  return reader.problem === null ? ok(command) : fail(`command: ${reader.problem}`);
}

/** Below this many bytes encoding a command anew (0.1 µs) costs less than remembering it (0.6 µs, measured). */
const MEMO_BYTES_MIN = 512;

/**
 * A memo, without meaning: encoding anew gives the same bytes. It is here because one entry goes to every
 * follower and to the disk. Weak, so that it keeps no command alive.
 */
const encoded = new WeakMap<Command, Uint8Array>();

/** Small commands that were encoded last. Servers of one process write the same ones at about the same time. */
const RECENT_MAX = 8;
const recent: { command: Command | null; bytes: Uint8Array }[] = Array.from({ length: RECENT_MAX }, () => ({
  command: null,
  bytes: new Uint8Array(0),
}));
let recentAt = 0;

function smallCommandBytes(command: Command): Uint8Array {
  for (let i = 0; i < RECENT_MAX; i++) {
    const known = recent[i];
    if (known?.command === command) return known.bytes;
  }
  const slot = recent[recentAt] as (typeof recent)[number];
  recentAt = (recentAt + 1) % RECENT_MAX;
  slot.bytes = encodeCommand(command);
  slot.command = command;
  return slot.bytes;
}

/** The bytes of {@link encodeCommand}; of one command object they are made once, or seldom. Not to be written to. */
export function commandBytes(command: Command): Uint8Array {
  if (commandSizeBytes(command) < MEMO_BYTES_MIN) return smallCommandBytes(command);
  const known = encoded.get(command);
  if (known !== undefined) return known;
  const bytes = encodeCommand(command);
  encoded.set(command, bytes);
  return bytes;
}

/** Writes a bytes field with what {@link commandBytes} gives, a small command without making those bytes first. */
export function writeCommandField(writer: Writer, field: number, command: Command): void {
  if (commandSizeBytes(command) >= MEMO_BYTES_MIN) {
    writer.bytes(field, commandBytes(command));
    return;
  }
  const before = writer.writtenBytes;
  writeCommand(writer, command);
  writer.nested(field, before);
}

/** About what a command costs in a message, in bytes: `sizeBytes` of its entry, the same on every server. */
export function commandSizeBytes(command: Command): number {
  return ENTRY_OVERHEAD_BYTES + command.key.length + command.value.length;
}

/** About what an entry costs beside its key and value. */
const ENTRY_OVERHEAD_BYTES = 32;

/** Fields of a command, last to first. */
export function writeCommand(writer: Writer, command: Command): void {
  assertWithin(command.key.length, KEY_BYTES_MAX, 'a key');
  assertWithin(command.value.length, VALUE_BYTES_MAX, 'a value');
  assert((command.key === EMPTY) === (command.op === 'registerClient'), 'a command has a key unless it opens a session');
  writer.uint(6, command.version);
  writer.byteString(5, command.value);
  writer.byteString(4, command.key);
  writer.uint(3, command.sequenceNum);
  writer.uint(2, command.clientId);
  writer.uint(1, NUMBER_OF[command.op]);
}

/** The fields of a command up to the end of the message being read. What it returns counts only when `reader.problem` is null. */
export function readCommand(reader: Reader): Command {
  let op: CommandOp | null = null;
  let clientId = 0;
  let sequenceNum = 0;
  let key: ByteString = EMPTY;
  let value: ByteString = EMPTY;
  let version = 0;
  while (reader.hasMore()) {
    const tag = reader.tag();
    switch (tag) {
      case (1 << 3) | VARINT:
        op = OP_OF[reader.uint()] ?? null;
        break;
      case (2 << 3) | VARINT:
        clientId = reader.uint();
        break;
      case (3 << 3) | VARINT:
        sequenceNum = reader.uint();
        break;
      case (4 << 3) | BYTES:
        key = reader.byteString(KEY_BYTES_MAX, 'the key');
        break;
      case (5 << 3) | BYTES:
        value = reader.byteString(VALUE_BYTES_MAX, 'the value');
        break;
      case (6 << 3) | VARINT:
        version = reader.uint();
        break;
      default:
        reader.skip(tag, 6);
    }
  }
  if (op === null) reader.fail('the operation is missing or unknown');
  else if (key === EMPTY && op !== 'registerClient') reader.fail(`${op} has an empty key`);
  else if (key !== EMPTY && op === 'registerClient') reader.fail('registerClient has a key');
  return { op: op ?? 'set', clientId, sequenceNum, key, value, version };
}
