import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameBytes, Piece, StreamEnd, cutAnywhere, damaged, readAlone } from '../../../src/sim/network/byte-stream.js';

const draw = fc.integer({ min: 0, max: 4_294_967_295 }).map((bits) => bits / 4_294_967_296);
const payload = fc.uint8Array({ maxLength: 200 });

const bitsThatDiffer = (one: Uint8Array, other: Uint8Array): number =>
  one.reduce((sum, byte, i) => sum + (byte ^ (other[i] as number)).toString(2).replaceAll('0', '').length, 0);

describe('the end of a stream', () => {
  test('gives whole messages in the order in which they went in, wherever the bytes are cut and however the pieces are joined', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(payload, draw, draw, fc.boolean()), { maxLength: 10 }), (messages) => {
        const end = new StreamEnd();
        const pieces: Piece[] = [];
        for (const [message, one, other, joins] of messages) {
          const frame = new FrameBytes('peer', message);
          end.sends(frame);
          for (const part of cutAnywhere(frame.bytes, one, other)) {
            const last = pieces.at(-1);
            if (joins && last !== undefined) last.parts.push(part);
            else pieces.push(new Piece(part, false));
          }
        }
        const readings = pieces.map((piece) => end.read(piece));
        expect(readings.flatMap(({ payloads }) => payloads.map((bytes) => [...bytes]))).toEqual(messages.map(([message]) => [...message]));
        expect(readings.every(({ problem, isForged }) => problem === null && !isForged)).toBe(true);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('never gives a damaged frame, says so with its last byte, and gives nothing behind it', () => {
    fc.assert(
      fc.property(payload, draw, draw, (message, where, cut) => {
        const end = new StreamEnd();
        const frame = new FrameBytes('request', message);
        end.sends(frame);
        const readings = cutAnywhere(damaged(frame.bytes, where), cut, 1 - cut).map((part) => end.read(new Piece(part, false)));
        expect(readings.flatMap(({ payloads }) => payloads)).toEqual([]);
        expect(readings.at(-1)?.problem).not.toBeNull();
        const next = new FrameBytes('request', message);
        end.sends(next);
        expect(end.read(new Piece(next.bytes, false)).payloads).toEqual([]);
      }),
      { seed: 1, numRuns: 3_000 },
    );
  });

  test('accuses a reader that takes something for a message that nobody sent', () => {
    const end = new StreamEnd();
    end.sends(new FrameBytes('peer', Uint8Array.of(1)));
    expect(end.read(new Piece(new FrameBytes('peer', Uint8Array.of(2)).bytes, false)).isForged).toBe(true);
    expect(new StreamEnd().read(new Piece(new FrameBytes('peer', Uint8Array.of(2)).bytes, false)).isForged).toBe(true);
  });
});

test('damage is one to three bits, each of these in some frames, and leaves the original alone', () => {
  const { bytes } = new FrameBytes('peer', new Uint8Array(40));
  const before = [...bytes];
  const counts = Array.from({ length: 1_000 }, (_, i) => bitsThatDiffer(bytes, damaged(bytes, (i * 0.618_033_988_7) % 1)));
  expect(new Set(counts)).toEqual(new Set([1, 2, 3]));
  expect([...bytes]).toEqual(before);
});

test('a frame that comes by itself is read by itself', () => {
  expect(readAlone(new Piece(new FrameBytes('peer', Uint8Array.of(7)).bytes, true))).toEqual({
    payloads: [Uint8Array.of(7)],
    problem: null,
    isForged: false,
  });
});
