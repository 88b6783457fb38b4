import { assert } from '../../base/assert.js';
import { CRC_BEGIN, crcEnd, crcOf } from '../../base/crc32c.js';
import { EMPTY_QUEUE, enqueue, joined, type ByteQueue } from '../bytes/byte-queue.js';
import { FRAME_BYTES_MAX } from '../limits.js';

/**
 * A frame: one message on a stream of bytes.
 *
 *   offset  bytes
 *        0      1  mark: 0xFB, which begins no line of text
 *        1      1  version of this layout: 1
 *        2      1  kind, see {@link FrameKind}
 *        3      1  check byte of the head: CRC-8 (x^8 + x^2 + x + 1) of bytes 0, 1, 2 and 4 to 7
 *        4      4  length of the payload, lowest byte first
 *        8      4  CRC-32C of the eight bytes above and the payload, lowest byte first
 *       12         payload: a Protobuf message
 *
 * The head has a check of its own, since a length is believed before the checksum can be: one that grew on
 * the way would swallow every frame behind it, and the connection would look alive.
 *
 * A stream with anything else in it is broken for good: where the next frame starts can't be known.
 */
export interface Frame {
  readonly kind: FrameKind;
  /** May be a view of what the host handed in: to be decoded before the host uses its buffer again. */
  readonly payload: Uint8Array;
}

export const FRAME_MARK = 0xfb;
const LAYOUT_VERSION = 1;
const CHECK_AT = 3;
const HEAD_BYTES = 12;
/** What the checksum covers of the head. */
const SUMMED_HEAD_BYTES = 8;

/** The payload's message in proto/seedstorm.proto, by the number that stands in the frame. */
export type FrameKind = 'hello' | 'goodbye' | 'peer' | 'request' | 'response';
const NUMBER_OF: Readonly<Record<FrameKind, number>> = { hello: 1, goodbye: 2, peer: 3, request: 4, response: 5 };
const KIND_OF: readonly (FrameKind | null)[] = [null, 'hello', 'goodbye', 'peer', 'request', 'response'];

/**
 * Bytes of the frame that begins at `at`, for who passes frames on and does not read them: 0 when more of its head
 * must come first, -1 when no frame begins there.
 */
export function frameSizeAt(bytes: Uint8Array, at: number): number {
  if (problemOfHead(bytes, at, FRAME_BYTES_MAX) !== null) return -1;
  return bytes.length - at < HEAD_BYTES ? 0 : HEAD_BYTES + readU32(bytes, at + 4);
}

/** The kind of a frame whose head {@link frameSizeAt} has found good. */
export function frameKindAt(bytes: Uint8Array, at: number): FrameKind {
  return KIND_OF[bytes[at + 2] as number] ?? 'goodbye';
}

/** A frame's bytes. */
export function encodeFrame(kind: FrameKind, payload: Uint8Array): Uint8Array {
  const length = payload.length;
  assert(length <= FRAME_BYTES_MAX, 'a frame is sent within the bound that readers accept');
  const frame = new Uint8Array(HEAD_BYTES + length);
  frame[0] = FRAME_MARK;
  frame[1] = LAYOUT_VERSION;
  frame[2] = NUMBER_OF[kind];
  writeU32(frame, 4, length);
  frame[CHECK_AT] = headCheck(frame, 0);
  frame.set(payload, HEAD_BYTES);
  writeU32(frame, SUMMED_HEAD_BYTES, checksum(frame, 0, length));
  return frame;
}

/** What has arrived of a stream of frames and was not given out yet. At most one frame's bytes and one piece more. */
export interface FrameStream {
  readonly held: ByteQueue;
  /** Nothing can be given out before so many bytes are held. */
  readonly wantedBytes: number;
  /** Bound of the next payload, and of those behind it. */
  readonly payloadBytesMax: number;
  readonly laterPayloadBytesMax: number;
  /** What broke the stream; null while it is whole. */
  readonly problem: string | null;
}

/**
 * A stream of which nothing has arrived.
 *
 * @param firstPayloadBytesMax Bound of the first frame: a stranger's hello is short.
 * @param laterPayloadBytesMax Bound of all others.
 */
export function openFrameStream(firstPayloadBytesMax: number, laterPayloadBytesMax: number): FrameStream {
  return { held: EMPTY_QUEUE, wantedBytes: HEAD_BYTES, payloadBytesMax: firstPayloadBytesMax, laterPayloadBytesMax, problem: null };
}

