import { expect, test } from 'vitest';
import type { ByteString } from '../../../../src/core/base/bytestring.js';
import { logIndex, nodeId, term } from '../../../../src/core/base/units.js';
import type { Command } from '../../../../src/core/store/command.js';
import { encodeCommand } from '../../../../src/core/wire/protobuf/command.js';
import { peerCodec } from '../../../../src/core/wire/protobuf/peer.js';
import { requestCodec } from '../../../../src/core/wire/protobuf/request.js';
import { responseCodec } from '../../../../src/core/wire/protobuf/response.js';

test('an encoder that broke off in the middle leaves nothing behind for the next message', () => {
  const command: Command = { op: 'set', clientId: 0, sequenceNum: 0, key: 'k' as ByteString, value: '' as ByteString, version: 0 };
  const vote = {
    kind: 'requestVote',
    term: term(1),
    candidateId: nodeId(1),
    lastLogIndex: logIndex(1),
    lastLogTerm: term(1),
    isPreVote: true,
  } as const;
  const encoders: readonly (readonly [good: () => Uint8Array, bad: () => Uint8Array])[] = [
    [() => encodeCommand(command), () => encodeCommand({ ...command, clientId: -1 })],
    [() => requestCodec.encode({ kind: 'status', id: 1 }), () => requestCodec.encode({ kind: 'command', id: -1, command })],
    [
      () => responseCodec.encode({ kind: 'leader', id: 1, leaderHint: nodeId(1) }),
      () => responseCodec.encode({ kind: 'leader', id: -1, leaderHint: nodeId(1) }),
    ],
    [() => peerCodec.encode(vote), () => peerCodec.encode({ ...vote, term: term(-1) })],
  ];
  for (const [good, bad] of encoders) {
    const expected = good();
    expect(bad).toThrow('numbers on the wire are whole');
    expect(good()).toEqual(expected);
  }
});
