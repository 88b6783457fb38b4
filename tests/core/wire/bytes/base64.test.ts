import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64Of, bytesOfBase64 } from '../../../../src/core/wire/bytes/base64.js';
import { byteString } from '../arbitraries.js';

test('what we write is what Node writes, and is read back', () => {
  fc.assert(
    fc.property(byteString, (bytes) => {
      expect(base64Of(bytes)).toBe(Buffer.from(bytes, 'latin1').toString('base64'));
      expect(bytesOfBase64(base64Of(bytes))).toBe(bytes);
    }),
    { seed: 1, numRuns: 1_000 },
  );
});

test('one text for each bytes: what is read is written back as it was, or is refused', () => {
  const text = fc.string({ unit: fc.constantFrom(...'AQgwz9+/='), maxLength: 12 });
  fc.assert(
    fc.property(text, (given) => {
      const bytes = bytesOfBase64(given);
      if (bytes !== null) expect(base64Of(bytes)).toBe(given);
    }),
    { seed: 1, numRuns: 5_000 },
  );
});

test.each(['A', 'AA', 'AAA', 'A===', '====', 'AQ=A', 'AB==', 'AAB=', 'AA\nA', 'AA A', 'AA-_'])('%j is not base64', (text) => {
  expect(bytesOfBase64(text)).toBeNull();
});
