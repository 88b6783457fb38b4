import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { NODE_ID_MAX } from '../../../../src/core/wire/limits.js';
import { peerCodec } from '../../../../src/core/wire/protobuf/peer.js';
import { raftMessage } from '../arbitraries.js';
import { keepsTheLaws } from '../codec-laws.js';
import { CommandOp, CommandSchema, EntryKind, PeerMessageSchema } from '../generated/seedstorm_pb.js';
import { twin } from '../twin.js';

keepsTheLaws({ name: 'peer message', arbitrary: raftMessage, encode: peerCodec.encode, decode: peerCodec.decode, twin: twin.peer });

const SET = toBinary(CommandSchema, create(CommandSchema, { op: CommandOp.SET, key: Uint8Array.of(107) }));

interface AnEntry {
  readonly index: bigint;
  readonly term: bigint;
  readonly kind?: number;
  readonly payload?: Uint8Array;
}

function append(prev: readonly [index: bigint, term: bigint], entries: readonly AnEntry[], term = 9n): Uint8Array {
  const value = {
    term,
    prevLogIndex: prev[0],
    prevLogTerm: prev[1],
    entries: entries.map((entry) => ({ kind: EntryKind.NOOP, ...entry })),
  };
  return toBinary(PeerMessageSchema, create(PeerMessageSchema, { kind: { case: 'appendEntries', value } }));
}

describe('a peer message is refused when', () => {
  const cases: readonly (readonly [why: string, bytes: Uint8Array, says: string])[] = [
    ['it is empty', Uint8Array.of(), 'peer message: its kind is missing or unknown'],
    ['it is of a kind from the future', Uint8Array.of(0x3a, 0), 'peer message: its kind is missing or unknown'],
    ['it is two', Uint8Array.of(0x12, 0, 0x12, 0), 'peer message: there are two messages in one'],
    ['a field has the wrong wire type', Uint8Array.of(0x12, 2, 0x0a, 0), 'peer message: field 1 has the wrong wire type 2'],
    ['its kind has the wrong wire type', Uint8Array.of(0x10, 1), 'peer message: field 2 has the wrong wire type 0'],
    ['a field has number 0', Uint8Array.of(0x12, 2, 0x00, 0), 'peer message: a field has an impossible number'],
    ['a field belongs to a group', Uint8Array.of(0x12, 1, 0x7b), 'peer message: field 15 has the unknown wire type 3'],
    ['it ends inside a varint', Uint8Array.of(0x12, 2, 0x08, 0x80), 'peer message: the message ends inside a varint'],
    [
      'a varint never ends',
      Uint8Array.of(0x12, 12, 0x08, ...Array<number>(11).fill(0x80)),
      'peer message: a varint has more than 10 bytes',
    ],
    ['it is shorter than it says', Uint8Array.of(0x12, 5, 0x08, 1), 'peer message: the message is cut short'],
    ['an unknown field is shorter than it says', Uint8Array.of(0x12, 2, 0x7a, 9), 'peer message: an unknown field is cut short'],
    ['an unknown number of 8 bytes is cut', Uint8Array.of(0x12, 2, 0x79, 9), 'peer message: the message ends inside a field'],
    [
      'a term is 2^53',
      Uint8Array.of(0x12, 9, 0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10),
      'peer message: a number is above 2^53-1',
    ],
    ['a candidate is nobody', Uint8Array.of(0x0a, 2, 0x08, 1), 'peer message: a vote is asked for nobody'],
    [
      'a candidate is out of range',
      toBinary(PeerMessageSchema, create(PeerMessageSchema, { kind: { case: 'requestVote', value: { candidateId: NODE_ID_MAX + 1 } } })),
      `peer message: node id ${NODE_ID_MAX + 1} is above ${NODE_ID_MAX}`,
    ],
    [
      'entries have a gap',
      append(
        [4n, 2n],
        [
          { index: 5n, term: 2n },
          { index: 7n, term: 2n },
        ],
      ),
      'peer message: entry 7 follows 5',
    ],
    ['entries do not follow the previous one', append([4n, 2n], [{ index: 6n, term: 2n }]), 'peer message: entry 6 follows 4'],
    [
      'an entry comes twice',
      append(
        [4n, 2n],
        [
          { index: 5n, term: 2n },
          { index: 5n, term: 2n },
        ],
      ),
      'peer message: entry 5 follows 5',
    ],
    [
      'terms go down',
      append(
        [4n, 2n],
        [
          { index: 5n, term: 3n },
          { index: 6n, term: 2n },
        ],
      ),
      'peer message: entry 6 has term 2, below the 3 before it',
    ],
    ['terms go down at once', append([4n, 2n], [{ index: 5n, term: 1n }]), 'peer message: entry 5 has term 1, below the 2 before it'],
    [
      'an entry is from the future',
      append([4n, 2n], [{ index: 5n, term: 3n }], 2n),
      'peer message: a leader of term 2 has an entry of term 3',
    ],
    ['an entry has no index', append([0n, 0n], [{ index: 0n, term: 1n }]), 'peer message: an entry has no index'],
    [
      'an entry is of an unknown kind',
      append([0n, 0n], [{ index: 1n, term: 1n, kind: 9 }]),
      'peer message: entry 1 is of the unknown kind 9',
    ],
    ['a no-op has a payload', append([0n, 0n], [{ index: 1n, term: 1n, payload: SET }]), 'peer message: entry 1 should not have a payload'],
    [
      'a command has none',
      append([0n, 0n], [{ index: 1n, term: 1n, kind: EntryKind.COMMAND }]),
      'peer message: entry 1 should have a payload',
    ],
    [
      'a payload is no command',
      append([0n, 0n], [{ index: 1n, term: 1n, kind: EntryKind.COMMAND, payload: Uint8Array.of(0x10, 1) }]),
      'peer message: the operation is missing or unknown',
    ],
    [
      'a snapshot covers nothing',
      toBinary(PeerMessageSchema, create(PeerMessageSchema, { kind: { case: 'installSnapshot', value: { term: 1n } } })),
      'peer message: a snapshot covers nothing',
    ],
  ];

  test.each(cases)('%s', (_why, bytes, problem) => {
    expect(peerCodec.decode(bytes)).toEqual({ ok: false, problem });
  });

  test('the largest numbers pass, so the bounds are where they are said to be', () => {
    const max = BigInt(Number.MAX_SAFE_INTEGER);
    expect(peerCodec.decode(append([max - 1n, max], [{ index: max, term: max }], max)).ok).toBe(true);
  });
});
