import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringOf, bytesOf, type ByteString } from '../../../../src/core/base/bytestring.js';
import { messageCodec } from '../../../../src/core/systems/primary-replica/codec.js';
import type { PeerMessage } from '../../../../src/core/systems/primary-replica/messages.js';
import { byteString, counter } from '../../wire/arbitraries.js';

const bs = (text: string): ByteString => text as ByteString;
const awkward = fc
  .array(fc.constantFrom(0x0a, 0x0d, 0x20, 0x3d, 0x41, 0xff), { maxLength: 6 })
  .map((list) => byteStringOf(Uint8Array.from(list)));
const bytes = fc.oneof(byteString, awkward);
const epoch = counter.map((n) => Math.max(1, n));
const change = fc.oneof(
  fc.record({ op: fc.constant('set' as const), key: bytes, value: bytes }),
  fc.record({ op: fc.constant('delete' as const), key: bytes }),
);
const message: fc.Arbitrary<PeerMessage> = fc.oneof(
  fc.record({ kind: fc.constant('join' as const), join: counter, piece: counter }),
  fc.record({ kind: fc.constant('follow' as const), epoch, position: counter, isGap: fc.boolean() }),
  fc.record({
    kind: fc.constant('snapshot' as const),
    join: counter,
    piece: counter,
    isLast: fc.boolean(),
    epoch,
    position: counter,
    entries: fc.array(fc.record({ key: bytes, version: counter, value: bytes }), { maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant('replicate' as const), epoch, position: counter, version: counter, change }),
  fc.record({ kind: fc.constant('replicate' as const), epoch: fc.constant(0), position: fc.constant(0), version: fc.constant(0), change }),
  fc.record({ kind: fc.constant('resync' as const), epoch, position: counter }),
  fc.record({ kind: fc.constant('refuse' as const), join: counter, reason: fc.constantFrom(bs(''), bs('this server is a replica')) }),
  fc.constant({ kind: 'promote' } as const),
  fc.record({ kind: fc.constant('primary' as const), epoch }),
);

const encode = (value: PeerMessage): string => byteStringOf(messageCodec.encode(value));
const decode = (line: string) => messageCodec.decode(bytesOf(bs(line)));

describe('a message on a line', () => {
  test('is read as it was written, and is one line', () => {
    fc.assert(
      fc.property(message, (value) => {
        const line = messageCodec.encode(value);
        expect(messageCodec.decode(line)).toEqual({ ok: true, value });
        expect(byteStringOf(line)).not.toMatch(/[\r\n]/);
      }),
      { seed: 1, numRuns: 4_000 },
    );
  });

  test('looks as the documents tell it, with the place in the history as further words', () => {
    expect(
      encode({ kind: 'replicate', epoch: 3, position: 17, version: 2, change: { op: 'set', key: bs('key'), value: bs('a value') } }),
    ).toBe('REPLICATE epoch=3 position=17 version=2 SET key a value');
    expect(
      encode({
        kind: 'snapshot',
        join: 7,
        piece: 0,
        isLast: true,
        epoch: 3,
        position: 2,
        entries: [{ key: bs('a'), version: 1, value: bs('x y') }],
      }),
    ).toBe('SNAPSHOT join=7 piece=0 last=true epoch=3 position=2 a 1 =eCB5');
  });

  test.each<[string, PeerMessage]>([
    [
      'REPLICATE SET key a value',
      { kind: 'replicate', epoch: 0, position: 0, version: 0, change: { op: 'set', key: bs('key'), value: bs('a value') } },
    ],
    ['REPLICATE DELETE key\r', { kind: 'replicate', epoch: 0, position: 0, version: 0, change: { op: 'delete', key: bs('key') } }],
    ['JOIN', { kind: 'join', join: 0, piece: 0 }],
    ['JOIN localhost:8081', { kind: 'join', join: 0, piece: 0 }],
    ['PROMOTE', { kind: 'promote' }],
  ])('%j, as a person types it, is understood', (line, value) => {
    expect(decode(line)).toEqual({ ok: true, value });
  });

  test.each([
    ['HELLO', 'unknown message; known are JOIN FOLLOW SNAPSHOT REPLICATE RESYNC REFUSE PROMOTE PRIMARY'],
    ['REPLICATE epoch=0 position=1 version=1 SET a 1', 'REPLICATE: epoch is not above 0'],
    ['REPLICATE epoch=1 SET a 1', 'REPLICATE: position= is missing'],
    ['FOLLOW epoch=1 position=1', 'FOLLOW: gap= is missing'],
    ['SNAPSHOT join=1 piece=0 last=true epoch=1 position=1 a', 'SNAPSHOT: a version is missing'],
    ['JOIN here there', 'JOIN: something stands behind its end'],
    ['PROMOTE now', 'PROMOTE: something stands behind its end'],
  ])('%j is refused in one line', (line, problem) => {
    expect(decode(line)).toEqual({ ok: false, problem });
  });

  test('never throws, whatever comes', () => {
    const verb = fc.constantFrom('JOIN', 'FOLLOW', 'SNAPSHOT', 'REPLICATE', 'RESYNC', 'REFUSE', 'PROMOTE', 'PRIMARY');
    fc.assert(
      fc.property(
        verb,
        fc.array(fc.constantFrom('epoch=1', 'position=', 'join=x', 'SET', 'a', '', '=', 'gap=true'), { maxLength: 7 }),
        (first, words) => {
          expect(typeof decode([first, ...words].join(' ')).ok).toBe('boolean');
        },
      ),
      { seed: 1, numRuns: 2_000 },
    );
  });
});
