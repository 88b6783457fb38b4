import type { Codec } from '../../machine.js';
import { openFrameStream, readFrames, type Frame, type FrameKind, type FrameStream } from './frame.js';
import { decodeGoodbye, helloCodec, problemOfHello, type Hello, type HelloRules } from './hello.js';
import { HELLO_BYTES_MAX } from '../limits.js';

/** What may come in over a connection of frames: a hello that keeps the rules, then messages of one kind. */
export interface FramedRules<Value> {
  readonly hello: HelloRules;
  readonly kind: FrameKind;
  readonly codec: Codec<Value>;
  /** Bytes of one message. */
  readonly payloadBytesMax: number;
}

/** The receiving half of a connection of frames, as a value. Sending needs no state: `encodeFrame`. */
export interface FramedConnection<Value> {
  readonly rules: FramedRules<Value>;
  readonly stream: FrameStream;
  /** What the other side said of itself; null until it has, and then it was found to keep the rules. */
  readonly hello: Hello | null;
  /** Why the connection must be closed, in one line; null while it is good. */
  readonly problem: string | null;
  /** The other side announced the end itself, so it needs no goodbye. */
  readonly isLeft: boolean;
}

/** A connection over which nothing has come yet. */
export function openFramed<Value>(rules: FramedRules<Value>): FramedConnection<Value> {
  const stream = openFrameStream(HELLO_BYTES_MAX, rules.payloadBytesMax);
  return { rules, stream, hello: null, problem: null, isLeft: false };
}

/**
 * Takes up the next piece of the stream, cut anywhere.
 *
 * @returns The messages that are complete now. When `connection.problem` is set: those before it, and the
 *   host closes the connection, with a goodbye unless `isLeft`.
 */
export function onFramedBytes<Value>(
  connection: FramedConnection<Value>,
  bytes: Uint8Array,
): { readonly connection: FramedConnection<Value>; readonly messages: readonly Value[] } {
  if (connection.problem !== null) return { connection, messages: [] };
  const { stream, frames } = readFrames(connection.stream, bytes);
  const messages: Value[] = [];
  let after: FramedConnection<Value> = { ...connection, stream };
  for (const frame of frames) {
    after = after.hello === null ? onFirstFrame(after, frame) : onFrame(after, frame, messages);
    if (after.problem !== null) return { connection: after, messages };
  }
  return { connection: stream.problem === null ? after : broken(after, stream.problem), messages };
}

function onFirstFrame<Value>(connection: FramedConnection<Value>, frame: Frame): FramedConnection<Value> {
  if (frame.kind === 'goodbye') return left(connection, frame);
  if (frame.kind !== 'hello') return broken(connection, `the first frame is a ${frame.kind}, not a hello`);
  const hello = helloCodec.decode(frame.payload);
  if (!hello.ok) return broken(connection, hello.problem);
  const problem = problemOfHello(hello.value, connection.rules.hello);
  return problem === null ? { ...connection, hello: hello.value } : broken(connection, problem);
}

function onFrame<Value>(connection: FramedConnection<Value>, frame: Frame, messages: Value[]): FramedConnection<Value> {
  const { rules } = connection;
  if (frame.kind === 'goodbye') return left(connection, frame);
  if (frame.kind !== rules.kind) return broken(connection, `a ${frame.kind} frame came where only ${rules.kind} frames may`);
  const message = rules.codec.decode(frame.payload);
  if (!message.ok) return broken(connection, message.problem);
  messages.push(message.value);
  return connection;
}

function left<Value>(connection: FramedConnection<Value>, frame: Frame): FramedConnection<Value> {
  const reason = decodeGoodbye(frame.payload);
  const problem = reason.ok ? `the other side closed the connection: ${oneLine(reason.value)}` : reason.problem;
  return { ...connection, problem, isLeft: true };
}

function broken<Value>(connection: FramedConnection<Value>, problem: string): FramedConnection<Value> {
  return { ...connection, problem, isLeft: false };
}

/** Text from a stranger that is going to stand in our log. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}
