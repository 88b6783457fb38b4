import { EMPTY_QUEUE, enqueue, joined, type ByteQueue } from '../wire/bytes/byte-queue.js';
import { FRAME_MARK, frameKindAt, frameSizeAt } from '../wire/frames/frame.js';
import { FRAME_BYTES_MAX } from '../wire/limits.js';
import { httpSizeAt, isHttpStart } from './http.js';

/**
 * What one direction of a connection speaks. The first bytes tell: {@link FRAME_MARK} begins frames, a line that is
 * one of HTTP begins HTTP, any other is a line of text. `opaque`: nobody here knows where its messages end.
 */
export type Language = 'unknown' | 'frames' | 'text' | 'http' | 'opaque';

/** A piece of the stream that must pass whole or not at all. */
export interface Unit {
  readonly bytes: Uint8Array;
  /**
   *   message   a request, a reply, a message between servers: may be lost
   *   greeting  a hello or goodbye, without which there is no conversation to lose messages of
   *   opaque    bytes that nobody could cut
   */
  readonly kind: 'message' | 'greeting' | 'opaque';
}

/** Cuts one direction of a connection into units, as a value. Bytes that came are units in the end, or held: none is lost or changed. */
export interface Cutter {
  readonly language: Language;
  /** The beginning of a unit whose end has not come. */
  readonly held: ByteQueue;
  /** Nothing can be given out before so many bytes are held. */
  readonly wantedBytes: number;
}

const LINE_FEED = 0x0a;
const NO_BYTES = new Uint8Array(0);
/** A line that is longer is no line: 16 MiB, as much as a frame may have. */
const UNIT_BYTES_MAX = FRAME_BYTES_MAX;

export function openCutter(): Cutter {
  return { language: 'unknown', held: EMPTY_QUEUE, wantedBytes: 1 };
}

/** Takes up the next piece of the stream, cut anywhere. The units do not share memory with `bytes`. */
export function cut(cutter: Cutter, bytes: Uint8Array): { readonly cutter: Cutter; readonly units: readonly Unit[] } {
  const held = enqueue(cutter.held, bytes);
  if (held.sizeBytes < cutter.wantedBytes) return { cutter: { ...cutter, held }, units: [] };
  const units: Unit[] = [];
  const all = joined(held);
  let at = 0;
  let { language } = cutter;
  let wantedBytes = 1;
  while (at < all.length) {
    if (language === 'unknown') language = languageOf(all);
    const size = language === 'unknown' ? 0 : sizeAt(language, all, at);
    if (size === -1) language = 'opaque';
    const isWhole = size > 0 && at + size <= all.length;
    if (size !== -1 && !isWhole) {
      wantedBytes = size > 0 ? size : all.length - at + 1;
      break;
    }
    const end = size === -1 ? all.length : at + size;
    units.push({ bytes: all.slice(at, end), kind: kindOf(language, all, at) });
    at = end;
  }
  const rest = at < all.length ? all.slice(at) : NO_BYTES;
  return { cutter: { language, held: enqueue(EMPTY_QUEUE, rest), wantedBytes }, units };
}

/** Answers of such a language carry no number: who misses one would take the next for it. */
export function isInOrder(language: Language): boolean {
  return language === 'text' || language === 'http';
}

function languageOf(bytes: Uint8Array): Language {
  if (bytes[0] === FRAME_MARK) return 'frames';
  const end = bytes.indexOf(LINE_FEED);
  if (end === -1) return bytes.length > UNIT_BYTES_MAX ? 'opaque' : 'unknown';
  return isHttpStart(bytes.subarray(0, end)) ? 'http' : 'text';
}

/** Bytes of the unit that begins at `at`: 0 when that is not known yet, -1 when it is none. */
function sizeAt(language: Language, bytes: Uint8Array, at: number): number {
  switch (language) {
    case 'frames':
      return frameSizeAt(bytes, at);
    case 'http':
      return httpSizeAt(bytes, at, UNIT_BYTES_MAX);
    case 'text': {
      const end = bytes.indexOf(LINE_FEED, at);
      if (end !== -1) return end + 1 - at;
      return bytes.length - at > UNIT_BYTES_MAX ? -1 : 0;
    }
    default:
      return -1;
  }
}

function kindOf(language: Language, bytes: Uint8Array, at: number): Unit['kind'] {
  if (language === 'opaque') return 'opaque';
  if (language !== 'frames') return 'message';
  const kind = frameKindAt(bytes, at);
  return kind === 'hello' || kind === 'goodbye' ? 'greeting' : 'message';
}
