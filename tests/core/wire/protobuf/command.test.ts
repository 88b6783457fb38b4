import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ByteString } from '../../../../src/core/base/bytestring.js';
import { logIndex, term } from '../../../../src/core/base/units.js';
import type { Entry } from '../../../../src/core/raft/log.js';
import type { RaftMessage } from '../../../../src/core/raft/messages.js';
import type { Command } from '../../../../src/core/store/command.js';
import { commandBytes, commandSizeBytes, decodeCommand, encodeCommand } from '../../../../src/core/wire/protobuf/command.js';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../../../../src/core/wire/limits.js';
import { peerCodec } from '../../../../src/core/wire/protobuf/peer.js';
import { command } from '../arbitraries.js';
import { keepsTheLaws } from '../codec-laws.js';
import { CommandOp, CommandSchema } from '../generated/seedstorm_pb.js';
import { twin } from '../twin.js';

keepsTheLaws({ name: 'command', arbitrary: command, encode: encodeCommand, decode: decodeCommand, twin: twin.command });

describe('a command is refused when', () => {
  const made = (fields: { op: number; key?: Uint8Array; value?: Uint8Array }): Uint8Array =>
    toBinary(CommandSchema, create(CommandSchema, fields));
  const cases: readonly (readonly [why: string, bytes: Uint8Array, says: string])[] = [
    ['it has no operation', made({ op: 0, key: Uint8Array.of(1) }), 'command: the operation is missing or unknown'],
    ['its operation is from the future', made({ op: 77, key: Uint8Array.of(1) }), 'command: the operation is missing or unknown'],
    ['its key is empty', made({ op: CommandOp.PUT }), 'command: put has an empty key'],
    [
      'it opens a session and has a key',
      made({ op: CommandOp.REGISTER_CLIENT, key: Uint8Array.of(1) }),
      'command: registerClient has a key',
    ],
    [
      'its key is too long',
      made({ op: CommandOp.SET, key: new Uint8Array(KEY_BYTES_MAX + 1) }),
      `command: the key has ${KEY_BYTES_MAX + 1} bytes, more than ${KEY_BYTES_MAX}`,
    ],
    [
      'its value is too long',
      made({ op: CommandOp.SET, key: Uint8Array.of(1), value: new Uint8Array(VALUE_BYTES_MAX + 1) }),
      `command: the value has ${VALUE_BYTES_MAX + 1} bytes, more than ${VALUE_BYTES_MAX}`,
    ],
  ];

  test.each(cases)('%s', (_why, bytes, problem) => {
    expect(decodeCommand(bytes)).toEqual({ ok: false, problem });
  });

  test('what decoders would refuse is never encoded', () => {
    const command: Command = { op: 'set', clientId: 0, sequenceNum: 0, key: 'k' as ByteString, value: '' as ByteString, version: 0 };
    expect(() => encodeCommand({ ...command, key: '' as ByteString })).toThrow('a command has a key');
    expect(() => encodeCommand({ ...command, key: 'k'.repeat(KEY_BYTES_MAX + 1) as ByteString })).toThrow('a key is sent within the bound');
    expect(() => encodeCommand({ ...command, version: -1 })).toThrow('numbers on the wire are whole');
    expect(() => encodeCommand({ ...command, version: 0.5 })).toThrow('numbers on the wire are whole');
  });
});

describe('the memo of encoded commands', () => {
  test('a large command object is encoded once', () => {
    const large = { op: 'set', clientId: 1, sequenceNum: 2, key: 'k', value: 'v'.repeat(10_000), version: 0 } as unknown as Command;
    expect(commandBytes(large)).toBe(commandBytes(large));
    expect(commandBytes(large)).toEqual(encodeCommand(large));
  });

  test('it changes no bytes, large or small, alone or in an entry', () => {
    const sized = fc.tuple(command, fc.constantFrom(0, 400, 600)).map(([value, more]) => {
      return { ...value, value: (value.value + '.'.repeat(more)) as ByteString };
    });
    fc.assert(
      fc.property(sized, (value) => {
        expect(commandBytes(value)).toEqual(encodeCommand(value));
        const message = appendOf(value);
        expect(peerCodec.encode(message)).toEqual(twin.peer.write(message));
      }),
    );
  });
});

function appendOf(payload: Command): RaftMessage {
  const entry: Entry = { index: logIndex(5), term: term(2), kind: 'command', payload, sizeBytes: commandSizeBytes(payload) };
  return {
    kind: 'appendEntries',
    term: term(2),
    prevLogIndex: logIndex(4),
    prevLogTerm: term(1),
    leaderCommit: logIndex(3),
    sequence: 9,
    entries: [entry],
  };
}
