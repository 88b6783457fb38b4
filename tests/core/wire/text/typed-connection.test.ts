import { describe, expect, test } from 'vitest';
import { byteStringOf } from '../../../../src/core/base/bytestring.js';
import type { Codec } from '../../../../src/core/machine.js';
import { fail, ok } from '../../../../src/core/base/result.js';
import { onTypedBytes, openTyped, typedLine } from '../../../../src/core/wire/text/typed-connection.js';

/** Numbers in words of digits. */
const codec: Codec<number> = {
  encode: (value) => Buffer.from(String(value)),
  decode: (bytes) => {
    const text = byteStringOf(bytes);
    return /^\d+$/.test(text) ? ok(Number(text)) : fail(`${text} is not a number`);
  },
};

function typed(pieces: readonly string[], lineBytesMax = 8): { readonly messages: readonly number[]; readonly output: string } {
  let connection = openTyped(codec, lineBytesMax);
  const messages: number[] = [];
  let output = '';
  for (const piece of pieces) {
    const step = onTypedBytes(connection, Buffer.from(piece));
    connection = step.connection;
    messages.push(...step.messages);
    output += Buffer.from(step.output).toString();
  }
  return { messages, output };
}

describe('messages that a guest types', () => {
  test('come whole, however the stream is cut', () => {
    const text = '1\n22\n333\n';
    for (let cut = 0; cut <= text.length; cut++) {
      expect(typed([text.slice(0, cut), text.slice(cut)])).toEqual({ messages: [1, 22, 333], output: '' });
    }
    expect(typed([...text]).messages).toEqual([1, 22, 333]);
  });

  test('a line that cannot be read gets one line back, and the next one counts', () => {
    expect(typed(['x\n7\n'])).toEqual({ messages: [7], output: 'ERROR x is not a number\n' });
  });

  test('a line without end is answered once and takes no memory', () => {
    const endless = typed(['123456789', ...Array.from({ length: 100 }, () => '9'.repeat(50)), '\n5\n']);
    expect(endless).toEqual({ messages: [5], output: 'ERROR line too long: more than 8 bytes\n' });
  });

  test('a line of HTTP ends it: what stands behind is no message, however it is cut', () => {
    const text = '1\nPOST / HTTP/1.1\r\nHost: a\r\n\r\n2\n';
    const once = { messages: [1], output: 'ERROR this port takes lines of text, not HTTP; the connection is closed\n' };
    for (let cut = 0; cut <= text.length; cut++) expect(typed([text.slice(0, cut), text.slice(cut)], 40)).toEqual(once);
    expect(typed(['Host: a\n3\n'], 40)).toEqual({ ...once, messages: [] });
  });

  test('the longest line that may be is read', () => {
    expect(typed(['12345678\n']).messages).toEqual([12_345_678]);
  });

  test('an answer is a line', () => {
    expect(Buffer.from(typedLine(codec, 42)).toString()).toBe('42\n');
  });
});
