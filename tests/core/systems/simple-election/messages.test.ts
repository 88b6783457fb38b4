import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, byteStringOf } from '../../../../src/core/base/bytestring.js';
import { nodeId, term } from '../../../../src/core/base/units.js';
import { NODE_ID_MAX } from '../../../../src/core/wire/limits.js';
import { electionCodecs, type ElectionMessage } from '../../../../src/core/systems/simple-election/messages.js';
import { KEPT_DATA } from '../../../../src/core/systems/simple-election/data.js';
import { text } from './election.js';

const { encode, decode } = electionCodecs.message;

test.each([
  'HEARTBEAT term=5 leader=node1',
  'VOTE_REQUEST term=6 candidate=node2',
  'VOTE_RESPONSE term=6 granted=true',
  'VOTE_RESPONSE term=6 granted=false',
  'REPLICATE_SYNC 7 term=6 version=3 SET a hello world',
  'REPLICATE_SYNC 7 term=6 version=0 DELETE a',
  'ACK 7',
  'NACK 7 stale_term',
])('%s is read, and written the same', (line) => {
  const message = decode(bytesOf(text(line)));
  if (!message.ok) throw new Error(message.problem);
  expect(byteStringOf(encode(message.value))).toBe(line);
});

test.each([
  ['HEARTBEAT term=5', 'HEARTBEAT: leader= is missing'],
  ['VOTE_REQUEST term=six candidate=node2', 'VOTE_REQUEST: term is not a whole number from 0 to 2^53-1'],
  ['VOTE_REQUEST term=6 candidate=2', 'VOTE_REQUEST: candidate= is not node1, node2 and so on'],
  [`HEARTBEAT term=6 leader=node${NODE_ID_MAX + 1}`, 'HEARTBEAT: leader= is not node1, node2 and so on'],
  ['VOTE_RESPONSE term=6 granted=yes', 'VOTE_RESPONSE: granted is neither true nor false'],
  ['VOTE', 'unknown message; known are HEARTBEAT VOTE_REQUEST VOTE_RESPONSE REPLICATE_SYNC ACK NACK'],
])('%s is refused with one line', (line, problem) => {
  expect(decode(bytesOf(text(line)))).toEqual({ ok: false, problem });
});

const someTerm = fc.nat().map(term);
const node = fc.integer({ min: 1, max: NODE_ID_MAX }).map(nodeId);
const key = fc.uint8Array({ minLength: 1, maxLength: 20 }).map(byteStringOf);
const cell = fc
  .record({ version: fc.integer({ min: 1 }), value: fc.option(fc.uint8Array({ maxLength: 20 }).map(byteStringOf)) })
  .map((made) => (made.value === null ? { ...made, version: 0 } : made));
const message: fc.Arbitrary<ElectionMessage> = fc.oneof(
  fc.record({ kind: fc.constant('heartbeat' as const), term: someTerm, leader: node }),
  fc.record({ kind: fc.constant('voteRequest' as const), term: someTerm, candidate: node }),
  fc.record({ kind: fc.constant('voteResponse' as const), term: someTerm, granted: fc.boolean() }),
  fc.record({ kind: fc.constant('replicate' as const), writeId: fc.maxSafeNat(), term: someTerm, key, cell }),
  fc.record({ kind: fc.constant('ack' as const), writeId: fc.maxSafeNat() }),
);

test('every message comes back as it was', () => {
  fc.assert(
    fc.property(message, (sent) => {
      expect(decode(encode(sent))).toEqual({ ok: true, value: sent });
    }),
    { seed: 1, numRuns: 2_000 },
  );
});

test('entries and snapshots of the journal come back as they were, and any bytes give one line', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ key, cell }), { maxLength: 12 }), (entries) => {
      let data = KEPT_DATA.first;
      for (const entry of entries) {
        expect(KEPT_DATA.decodeEntry(KEPT_DATA.encodeEntry(entry))).toEqual({ ok: true, value: entry });
        data = KEPT_DATA.apply(data, 0 as never, entry).state;
      }
      const decoded = KEPT_DATA.decodeState(KEPT_DATA.encodeState(data));
      if (!decoded.ok) throw new Error(decoded.problem);
      const listed: unknown[] = [];
      const listedAgain: unknown[] = [];
      data.keys.scan(undefined, (name, at) => listed.push([name, at]) > 0);
      decoded.value.keys.scan(undefined, (name, at) => listedAgain.push([name, at]) > 0);
      expect(listedAgain).toEqual(listed);
    }),
    { seed: 1, numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      for (const found of [KEPT_DATA.decodeEntry(bytes), KEPT_DATA.decodeState(bytes)])
        if (!found.ok) expect(found.problem).toMatch(/^[^\n]+$/);
    }),
    { seed: 1, numRuns: 500 },
  );
});
