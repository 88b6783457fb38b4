import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringOf, bytesOf, type ByteString } from '../../../../src/core/base/bytestring.js';
import { onLineBytes, openLines } from '../../../../src/core/wire/text/line-stream.js';

const bytes = (text: string): Uint8Array => bytesOf(text as ByteString);

describe('a stream of lines', () => {
  test('gives the same lines however it is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\xff'), maxLength: 40 });
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), (whole, cuts) => {
        const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
        let stream = openLines(100);
        const lines: string[] = [];
        places.slice(1).forEach((end, i) => {
          const read = onLineBytes(stream, bytes(whole.slice(places[i], end)));
          stream = read.stream;
          lines.push(...read.lines);
        });
        expect(lines).toEqual(
          whole
            .split('\n')
            .slice(0, -1)
            .map((line) => line.replace(/\r$/, '')),
        );
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  test('bears a line of its maximum, and no longer one, whether or not its end has come', () => {
    expect(onLineBytes(openLines(3), bytes('abc\r\nx\n'))).toMatchObject({ lines: ['abc', 'x'], isTooLong: false });
    expect(onLineBytes(openLines(3), bytes('ok\nabcd\nx\n'))).toMatchObject({ lines: ['ok'], isTooLong: true });
    expect(onLineBytes(openLines(3), bytes('abcd'))).toMatchObject({ isTooLong: false }); // it may be a carriage return that comes
    expect(onLineBytes(openLines(3), bytes('abcde'))).toMatchObject({ isTooLong: true });
  });

  test('keeps no view of the piece it was given', () => {
    const piece = bytes('ab');
    const { stream } = onLineBytes(openLines(9), piece);
    piece.fill(0x7a);
    expect(onLineBytes(stream, bytes('c\n')).lines).toEqual(['abc']);
    expect(byteStringOf(piece)).toBe('zz');
  });
});
