import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringOf, bytesOf, type ByteString } from '../../../../src/core/base/bytestring.js';
import { KEY_BYTES_MAX } from '../../../../src/core/wire/limits.js';
import { changeText, field, lineCodec, lineOf, LineReader, textLine, token, type Change } from '../../../../src/core/wire/text/lines.js';
import { byteString, counter } from '../arbitraries.js';

const bs = (text: string): ByteString => text as ByteString;
const reader = (text: string): LineReader => new LineReader(bs(text));

/** Bytes in which what has a meaning on a line is frequent. */
const awkward = fc
  .array(fc.constantFrom(0x0a, 0x0d, 0x20, 0x3d, 0x41, 0xff), { maxLength: 6 })
  .map((list) => byteStringOf(Uint8Array.from(list)));
const bytes = fc.oneof(byteString, awkward);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ op: fc.constant('set' as const), key: bytes, value: bytes }),
  fc.record({ op: fc.constant('delete' as const), key: bytes }),
);

describe('a change', () => {
  test('is read as it was written, whatever bytes are in it, and is one line', () => {
    fc.assert(
      fc.property(change, (given) => {
        const line = reader(`X ${changeText(given)}`);
        expect(line.result(line.change())).toEqual({ ok: true, value: given });
        expect(changeText(given)).not.toMatch(/[\r\n]/);
      }),
      { seed: 1, numRuns: 3_000 },
    );
  });

  test('is written as a person would, where that says all', () => {
    expect(changeText({ op: 'set', key: bs('a'), value: bs('two words ') })).toBe('SET a two words ');
    expect(changeText({ op: 'set', key: bs('a'), value: bs('') })).toBe('SET a ');
    expect(changeText({ op: 'delete', key: bs('a=b') })).toBe('DELETE a=b');
    expect(changeText({ op: 'set', key: bs('a'), value: bs('x\ny') })).toBe('SET_BASE64 YQ== eAp5');
    expect(changeText({ op: 'delete', key: bs('a b') })).toBe('DELETE_BASE64 YSBi');
  });

  test.each([
    ['X', 'SET or DELETE is missing'],
    ['X GET a', 'a change begins with SET, DELETE, SET_BASE64 or DELETE_BASE64'],
    ['X SET', 'the key is missing'],
    ['X SET a', 'the value is missing'],
    ['X SET  v', 'the key is empty'],
    ['X DELETE a b', 'something stands behind its end'],
    ['X SET_BASE64 YQ= YQ==', 'the key is not base64'],
    ['X SET_BASE64 YQ==', 'the value is missing'],
    ['X SET_BASE64 YQ== !', 'the value is not base64'],
    [`X DELETE ${'k'.repeat(KEY_BYTES_MAX + 1)}`, `the key is longer than ${KEY_BYTES_MAX} bytes`],
  ])('%j is refused', (text, problem) => {
    const line = reader(text);
    expect(line.result(line.change())).toEqual({ ok: false, problem: `X: ${problem}` });
  });
});

test('a token is read as it was written, whatever bytes are in it, and is one word', () => {
  fc.assert(
    fc.property(bytes, bytes, (first, second) => {
      const line = reader(lineOf('X', field('n', 1), token(first), token(second)));
      expect(line.result([line.whole('n'), line.token('one'), line.token('two')])).toEqual({ ok: true, value: [1, first, second] });
    }),
    { seed: 1, numRuns: 2_000 },
  );
  expect([token(bs('plain')), token(bs('a=b')), token(bs('')), token(bs('two words'))]).toEqual(['plain', '=YT1i', '=', '=dHdvIHdvcmRz']);
});

describe('fields', () => {
  test('are read in any order, and end where the first other word stands', () => {
    const line = reader('REPLICATE position=17 epoch=3 SET a=b c=d');
    const epoch = line.whole('epoch');
    const position = line.whole('position');
    expect(line.result({ epoch, position, change: line.change() })).toEqual({
      ok: true,
      value: { epoch: 3, position: 17, change: { op: 'set', key: 'a=b', value: 'c=d' } },
    });
  });

  test('may be absent where the reader says so', () => {
    const line = reader('REPLICATE SET a 1');
    expect([line.optionalWhole('epoch'), line.optional('name')]).toEqual([null, null]);
    expect(line.result(line.change()).ok).toBe(true);
  });

  test('numbers are read as they were written', () => {
    fc.assert(
      fc.property(counter, fc.boolean(), (n, isSo) => {
        const line = reader(lineOf('X', String(n), field('n', n), field('so', isSo)));
        expect(line.result([line.wholeWord('number'), line.whole('n'), line.flag('so')])).toEqual({ ok: true, value: [n, n, isSo] });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test.each([
    ['X n=1 so=true more=2', 'more= is not known'],
    ['X n=1 n=1 so=true', 'n= stands there twice'],
    ['X so=true', 'n= is missing'],
    ['X n=01 so=true', 'n is not a whole number from 0 to 2^53-1'],
    ['X n=-1 so=true', 'n is not a whole number from 0 to 2^53-1'],
    ['X n= so=true', 'n is not a whole number from 0 to 2^53-1'],
    ['X n=9007199254740992 so=true', 'n is not a whole number from 0 to 2^53-1'],
    ['X n=1 so=yes', 'so is neither true nor false'],
    ['X n=1 so=true ', 'something stands behind its end'],
    ['X n=1 so=true tail', 'something stands behind its end'],
  ])('%j is refused', (text, problem) => {
    const line = reader(text);
    expect(line.result([line.whole('n'), line.flag('so')])).toEqual({ ok: false, problem: `X: ${problem}` });
  });
});

describe('a codec of lines', () => {
  const codec = lineCodec<{ readonly kind: 'ack' | 'nack'; readonly id: number; readonly reason: ByteString }>({
    write: ({ kind, id, reason }) => (kind === 'ack' ? lineOf('ACK', String(id)) : lineOf('NACK', String(id), reason)),
    read: {
      ACK: (line) => ({ kind: 'ack', id: line.wholeWord('the write id'), reason: bs('') }),
      NACK: (line) => ({ kind: 'nack', id: line.wholeWord('the write id'), reason: line.rest() }),
    },
  });
  const decode = (text: string) => codec.decode(bytesOf(bs(text)));

  test('writes a line without its end, and reads it', () => {
    const nack = { kind: 'nack', id: 7, reason: bs('disk full ') } as const;
    expect(byteStringOf(codec.encode(nack))).toBe('NACK 7 disk full ');
    expect(codec.decode(codec.encode(nack))).toEqual({ ok: true, value: nack });
  });

  test('overlooks a carriage return at the end, as lines that were typed may have one', () => {
    expect(decode('ACK 7\r')).toEqual({ ok: true, value: { kind: 'ack', id: 7, reason: '' } });
  });

  test.each([
    ['', 'unknown message; known are ACK NACK'],
    ['ack 7', 'unknown message; known are ACK NACK'],
    ['constructor 7', 'unknown message; known are ACK NACK'],
    ['ACK', 'ACK: the write id is missing'],
    ['ACK seven', 'ACK: the write id is not a whole number from 0 to 2^53-1'],
    ['ACK 7\nACK 8', 'a message is one line, and a line feed stands in this one'],
  ])('%j is refused in one line', (text, problem) => {
    expect(decode(text)).toEqual({ ok: false, problem });
  });

  test('never throws, whatever comes', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        expect(typeof codec.decode(bytesOf(given)).ok).toBe('boolean');
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });
});

test('what is said to a person is one line', () => {
  expect(textLine('a\r\nb')).toBe('a  b\n');
});
