import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringFromText } from '../../../src/core/base/bytestring.js';
import { nodeId } from '../../../src/core/base/units.js';
import { cut, openCutter, type Cutter, type Unit } from '../../../src/core/proxy/cutter.js';
import { encodeFrame } from '../../../src/core/wire/frames/frame.js';
import { goodbyeFrame, helloFrame, helloOf } from '../../../src/core/wire/frames/hello.js';
import { requestCodec } from '../../../src/core/wire/protobuf/request.js';

const bytesOfText = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** The units of a stream that comes in pieces of these sizes, again and again. */
function units(
  stream: Uint8Array,
  sizes: readonly number[] = [stream.length],
): { readonly units: readonly Unit[]; readonly cutter: Cutter } {
  let cutter = openCutter();
  const found: Unit[] = [];
  for (let at = 0, n = 0; at < stream.length; n++) {
    const size = Math.max(1, sizes[n % sizes.length] ?? 1);
    const step = cut(cutter, stream.subarray(at, at + size));
    cutter = step.cutter;
    found.push(...step.units);
    at += size;
  }
  return { units: found, cutter };
}

const shown = (found: readonly Unit[]) => found.map(({ kind, bytes }) => [kind, textOf(bytes)]);

const hello = helloFrame(helloOf('c', nodeId(1), 'server', nodeId(2)));
const query = (id: number, key: string) => encodeFrame('request', requestCodec.encode({ kind: 'query', id, key: byteStringFromText(key) }));
const POST = 'POST /put HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n{"key":"a"}\n'.replace('11', '12');
const REPLY = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

describe('a stream is cut', () => {
  test('into lines of text, ends included', () => {
    expect(shown(units(bytesOfText('GET a\r\nSET a b c\n\nGET')).units)).toEqual([
      ['message', 'GET a\r\n'],
      ['message', 'SET a b c\n'],
      ['message', '\n'],
    ]);
  });

  test('into frames, of which hello and goodbye are no messages to lose', () => {
    const frames = [hello, query(1, 'a'), query(2, 'b'), goodbyeFrame('enough')];
    const found = units(joined(frames)).units;
    expect(found.map(({ kind }) => kind)).toEqual(['greeting', 'message', 'message', 'greeting']);
    expect(found.map(({ bytes }) => [...bytes])).toEqual(frames.map((frame) => [...frame]));
  });

  test('into messages of HTTP, each with its body', () => {
    expect(shown(units(bytesOfText(POST + POST)).units)).toEqual([
      ['message', POST],
      ['message', POST],
    ]);
    expect(shown(units(bytesOfText(REPLY + REPLY)).units)).toEqual([
      ['message', REPLY],
      ['message', REPLY],
    ]);
    const bare = 'GET /status HTTP/1.1\r\n\r\n';
    expect(shown(units(bytesOfText(bare + bare)).units)).toEqual([
      ['message', bare],
      ['message', bare],
    ]);
  });

  test.each([
    ['a frame with a damaged head', joined([hello, Uint8Array.of(0xfb, 9, 9), query(1, 'a')]), hello.length],
    ['a body in chunks', bytesOfText('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'), 0],
  ])('not from %s on, which passes as it is', (_what, stream, cutBytes) => {
    const found = units(stream, [5]).units;
    expect(joined(found.map(({ bytes }) => bytes))).toEqual(Uint8Array.from(stream));
    const opaque = found.filter(({ kind }) => kind === 'opaque').reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(opaque).toBe(stream.length - cutBytes);
  });

  test('the same way, however it came, and no byte is lost or changed', () => {
    const stream = fc.oneof(
      fc
        .array(
          fc.oneof(
            fc.constant(hello),
            fc.string({ minLength: 1, maxLength: 300 }).map((key) => query(3, key)),
          ),
          { maxLength: 6 },
        )
        .map(joined),
      fc.string({ maxLength: 200 }).map(bytesOfText),
      fc.array(fc.constantFrom(POST, REPLY), { maxLength: 4 }).map((parts) => bytesOfText(parts.join(''))),
      fc.uint8Array({ maxLength: 300 }),
    );
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }), (bytes, sizes) => {
        const whole = units(bytes);
        const pieces = units(bytes, sizes);
        const held = pieces.cutter.held.pieces;
        expect(joined([...pieces.units.map((unit) => unit.bytes), ...held])).toEqual(Uint8Array.from(bytes));
        const messages = (found: readonly Unit[]) => shown(found.filter(({ kind }) => kind !== 'opaque'));
        expect(messages(pieces.units)).toEqual(messages(whole.units));
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });
});
