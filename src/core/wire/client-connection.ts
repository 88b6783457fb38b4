import { unreachable } from '../base/assert.js';
import { bytesOf } from '../base/bytestring.js';
import { NOBODY, type NodeId } from '../base/units.js';
import { HTTP_AT_LINES } from './text/foreign.js';
import { encodeFrame, FRAME_MARK } from './frames/frame.js';
import { handOver, onAnswer, onLeft, openFlow, type Flow } from './flow.js';
import { onFramedBytes, openFramed, type FramedConnection } from './frames/framed-connection.js';
import { goodbyeFrame, helloFrame, helloOf } from './frames/hello.js';
import { LINE_BYTES_MAX, REQUEST_BYTES_MAX, UNANSWERED_MAX } from './limits.js';
import type { NodeRequest, NodeResponse } from './protocol.js';
import { requestCodec } from './protobuf/request.js';
import { responseCodec } from './protobuf/response.js';
import { errorLine, type AddressOf } from './text/text.js';
import {
  hasText,
  isTextFull,
  isTextOver,
  onTextBytes,
  onTextResponse,
  openText,
  takeText,
  unansweredLines,
  unreadTextBytes,
  type TextConnection,
  type TextStep,
} from './text/text-connection.js';

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
  | {
      readonly mode: 'frames';
      readonly options: ClientPortOptions;
      readonly frames: FramedConnection<NodeRequest>;
      readonly flow: Flow;
      /** The node's answers that have not left, in the order in which they came. */
      readonly answers: readonly NodeResponse[];
    }
  | { readonly mode: 'closed'; readonly options: ClientPortOptions };

/** What a step of a connection asks of its host, in this order. */
export interface ClientStep {
  readonly connection: ClientConnection;
  /** For the node. Their ids are of this connection only. */
  readonly requests: readonly NodeRequest[];
  /** For the client; may be empty. Answers of the node leave by {@link takeAnswers} alone. */
  readonly output: Uint8Array;
  /** Close the connection once the output has left; the line says why, for the log. Null: go on. */
  readonly close: string | null;
}

const NO_BYTES = new Uint8Array(0);

/** A connection over which nothing has come yet. */
export function openClientConnection(options: ClientPortOptions): ClientConnection {
  return { mode: 'unknown', options };
}

/** Bytes of requests that wait for the node, above which nothing more is read: beside them, one more request may be unfinished. */
const WAITING_BYTES_PAUSE = 1_048_576;

/** The host must not read from this client before an answer has left. */
export function isFull(connection: ClientConnection): boolean {
  if (connection.mode === 'text') return isTextFull(connection.text) || connection.text.flow.waitingBytes > WAITING_BYTES_PAUSE;
  if (connection.mode !== 'frames') return false;
  return unanswered(connection) >= connection.options.unansweredMax || connection.flow.waitingBytes > WAITING_BYTES_PAUSE;
}

/** Requests whose answers have not left: a client that closed its sending half is owed them. */
export function unanswered(connection: ClientConnection): number {
  if (connection.mode === 'text') return unansweredLines(connection.text);
  if (connection.mode !== 'frames') return 0;
  return connection.flow.waiting.length + connection.flow.underWay.length + connection.answers.length;
}

/** Bytes that this connection holds in memory: unfinished requests, those that wait, and answers that have not left. */
export function heldBytes(connection: ClientConnection): number {
  if (connection.mode === 'text') return unreadTextBytes(connection.text) + connection.text.flow.answerBytes;
  if (connection.mode !== 'frames') return 0;
  return connection.frames.stream.held.sizeBytes + connection.flow.waitingBytes + connection.flow.answerBytes;
}

/** Whether the beginning of a request has come and its end has not. */
export function isUnfinished(connection: ClientConnection): boolean {
  if (connection.mode === 'text') return connection.text.line.sizeBytes > 0 || connection.text.isSkipping;
  return connection.mode === 'frames' && (connection.frames.hello === null || connection.frames.stream.held.sizeBytes > 0);
}

/** Whether the node has requests of this connection that it has not answered. */
export function isWithNode(connection: ClientConnection): boolean {
  if (connection.mode === 'text') return connection.text.flow.underWay.length > 0;
  return connection.mode === 'frames' && connection.flow.underWay.length > 0;
}