/**
 * Takes up the next piece of a stream, cut anywhere.
 *
 * @returns The frames that are complete now. When `stream.problem` is set, those before the damage; the
 *   connection must then be closed, and further pieces give nothing.
 */
export function readFrames(stream: FrameStream, bytes: Uint8Array): { readonly stream: FrameStream; readonly frames: readonly Frame[] } {
  if (stream.problem !== null) return { stream, frames: [] };
  if (stream.held.sizeBytes === 0) return takeFrames(stream, bytes);

  const held = enqueue(stream.held, bytes);
  const isHeadKnown = stream.wantedBytes > HEAD_BYTES;
  if (isHeadKnown && held.sizeBytes < stream.wantedBytes) return { stream: { ...stream, held }, frames: [] };
  return takeFrames(stream, joined(held));
}

function takeFrames(stream: FrameStream, bytes: Uint8Array): { readonly stream: FrameStream; readonly frames: readonly Frame[] } {
  const frames: Frame[] = [];
  const { laterPayloadBytesMax } = stream;
  let { payloadBytesMax } = stream;
  let at = 0;
  let wantedBytes = HEAD_BYTES;
  let problem: string | null = null;
  while (at < bytes.length) {
    problem = problemOfHead(bytes, at, payloadBytesMax);
    if (problem !== null) break;
    const available = bytes.length - at;
    wantedBytes = available < HEAD_BYTES ? HEAD_BYTES : HEAD_BYTES + readU32(bytes, at + 4);
    if (available < wantedBytes) break;

    problem = problemOfChecksum(bytes, at, wantedBytes - HEAD_BYTES);
    if (problem !== null) break;
    const kind = KIND_OF[bytes[at + 2] as number] as FrameKind;
    frames.push({ kind, payload: bytes.subarray(at + HEAD_BYTES, at + wantedBytes) });
    at += wantedBytes;
    wantedBytes = HEAD_BYTES;
    payloadBytesMax = laterPayloadBytesMax;
  }
  const held = problem === null ? enqueue(EMPTY_QUEUE, bytes.subarray(at)) : EMPTY_QUEUE;
  return { stream: { held, wantedBytes, payloadBytesMax, laterPayloadBytesMax, problem }, frames };
}

/** Looks at as much of a head as is there, byte by byte, so that the verdict does not depend on how the stream was cut. */
function problemOfHead(bytes: Uint8Array, at: number, payloadBytesMax: number): string | null {
  const available = bytes.length - at;
  const mark = bytes[at] as number;
  if (mark !== FRAME_MARK) return `a frame begins with byte ${mark}, not ${FRAME_MARK}`;
  if (available > 1 && bytes[at + 1] !== LAYOUT_VERSION) return `a frame has layout ${bytes[at + 1]}, this server knows ${LAYOUT_VERSION}`;
  if (available > 2 && (KIND_OF[bytes[at + 2] as number] ?? null) === null) return `a frame is of the unknown kind ${bytes[at + 2]}`;
  if (available >= SUMMED_HEAD_BYTES && bytes[at + CHECK_AT] !== headCheck(bytes, at)) return 'the check byte of a frame is wrong';
  if (available < HEAD_BYTES) return null;
  const length = readU32(bytes, at + 4);
  return length > payloadBytesMax ? `a frame of ${length} bytes is announced, more than ${payloadBytesMax}` : null;
}

function problemOfChecksum(bytes: Uint8Array, at: number, length: number): string | null {
  const isIntact = readU32(bytes, at + SUMMED_HEAD_BYTES) === checksum(bytes, at, length);
  return isIntact ? null : 'the checksum of a frame is wrong';
}

/** Any one to three flipped bits of the head change it: at this length the code's distance is 4. */
function headCheck(bytes: Uint8Array, at: number): number {
  let crc = 0;
  for (let i = 0; i < SUMMED_HEAD_BYTES; i++) {
    if (i === CHECK_AT) continue;
    crc ^= bytes[at + i] as number;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x80) === 0 ? crc << 1 : ((crc << 1) ^ 0x07) & 0xff;
  }
  return crc;
}

function checksum(bytes: Uint8Array, at: number, length: number): number {
  const head = crcOf(CRC_BEGIN, bytes, at, at + SUMMED_HEAD_BYTES);
  return crcEnd(crcOf(head, bytes, at + HEAD_BYTES, at + HEAD_BYTES + length));
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function readU32(bytes: Uint8Array, at: number): number {
  const [b0, b1, b2, b3] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] as [number, number, number, number];
  return (b0 | (b1 << 8) | (b2 << 16) | (b3 << 24)) >>> 0;
}
