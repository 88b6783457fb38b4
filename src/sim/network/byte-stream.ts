import { encodeFrame, openFrameStream, readFrames, type FrameKind, type FrameStream } from '../../core/wire/frames/frame.js';
import { FRAME_BYTES_MAX } from '../../core/wire/limits.js';

/** A message on its way into a stream. */
export class FrameBytes {
  /** What must come out at the other end, or nothing at all. */
  readonly payload: Uint8Array;
  readonly bytes: Uint8Array;
  /** The frame as it travels: in pieces, and perhaps not as it was written. */
  parts: readonly Uint8Array[];

  constructor(kind: FrameKind, payload: Uint8Array) {
    this.payload = payload;
    this.bytes = encodeFrame(kind, payload);
    this.parts = [this.bytes];
  }
}

/** Bytes that arrive at one moment. They may end, and begin, in the middle of a frame. */
export class Piece {
  readonly parts: Uint8Array[];
  /** Not of the stream: a frame that came by itself, late. */
  readonly isAlone: boolean;
  /** Once it was read nothing may join it. */
  isRead = false;

  constructor(bytes: Uint8Array, isAlone: boolean) {
    this.parts = [bytes];
    this.isAlone = isAlone;
  }
}

/** What a piece brought. */
export interface PieceReading {
  readonly payloads: readonly Uint8Array[];
  /** Why the connection must be broken, in one line; null while it is whole. */
  readonly problem: string | null;
  /** A damaged frame was taken for a whole one, or a frame came that nobody sent. */
  readonly isForged: boolean;
}

/**
 * The receiving end of one direction of one connection, with a memory of what was sent: each frame that comes
 * out must be, byte for byte, the one that went in.
 */
export class StreamEnd {
  /** The piece that was put on its way last, while more can join it. */
  lastPiece: Piece | null = null;
  #stream: FrameStream = openFrameStream(FRAME_BYTES_MAX, FRAME_BYTES_MAX);
  #sent: Uint8Array[] = [];

  sends(frame: FrameBytes): void {
    this.#sent.push(frame.payload);
  }

  read(piece: Piece): PieceReading {
    piece.isRead = true;
    const payloads: Uint8Array[] = [];
    let isForged = false;
    for (const bytes of piece.parts) {
      const { stream, frames } = readFrames(this.#stream, bytes);
      this.#stream = stream;
      for (const { payload } of frames) {
        isForged ||= !isSame(payload, this.#sent.shift());
        payloads.push(payload);
      }
    }
    return { payloads, problem: this.#stream.problem, isForged };
  }
}

/** Reads a frame that came by itself. */
export function readAlone(piece: Piece): PieceReading {
  const { stream, frames } = readFrames(openFrameStream(FRAME_BYTES_MAX, FRAME_BYTES_MAX), piece.parts[0] as Uint8Array);
  return { payloads: frames.map(({ payload }) => payload), problem: stream.problem, isForged: false };
}

/** A copy of a frame with one to three bits flipped; `draw` in [0, 1) says which. Any frame's checksum notices so few. */
export function damaged(bytes: Uint8Array, draw: number): Uint8Array {
  const copy = bytes.slice();
  const bits = bytes.length * 8;
  const first = Math.floor(draw * bits);
  // The low digits of the draw say how many: they tell nothing of the place.
  const flips = 1 + (Math.floor(draw * 4_294_967_296) % 3);
  for (let i = 0; i < flips; i++) {
    const bit = (first + i * (7 + flips)) % bits;
    copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  }
  return copy;
}

/** Cuts bytes at two places, each drawn in [0, 1): one to three pieces, none of them empty. */
export function cutAnywhere(bytes: Uint8Array, one: number, other: number): readonly Uint8Array[] {
  const places = [Math.floor(one * (bytes.length + 1)), Math.floor(other * (bytes.length + 1))].sort((a, b) => a - b) as [number, number];
  return [bytes.subarray(0, places[0]), bytes.subarray(places[0], places[1]), bytes.subarray(places[1])].filter((part) => part.length > 0);
}

function isSame(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return other !== undefined && one.length === other.length && one.every((byte, i) => byte === other[i]);
}
