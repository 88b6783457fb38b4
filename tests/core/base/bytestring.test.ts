import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY, byteStringFromText, byteStringOf, bytesOf, writeByteString } from '../../../src/core/base/bytestring.js';

const bytes = fc.uint8Array({ maxLength: 300, size: 'max' });

test('bytes come back as they went in, also beyond one chunk', () => {
  fc.assert(
    fc.property(bytes, (some) => {
      expect(bytesOf(byteStringOf(some))).toEqual(some);
    }),
  );
  const many = Uint8Array.from({ length: 10_000 }, (_, i) => i % 251);
  expect(bytesOf(byteStringOf(many))).toEqual(many);
  expect(bytesOf(EMPTY)).toEqual(new Uint8Array(0));
});

test('their order is the order of the bytes', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const [x, y] = [byteStringOf(a), byteStringOf(b)];
      expect(x < y ? -1 : x > y ? 1 : 0).toBe(Math.sign(Buffer.compare(a, b)));
    }),
  );
});

test('text becomes UTF-8, lone surrogates U+FFFD, as the Encoding standard says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(bytesOf(byteStringFromText(text))).toEqual(new TextEncoder().encode(text));
    }),
  );
  for (const text of ['\ud800', 'a\udc00b', '\ud83d\ude00', 'é€'])
    expect(bytesOf(byteStringFromText(text))).toEqual(new TextEncoder().encode(text));
});

test('a string is written where it is told to and nowhere else', () => {
  const target = new Uint8Array(5).fill(9);
  writeByteString(target, 1, byteStringFromText('ab'));
  expect([...target]).toEqual([9, 97, 98, 9, 9]);
});
