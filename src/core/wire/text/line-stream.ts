import { byteStringOf, type ByteString } from '../../base/bytestring.js';
import { EMPTY_QUEUE, enqueue, joined, type ByteQueue } from '../bytes/byte-queue.js';

/**
 * A stream of bytes that is lines, as a value: it may be cut anywhere, and many lines may come in one piece.
 * A line ends with a line feed; a carriage return before it belongs to the end.
 */
export interface LineStream {
  readonly lineBytesMax: number;
  /** Of a line whose end is yet to come. */
  readonly unfinished: ByteQueue;
}

export interface LinesRead {
  readonly stream: LineStream;
  /** Without their ends. */
  readonly lines: readonly ByteString[];
  /** A line is longer than the stream bears; nothing behind it is read, and the connection should be closed. */
  readonly isTooLong: boolean;
}

const LINE_FEED = 0x0a;

/** @param lineBytesMax Of a line without its end: as much may wait in memory. 1 or more. */
export function openLines(lineBytesMax: number): LineStream {
  return { lineBytesMax, unfinished: EMPTY_QUEUE };
}

/** Takes up the next piece of the stream. */
export function onLineBytes(stream: LineStream, bytes: Uint8Array): LinesRead {
  const lines: ByteString[] = [];
  let { unfinished } = stream;
  let at = 0;
  for (let feed = bytes.indexOf(LINE_FEED); feed !== -1; feed = bytes.indexOf(LINE_FEED, at)) {
    const rest = bytes.subarray(at, feed);
    const whole = byteStringOf(unfinished.sizeBytes === 0 ? rest : joined(enqueue(unfinished, rest)));
    const line = (whole.endsWith('\r') ? whole.slice(0, -1) : whole) as ByteString;
    if (line.length > stream.lineBytesMax) return { stream, lines, isTooLong: true };
    lines.push(line);
    unfinished = EMPTY_QUEUE;
    at = feed + 1;
  }
  unfinished = enqueue(unfinished, bytes.subarray(at));
  // One more byte may be the carriage return of its end.
  return { stream: { ...stream, unfinished }, lines, isTooLong: unfinished.sizeBytes > stream.lineBytesMax + 1 };
}
