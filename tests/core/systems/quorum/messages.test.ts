import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, byteStringOf, EMPTY, type ByteString } from '../../../../src/core/base/bytestring.js';
import { quorumCodecs, WRITE_ID_MAX, type QuorumMessage } from '../../../../src/core/systems/quorum/messages.js';
import { K, quorumOf, text } from './quorum.js';

const { encode, decode } = quorumCodecs.message;
const read = (line: string) => decode(bytesOf(text(line)));
const written = (message: QuorumMessage): string => byteStringOf(encode(message));

describe('what people type, as the document has it', () => {
  test.each<[string, QuorumMessage]>([
    ['REPLICATE_SYNC 7 SET a 1', { kind: 'replicate', key: text('a'), cell: { writeId: 7, version: 1, value: text('1') } }],
    [
      'REPLICATE_SYNC 7 SET a hello world\r',
      { kind: 'replicate', key: text('a'), cell: { writeId: 7, version: 1, value: text('hello world') } },
    ],
    ['REPLICATE_SYNC 8 DELETE a', { kind: 'replicate', key: text('a'), cell: { writeId: 8, version: 0, value: null } }],
    ['ACK 7', { kind: 'ack', writeId: 7 }],
    ['NACK 7 disk full', { kind: 'nack', writeId: 7, reason: 'disk full' }],
    ['READ_SYNC 3 a', { kind: 'read', readId: 3, key: text('a') }],
  ])('%s', (line, message) => {
    expect(read(line)).toEqual({ ok: true, value: message });
  });

  test('is answered by a server: ACK, and what it holds', () => {
    const servers = quorumOf(3);
    const guest = 1_000_000_001;
    const say = (line: string): string => {
      const message = read(line);
      if (!message.ok) throw new Error(message.problem);
      servers.hear(2, guest, message.value);
      servers.disk(2);
      const [answer] = servers.flying.splice(0);
      return answer === undefined ? '' : written(answer.message);
    };
    expect(say('REPLICATE_SYNC 7 SET a 1')).toBe('ACK 7');
    expect(say('REPLICATE_SYNC 6 SET a 0')).toBe('ACK 6');
    expect(say('READ_SYNC 1 a')).toBe('HOLDS 1 write_id=7 version=1 settled=false SET a 1');
    expect(say('READ_SYNC 2 b')).toBe('HOLDS 2 write_id=0 version=0 settled=true DELETE b');
  });
});

test.each([
  ['REPLICATE_SYNC SET a 1', 'REPLICATE_SYNC: the write id is not a whole number from 0 to 2^53-1'],
  ['REPLICATE_SYNC 0 SET a 1', 'REPLICATE_SYNC: the write id is not 1 or more'],
  [`REPLICATE_SYNC ${WRITE_ID_MAX + 1} SET a 1`, `REPLICATE_SYNC: the write id is above ${WRITE_ID_MAX}`],
  ['REPLICATE_SYNC 7 SET a', 'REPLICATE_SYNC: the value is missing'],
  ['ACK', 'ACK: the write id is missing'],
  ['ACK 7 8', 'ACK: something stands behind its end'],
  ['READ_SYNC 1 =', 'READ_SYNC: the key is not 1 to 65536 bytes long'],
  ['HELLO', 'unknown message; known are REPLICATE_SYNC ACK NACK READ_SYNC HOLDS'],
])('%s is refused with one line', (line, problem) => {
  expect(read(line)).toEqual({ ok: false, problem });
});

const key = fc.uint8Array({ minLength: 1, maxLength: 20 }).map(byteStringOf);
const value = fc.option(fc.uint8Array({ maxLength: 30 }).map(byteStringOf));
const cell = fc
  .record({ writeId: fc.integer({ min: 1, max: WRITE_ID_MAX }), version: fc.nat(), value })
  .map((made) => (made.value === null ? { ...made, version: 0 } : made));
const message: fc.Arbitrary<QuorumMessage> = fc.oneof(
  fc.record({ kind: fc.constant('replicate' as const), key, cell }),
  fc.record({ kind: fc.constant('ack' as const), writeId: fc.maxSafeNat() }),
  fc.record({ kind: fc.constant('nack' as const), writeId: fc.maxSafeNat(), reason: fc.constantFrom('starting', 'no space left') }),
  fc.record({ kind: fc.constant('read' as const), readId: fc.maxSafeNat(), key }),
  fc.record({ kind: fc.constant('holds' as const), readId: fc.maxSafeNat(), key, cell, isSettled: fc.boolean() }),
);

test('every message comes back as it was, whatever bytes its key and value have', () => {
  fc.assert(
    fc.property(message, (sent) => {
      const bytes = encode(sent);
      expect(bytes.includes(10)).toBe(false);
      expect(decode(bytes)).toEqual({ ok: true, value: sent });
    }),
    { seed: 1, numRuns: 2_000 },
  );
});

test('any bytes are a message or one line that says what is wrong', () => {
  const line = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    message.chain((sent) =>
      fc.nat().map((at) => {
        const bytes = encode(sent);
        bytes[at % bytes.length] = at % 256;
        return bytes;
      }),
    ),
  );
  fc.assert(
    fc.property(line, (bytes) => {
      const found = decode(bytes);
      if (!found.ok) expect(found.problem).toMatch(/^[^\n]+$/);
    }),
    { seed: 1, numRuns: 2_000 },
  );
});

test('an empty value is a value', () => {
  const sent: QuorumMessage = { kind: 'replicate', key: K, cell: { writeId: 1, version: 1, value: EMPTY as ByteString } };
  expect(decode(encode(sent))).toEqual({ ok: true, value: sent });
});
