import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeFrame,
  openFrameStream,
  readFrames,
  type Frame,
  type FrameKind,
  type FrameStream,
} from '../../../../src/core/wire/frames/frame.js';
import { FRAME_BYTES_MAX } from '../../../../src/core/wire/limits.js';
import { cut } from '../arbitraries.js';

const FIRST_MAX = 64;
const LATER_MAX = 300;
const kind = fc.constantFrom<FrameKind[]>('hello', 'goodbye', 'peer', 'request', 'response');
const frames = fc
  .array(fc.record({ kind, payload: fc.uint8Array({ maxLength: LATER_MAX }) }), { maxLength: 8 })
  .map((all) => all.map((frame, i) => (i === 0 ? { ...frame, payload: frame.payload.slice(0, FIRST_MAX) } : frame)));
const places = fc.array(fc.nat(), { maxLength: 12 });

function read(pieces: readonly Uint8Array[]): { stream: FrameStream; frames: Frame[]; heldMax: number } {
  let stream = openFrameStream(FIRST_MAX, LATER_MAX);
  const all: Frame[] = [];
  let heldMax = 0;
  for (const piece of pieces) {
    const step = readFrames(stream, piece);
    stream = step.stream;
    // A host may use its buffer again: what is given out is copied here, what is held must not depend on it.
    all.push(...step.frames.map((frame) => ({ kind: frame.kind, payload: frame.payload.slice() })));
    piece.fill(0xee);
    heldMax = Math.max(heldMax, stream.held.sizeBytes);
  }
  return { stream, frames: all, heldMax };
}

function streamOf(all: readonly Frame[]): Uint8Array {
  return Uint8Array.from(all.flatMap((frame) => [...encodeFrame(frame.kind, frame.payload)]));
}

