import type { Codec } from '../../machine.js';
import { bytesOf, byteStringOf, type ByteString } from '../../base/bytestring.js';
import { EMPTY_QUEUE, enqueue, joined, type ByteQueue } from '../bytes/byte-queue.js';
import { HTTP_AT_LINES, isHttpLine } from './foreign.js';
import { textLine } from './lines.js';

const LINE_FEED = 0x0a;

/**
 * A connection over which somebody types messages of servers, a line each, to try them out (with `nc`, say). As
 * a value. It has no hello: whoever types is a guest, and a system says what it does for guests.
 */
export interface TypedConnection<Message> {
  readonly codec: Codec<Message>;
  /** Bytes of a line without its end. 1 or more. */
  readonly lineBytesMax: number;
  /** The beginning of a line whose end has not come. Has no line feed in it. */
  readonly line: ByteQueue;
  /** The line was too long and has been answered; what still comes of it is thrown away. */
  readonly isSkipping: boolean;
  /** A line of HTTP came (foreign.ts): nothing behind it is looked at, and the host closes the connection. */
  readonly isForeign: boolean;
}

export interface TypedStep<Message> {
  readonly connection: TypedConnection<Message>;
  readonly messages: readonly Message[];
  /** Lines for the guest about lines that could not be understood. The connection stays of use. */
  readonly output: Uint8Array;
}

/** A connection over which nothing has come yet. */
export function openTyped<Message>(codec: Codec<Message>, lineBytesMax: number): TypedConnection<Message> {
  return { codec, lineBytesMax, line: EMPTY_QUEUE, isSkipping: false, isForeign: false };
}

/** Takes up the next piece of the stream, cut anywhere. */
export function onTypedBytes<Message>(connection: TypedConnection<Message>, bytes: Uint8Array): TypedStep<Message> {
  const { codec, lineBytesMax } = connection;
  const messages: Message[] = [];
  let { line, isSkipping, isForeign } = connection;
  let output = '';
  let at = 0;
  while (at < bytes.length && !isForeign) {
    const feed = bytes.indexOf(LINE_FEED, at);
    const end = feed === -1 ? bytes.length : feed;
    if (!isSkipping) {
      line = enqueue(line, bytes.subarray(at, end));
      if (line.sizeBytes > lineBytesMax) {
        output += textLine(`ERROR line too long: more than ${lineBytesMax} bytes`);
        line = EMPTY_QUEUE;
        isSkipping = true;
      }
    }
    at = end + 1;
    if (feed === -1) break;
    if (!isSkipping) {
      const whole = joined(line);
      const read = codec.decode(whole);
      isForeign = !read.ok && isHttpLine(withoutReturn(byteStringOf(whole)));
      if (read.ok) messages.push(read.value);
      else if (isForeign) output += textLine(`ERROR ${HTTP_AT_LINES}`);
      else output += textLine(`ERROR ${read.problem}`);
    }
    line = EMPTY_QUEUE;
    isSkipping = false;
  }
  return { connection: { codec, lineBytesMax, line, isSkipping, isForeign }, messages, output: bytesOf(output as never) };
}

const withoutReturn = (line: ByteString): ByteString => (line.endsWith('\r') ? (line.slice(0, -1) as ByteString) : line);

/** One message for a guest. */
export function typedLine<Message>(codec: Codec<Message>, message: Message): Uint8Array {
  const line = codec.encode(message);
  const bytes = new Uint8Array(line.length + 1);
  bytes.set(line);
  bytes[line.length] = LINE_FEED;
  return bytes;
}
