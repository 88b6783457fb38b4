import { unreachable } from '../base/assert.js';
import { NOBODY, type NodeId } from '../base/units.js';
import { HTTP_AT_LINES } from './foreign.js';
import { encodeFrame, FRAME_MARK } from './frame.js';
import { onFramedBytes, openFramed, type FramedConnection } from './framed-connection.js';
import { goodbyeFrame, helloFrame, helloOf } from './hello.js';
import { LINE_BYTES_MAX, REQUEST_BYTES_MAX, UNANSWERED_MAX } from './limits.js';
import type { NodeRequest, NodeResponse } from './protocol.js';
import { requestCodec } from './request.js';
import { responseCodec } from './response.js';
import type { AddressOf } from './text.js';
import { isTextFull, isTextOver, onTextBytes, onTextResponse, openText, unansweredLines, type TextConnection, type TextStep } from './text-connection.js';

export interface ClientPortOptions {
  readonly clusterId: string;
  /** This server. */
  readonly self: NodeId;
  /** Bytes of a line of text without its end. */
  readonly lineBytesMax: number;
  /** Requests that may be unanswered before {@link isFull}. 1 or more. */
  readonly unansweredMax: number;
}

/** The options of a server whose user set none. */
export function clientPortOptions(clusterId: string, self: NodeId): ClientPortOptions {
  return { clusterId, self, lineBytesMax: LINE_BYTES_MAX, unansweredMax: UNANSWERED_MAX };
}

/**
 * One connection to a server's client port, as a value. The port speaks two languages, and the first byte
 * tells which: {@link FRAME_MARK} begins frames, anything else is text.
 */
export type ClientConnection =
  | { readonly mode: 'unknown'; readonly options: ClientPortOptions }
  | { readonly mode: 'text'; readonly options: ClientPortOptions; readonly text: TextConnection }
  /** `unanswered` requests are with the node. */
  | { readonly mode: 'frames'; readonly options: ClientPortOptions; readonly frames: FramedConnection<NodeRequest>; readonly unanswered: number }
  | { readonly mode: 'closed'; readonly options: ClientPortOptions };

/** What a step of a connection asks of its host, in this order. */
export interface ClientStep {
  readonly connection: ClientConnection;
  /** For the node. Their ids are of this connection only. */
  readonly requests: readonly NodeRequest[];
  /** For the client; may be empty. */
  readonly output: Uint8Array;
  /** Close the connection once the output has left; the line says why, for the log. Null: go on. */
  readonly close: string | null;
}

const NO_BYTES = new Uint8Array(0);

/** A connection over which nothing has come yet. */
export function openClientConnection(options: ClientPortOptions): ClientConnection {
  return { mode: 'unknown', options };
}

/** The host must not read from this client before an answer has left. */
export function isFull(connection: ClientConnection): boolean {
  if (connection.mode === 'text') return isTextFull(connection.text);
  return connection.mode === 'frames' && connection.unanswered >= connection.options.unansweredMax;
}

/** Requests whose answers have not left: a client that closed its sending half is owed them. */
export function unanswered(connection: ClientConnection): number {
  if (connection.mode === 'text') return unansweredLines(connection.text);
  return connection.mode === 'frames' ? connection.unanswered : 0;
}

/** Takes up the next piece of the stream, cut anywhere. */
export function onClientBytes(connection: ClientConnection, bytes: Uint8Array): ClientStep {
  switch (connection.mode) {
    case 'unknown':
      return bytes.length === 0 ? quiet(connection) : onClientBytes(sniffed(connection.options, bytes[0] as number), bytes);
    case 'text':
      return ofText(connection.options, onTextBytes(connection.text, bytes));
    case 'frames':
      return onFrames(connection, bytes);
    case 'closed':
      return quiet(connection);
    default:
      return unreachable(connection);
  }
}

/** Takes up the node's answer to a request of this connection. */
export function onClientResponse(connection: ClientConnection, response: NodeResponse, addressOf: AddressOf): ClientStep {
  switch (connection.mode) {
    case 'text':
      return ofText(connection.options, onTextResponse(connection.text, response, addressOf));
    case 'frames': {
      const after = { ...connection, unanswered: Math.max(0, connection.unanswered - 1) };
      return { connection: after, requests: [], output: encodeFrame('response', responseCodec.encode(response)), close: null };
    }
    case 'unknown':
    case 'closed':
      return quiet(connection);
    default:
      return unreachable(connection);
  }
}

function sniffed(options: ClientPortOptions, first: number): ClientConnection {
  const { clusterId, self, lineBytesMax, unansweredMax } = options;
  if (first !== FRAME_MARK) return { mode: 'text', options, text: openText({ lineBytesMax, unansweredMax }) };
  const frames = openFramed({
    hello: { clusterId, self, role: 'client', sender: NOBODY },
    kind: 'request',
    codec: requestCodec,
    payloadBytesMax: REQUEST_BYTES_MAX,
  });
  return { mode: 'frames', options, frames, unanswered: 0 };
}

function onFrames(connection: ClientConnection & { readonly mode: 'frames' }, bytes: Uint8Array): ClientStep {
  const { options } = connection;
  const { connection: frames, messages } = onFramedBytes(connection.frames, bytes);
  const isNew = connection.frames.hello === null && frames.hello !== null;
  const hello = isNew ? helloFrame(helloOf(options.clusterId, options.self, 'server', frames.hello.sender)) : NO_BYTES;
  if (frames.problem !== null) {
    const output = frames.isLeft ? hello : joinedTwo(hello, goodbyeFrame(frames.problem));
    return { connection: { mode: 'closed', options }, requests: messages, output, close: frames.problem };
  }
  const after: ClientConnection = { ...connection, frames, unanswered: connection.unanswered + messages.length };
  return { connection: after, requests: messages, output: hello, close: null };
}

function ofText(options: ClientPortOptions, { connection, requests, output }: TextStep): ClientStep {
  if (isTextOver(connection)) return { connection: { mode: 'closed', options }, requests, output, close: HTTP_AT_LINES };
  return { connection: { mode: 'text', options, text: connection }, requests, output, close: null };
}

function quiet(connection: ClientConnection): ClientStep {
  return { connection, requests: [], output: NO_BYTES, close: null };
}

function joinedTwo(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