describe('a stream of frames', () => {
  test('gives the frames that went in, wherever it is cut', () => {
    fc.assert(
      fc.property(frames, places, (all, at) => {
        const { stream, frames: out } = read(cut(streamOf(all), at));
        expect(out).toEqual(all);
        expect(stream).toEqual(openFrameStream(all.length === 0 ? FIRST_MAX : LATER_MAX, LATER_MAX));
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  test('gives the same for any bytes, wherever they are cut; never throws; holds one frame and one piece at most', () => {
    const damaged = fc.tuple(frames, fc.nat(), fc.nat({ max: 255 })).map(([all, place, byte]) => {
      const bytes = streamOf(all);
      if (bytes.length > 0) bytes[place % bytes.length] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), damaged), places, (bytes, at) => {
        const pieces = cut(bytes, at);
        const pieceMax = Math.max(...pieces.map((piece) => piece.length));
        const whole = read([bytes.slice()]);
        const inPieces = read(pieces);
        expect(inPieces.frames).toEqual(whole.frames);
        expect(inPieces.stream.problem).toBe(whole.stream.problem);
        expect(inPieces.heldMax).toBeLessThanOrEqual(LATER_MAX + 12 + pieceMax);
      }),
      { seed: 1, numRuns: 5_000 },
    );
  });

  test('one flipped bit anywhere is never taken for the frame that was sent', () => {
    fc.assert(
      fc.property(kind, fc.uint8Array({ maxLength: 60 }), fc.nat(), (its, payload, place) => {
        const bytes = encodeFrame(its, payload);
        const bit = place % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(read([bytes]).frames).toEqual([]);
      }),
      { seed: 1, numRuns: 3_000 },
    );
  });

  // A length that grew would otherwise swallow all that comes behind it, up to 16 MiB of heartbeats, and look alive.
  test('one to three flipped bits are found out with the frame itself, not when a length has come that nobody announced', () => {
    fc.assert(
      fc.property(
        kind,
        fc.uint8Array({ maxLength: 60 }),
        fc.uniqueArray(fc.nat({ max: 8 * 12 - 1 }), { minLength: 1, maxLength: 3 }),
        (its, payload, bits) => {
          const bytes = encodeFrame(its, payload);
          for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
          const { stream, frames: out } = read([bytes]);
          expect(out).toEqual([]);
          expect(stream.problem).not.toBeNull();
        },
      ),
      { seed: 1, numRuns: 5_000 },
    );
  });

  test.each([
    ['text', Uint8Array.from([71, 69, 84]), 'a frame begins with byte 71, not 251'],
    ['another layout', Uint8Array.of(0xfb, 2), 'a frame has layout 2, this server knows 1'],
    ['an unknown kind', Uint8Array.of(0xfb, 1, 9), 'a frame is of the unknown kind 9'],
    ['a wrong head', Uint8Array.of(0xfb, 1, 1, 1, 0, 0, 0, 0), 'the check byte of a frame is wrong'],
    ['an over-long first frame', encodeFrame('hello', new Uint8Array(65)).slice(0, 12), 'a frame of 65 bytes is announced, more than 64'],
    [
      'an over-long later frame',
      Uint8Array.of(...encodeFrame('hello', new Uint8Array(1)), ...encodeFrame('peer', new Uint8Array(301)).slice(0, 12)),
      'a frame of 301 bytes is announced, more than 300',
    ],
    ['a wrong checksum', encodeFrame('hello', Uint8Array.of(1, 2)).fill(3, 12, 13), 'the checksum of a frame is wrong'],
  ])('is broken for good by %s', (_what, bytes, problem) => {
    const { stream } = read([bytes]);
    expect(stream.problem).toBe(problem);
    expect(readFrames(stream, encodeFrame('hello', Uint8Array.of()))).toEqual({ stream, frames: [] });
  });

  test('a frame has the layout that docs/PROTOCOL.md shows', () => {
    const frame = encodeFrame('peer', Uint8Array.of(0x0a, 0x0b));
    expect([...frame.subarray(0, 8)]).toEqual([0xfb, 1, 3, slowCrc8([0xfb, 1, 3, 2, 0, 0, 0]), 2, 0, 0, 0]);
    expect([...frame.subarray(12)]).toEqual([0x0a, 0x0b]);
    expect(new DataView(frame.buffer).getUint32(8, true)).toBe(slowCrc32c([...frame.subarray(0, 8), 0x0a, 0x0b]));
  });

  test('the largest frame may come byte by byte at its ends and in network pieces between', () => {
    const payload = new Uint8Array(FRAME_BYTES_MAX).map((_, i) => i * 31);
    const bytes = encodeFrame('peer', payload);
    let stream = openFrameStream(FRAME_BYTES_MAX, FRAME_BYTES_MAX);
    const out: Frame[] = [];
    for (let at = 0; at < bytes.length; ) {
      const size = at < 2_000 ? 1 : 65_536;
      const step = readFrames(stream, bytes.subarray(at, at + size));
      stream = step.stream;
      expect(stream.held.pieces.length).toBeLessThan(40);
      out.push(...step.frames);
      at += size;
    }
    expect(out).toHaveLength(1);
    expect(Buffer.compare(out[0]?.payload as Uint8Array, payload)).toBe(0);
  });

  test('a frame above the bound is our own mistake', () => {
    expect(() => encodeFrame('peer', new Uint8Array(FRAME_BYTES_MAX + 1))).toThrow('within the bound');
  });
});

/** The remainder by x^8 + x^2 + x + 1, bit by bit. */
function slowCrc8(bytes: readonly number[]): number {
  let remainder = 0;
  for (const bit of bytes.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((place) => (byte >> place) & 1))) {
    remainder = (remainder << 1) ^ (bit << 8);
    if ((remainder & 0x100) !== 0) remainder ^= 0x107;
  }
  return remainder;
}

/** The definition of RFC 3720, appendix B.4, bit by bit. */
function slowCrc32c(bytes: readonly number[]): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