/** Whether answers may leave: the host calls {@link takeAnswers} when the client can take more. */
export function hasAnswers(connection: ClientConnection): boolean {
  return connection.mode === 'text' ? hasText(connection.text) : connection.mode === 'frames' && connection.answers.length > 0;
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

/** Takes up the node's answer to a request of this connection, which waits until the host takes it. */
export function onClientResponse(connection: ClientConnection, response: NodeResponse): ClientStep {
  switch (connection.mode) {
    case 'text':
      return ofText(connection.options, onTextResponse(connection.text, response));
    case 'frames': {
      const { flow, outcome } = onAnswer(connection.flow, response, null);
      const answers = outcome === 'kept' ? [...connection.answers, response] : connection.answers;
      return handedOver({ ...connection, answers }, flow, [], NO_BYTES);
    }
    case 'unknown':
    case 'closed':
      return quiet(connection);
    default:
      return unreachable(connection);
  }
}

/**
 * The next slice of the answers, in the client's language. A slice is all that is made at once, so a host that serves many
 * connections by turns is never held up by one.
 *
 * @param bytesMax 1 or more. Only the last answer of the slice goes beyond it.
 */
export function takeAnswers(connection: ClientConnection, bytesMax: number, addressOf: AddressOf): ClientStep {
  if (connection.mode === 'text') return ofText(connection.options, takeText(connection.text, bytesMax, addressOf));
  if (connection.mode !== 'frames') return quiet(connection);
  const frames: Uint8Array[] = [];
  let { flow } = connection;
  let sizeBytes = 0;
  for (const response of connection.answers) {
    if (sizeBytes >= bytesMax) break;
    const frame = encodeFrame('response', responseCodec.encode(response));
    flow = onLeft(flow, response);
    frames.push(frame);
    sizeBytes += frame.length;
  }
  return handedOver({ ...connection, answers: connection.answers.slice(frames.length) }, flow, [], concat(frames, sizeBytes));
}

/** Ends a connection for a reason of the host's, and tells the client in its language. */
export function closeClientConnection(connection: ClientConnection, reason: string): ClientStep {
  const isFrames = connection.mode === 'frames';
  const output = connection.mode === 'closed' ? NO_BYTES : isFrames ? goodbyeFrame(reason) : bytesOf(errorLine(reason));
  return { connection: { mode: 'closed', options: connection.options }, requests: [], output, close: reason };
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
  return { mode: 'frames', options, frames, flow: openFlow(false), answers: [] };
}

function onFrames(connection: Framed, bytes: Uint8Array): ClientStep {
  const { options } = connection;
  const { connection: frames, messages } = onFramedBytes(connection.frames, bytes);
  const isNew = connection.frames.hello === null && frames.hello !== null;
  const hello = isNew ? helloFrame(helloOf(options.clusterId, options.self, 'server', frames.hello.sender)) : NO_BYTES;
  if (frames.problem !== null) {
    const output = frames.isLeft ? hello : concat([hello, goodbyeFrame(frames.problem)]);
    return { connection: { mode: 'closed', options }, requests: messages, output, close: frames.problem };
  }
  return handedOver({ ...connection, frames }, connection.flow, messages, hello);
}

type Framed = ClientConnection & { readonly mode: 'frames' };

function handedOver(connection: Framed, flow: Flow, further: readonly NodeRequest[], output: Uint8Array): ClientStep {
  const handed = handOver(flow, further, null);
  return { connection: { ...connection, flow: handed.flow }, requests: handed.requests, output, close: null };
}

function ofText(options: ClientPortOptions, { connection, requests, output }: TextStep): ClientStep {
  if (isTextOver(connection)) return { connection: { mode: 'closed', options }, requests, output, close: HTTP_AT_LINES };
  return { connection: { mode: 'text', options, text: connection }, requests, output, close: null };
}

function quiet(connection: ClientConnection): ClientStep {
  return { connection, requests: [], output: NO_BYTES, close: null };
}

function concat(pieces: readonly Uint8Array[], sizeBytes = pieces.reduce((sum, piece) => sum + piece.length, 0)): Uint8Array {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const all = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
