import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CRC_BEGIN, crc32c, crcEnd, crcOf, crcOfU32 } from '../../../src/core/base/crc32c.js';

const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);

/** The definition: the remainder of a polynomial division, bit by bit. */
function crcByDefinition(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  }
  return ~remainder >>> 0;
}

describe('CRC-32C', () => {
  test.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(255), 0x62a8ab43],
    ['32 ascending', ascending, 0x46dd794e],
    ['32 descending', ascending.toReversed(), 0x113fdb5c],
    ['"123456789"', Uint8Array.from('123456789', (c) => c.charCodeAt(0)), 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
  ])('of %s is as RFC 3720 (B.4) and the catalogue say', (_, bytes, expected) => expect(crc32c(bytes)).toBe(expected));

  test('agrees with its definition, whole and in pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100, size: 'max' }), fc.nat({ max: 100 }), (bytes, cut) => {
        const at = Math.min(cut, bytes.length);
        expect(crc32c(bytes)).toBe(crcByDefinition(bytes));
        expect(crcEnd(crcOf(crcOf(CRC_BEGIN, bytes, 0, at), bytes, at, bytes.length))).toBe(crcByDefinition(bytes));
      }),
    );
  });

  test('takes a 32-bit integer as its four bytes, lowest first', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffffff }), fc.integer(), (value, running) => {
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setUint32(0, value, true);
        expect(crcEnd(crcOfU32(running, value))).toBe(crcEnd(crcOf(running, bytes, 0, 4)));
      }),
    );
  });
});
