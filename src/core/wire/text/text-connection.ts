import { bytesOf, EMPTY, type ByteString } from '../../base/bytestring.js';
import { byteStringFrom } from '../bytes/bytes.js';
import { EMPTY_QUEUE, enqueue, joined, lastByte, type ByteQueue } from '../bytes/byte-queue.js';
import { HTTP_AT_LINES, isHttpLine } from './foreign.js';
import { handOver, onAnswer, onLeft, openFlow, type Flow } from '../flow.js';
import type { NodeRequest, NodeResponse } from '../protocol.js';
import { answerLine, errorLine, parseLine, type AddressOf, type Verb } from './text.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NO_BYTES = new Uint8Array(0);

export interface TextOptions {
  /** Bytes of a line without its end. 1 or more. */
  readonly lineBytesMax: number;
  /** Lines that may be unanswered; further ones are not looked at before an answer leaves. 1 or more. */
  readonly unansweredMax: number;
}

/**
 * One client's connection of text, as a value.
 *
 * Answers leave in the order of the lines, whatever order the node finishes them in: each line has a slot,
 * and a slot's answer waits for those before it, and for the host to ask for it ({@link takeText}), which it does
 * as fast as the client reads. Memory is bounded by one line, `unansweredMax` slots, the piece that the host
 * handed in when the last slot was taken, and the window of bytes in flow.ts.
 *
 * What a client sends is done as if one line followed the other: a read is handed to the node when the
 * writes before it are answered, and a write when the reads before it are. A node may do requests that it
 * has at once in any order, so `SET k 1`, `GET k` in one piece could else find nothing. Neighbours of
 * one kind still go together, which is what makes pipelining worth while.
 */
export interface TextConnection {
  readonly options: TextOptions;
  /** The beginning of a line whose end has not come. Has no line feed in it. */
  readonly line: ByteQueue;
  /** The line was too long and has been answered; what still comes of it is thrown away. */
  readonly isSkipping: boolean;
  /** A line of HTTP came (foreign.ts) and has its slot; nothing behind it is looked at, whatever comes. */
  readonly isForeign: boolean;
  /** Bytes that were not looked at, because all slots are taken. Empty otherwise. */
  readonly unread: Uint8Array;
  /** The request id of the first slot; the slots' ids count up from it. */
  readonly firstId: number;
  readonly slots: readonly Slot[];
  /** Which of the requests are with the node. */
  readonly flow: Flow;
}

/** What a line still has to be told: the node's answer (null until it came) and how to word it, or a line of our own. */
export type Slot = { readonly verb: Verb; readonly answer: NodeResponse | null } | { readonly verb: null; readonly answer: ByteString };

/** What a step of a connection asks of its host: requests for the node, bytes for the client. */
export interface TextStep {
  readonly connection: TextConnection;
  readonly requests: readonly NodeRequest[];
  readonly output: Uint8Array;
}

/** A connection over which nothing has come yet. */
export function openText(options: TextOptions): TextConnection {
  return {
    options,
    line: EMPTY_QUEUE,
    isSkipping: false,
    isForeign: false,
    unread: NO_BYTES,
    firstId: 1,
    slots: [],
    flow: openFlow(true),
  };
}

/** The host must not read from this client before an answer has left. */
export function isTextFull(connection: TextConnection): boolean {
  return connection.slots.length >= connection.options.unansweredMax;
}

/** Lines whose answers have not left. A client that closed its sending half is owed them. */
export function unansweredLines(connection: TextConnection): number {
  return connection.slots.length;
}

/** Everything that it is owed has left and nothing more is taken: the host closes it. */
export function isTextOver(connection: TextConnection): boolean {
  return connection.isForeign && connection.slots.length === 0;
}

/** Whether an answer may leave: the host calls {@link takeText} when the client can take more. */
export function hasText({ slots }: TextConnection): boolean {
  return slots.length > 0 && slots[0]?.answer !== null;
}

/** Bytes of what came and is not with the node yet. */
export function unreadTextBytes({ line, unread, flow }: TextConnection): number {
  return line.sizeBytes + unread.length + flow.waitingBytes;
}

/** Takes up the next piece of the stream, cut anywhere. */
export function onTextBytes(connection: TextConnection, bytes: Uint8Array): TextStep {
  if (connection.isForeign) return { connection, requests: [], output: NO_BYTES };
  if (connection.unread.length > 0) return read({ ...connection, unread: NO_BYTES }, concat([connection.unread, bytes]));
  return read(connection, bytes);
}

/** Takes up the node's answer to a request. Answers to what was not asked, or twice, are dropped. */
export function onTextResponse(connection: TextConnection, response: NodeResponse): TextStep {
  const { flow, outcome } = onAnswer(connection.flow, response, connection.firstId);
  if (outcome === 'not asked') return { connection, requests: [], output: NO_BYTES };
  const at = response.id - connection.firstId;
  const slot = connection.slots[at] as Slot;
  const isKept = outcome === 'kept' && slot.verb !== null;
  const slots = isKept ? connection.slots.with(at, { verb: slot.verb, answer: response }) : connection.slots;
  return handedOver({ ...connection, slots, flow }, []);
}

/**
 * Words the answers that may leave, from the front, until they are `bytesMax` bytes or more; and reads on in what waited for a slot.
 *
 * @param bytesMax 1 or more. Only the last answer goes beyond it.
 */
export function takeText(connection: TextConnection, bytesMax: number, addressOf: AddressOf): TextStep {
  let { flow } = connection;
  let count = 0;
  let output: string = EMPTY;
  for (const slot of connection.slots) {
    if (slot.answer === null || output.length >= bytesMax) break;
    output += slot.verb === null ? slot.answer : answerLine(slot.verb, slot.answer, addressOf);
    if (slot.verb !== null) flow = onLeft(flow, slot.answer);
    count++;
  }
  if (count === 0) return { connection, requests: [], output: NO_BYTES };
  const slots = connection.slots.slice(count);
  const after = { ...connection, slots, firstId: connection.firstId + count, flow };
  const { unread } = after;
  const step = unread.length === 0 ? handedOver(after, []) : read({ ...after, unread: NO_BYTES }, unread);
  return { ...step, output: bytesOf(output as ByteString) };
}

/** Reads lines as far as there are slots, and hands over what they ask. What is then unread is a copy: the host's buffer is the host's again. */
function read(connection: TextConnection, bytes: Uint8Array): TextStep {
  const { connection: after, requests } = readLines(connection, bytes);
  return handedOver({ ...after, unread: after.unread.slice() }, requests);
}

function handedOver(connection: TextConnection, further: readonly NodeRequest[]): TextStep {
  const { flow, requests } = handOver(connection.flow, further, connection.firstId);
  return { connection: { ...connection, flow }, requests, output: NO_BYTES };
}

interface Draft {
  readonly connection: TextConnection;
  readonly requests: readonly NodeRequest[];
}

/** Gives every complete line a slot, until the slots are taken. What is then unread is a view of `bytes`. */
function readLines(connection: TextConnection, bytes: Uint8Array): Draft {
  const { lineBytesMax, unansweredMax } = connection.options;
  const slots = connection.slots.slice();
  const requests: NodeRequest[] = [];
  let { line, isSkipping, isForeign } = connection;
  let at = 0;
  while (at < bytes.length && slots.length < unansweredMax) {
    const feed = bytes.indexOf(LINE_FEED, at);
    if (feed === -1) {
      if (!isSkipping) line = enqueue(line, bytes.subarray(at));
      at = bytes.length;
      if (isTooLong(line, lineBytesMax)) {
        slots.push(tooLong(lineBytesMax));
        line = EMPTY_QUEUE;
        isSkipping = true;
      }
      break;
    }
    if (!isSkipping) {
      const whole = line.sizeBytes === 0 ? lineOf(bytes, at, feed) : lineFrom(line, bytes.subarray(at, feed));
      const slot = whole.length > lineBytesMax ? tooLong(lineBytesMax) : slotOf(whole, connection.firstId + slots.length, requests);
      slots.push(slot);
      isForeign = slot === FOREIGN;
    }
    line = EMPTY_QUEUE;
    isSkipping = false;
    at = isForeign ? bytes.length : feed + 1;
  }
  const unread = at === bytes.length ? NO_BYTES : bytes.subarray(at);
  return { connection: { ...connection, line, isSkipping, isForeign, unread, slots }, requests };
}

/** Whatever comes next, this line is too long: a last carriage return may still belong to its end. */
function isTooLong(line: ByteQueue, lineBytesMax: number): boolean {
  const ending = lastByte(line) === CARRIAGE_RETURN ? 1 : 0;
  return line.sizeBytes - ending > lineBytesMax;
}

function tooLong(lineBytesMax: number): Slot {
  return { verb: null, answer: errorLine(`line too long: more than ${lineBytesMax} bytes`) };
}

function lineFrom(queue: ByteQueue, rest: Uint8Array): ByteString {
  const bytes = joined(enqueue(queue, rest));
  return lineOf(bytes, 0, bytes.length);
}

/** The line in start .. end-1, without a carriage return at its end. */
function lineOf(bytes: Uint8Array, start: number, end: number): ByteString {
  const hasReturn = end > start && bytes[end - 1] === CARRIAGE_RETURN;
  return byteStringFrom(bytes, start, hasReturn ? end - 1 : end);
}

const FOREIGN: Slot = { verb: null, answer: errorLine(HTTP_AT_LINES) };

function slotOf(line: ByteString, id: number, requests: NodeRequest[]): Slot {
  const parsed = parseLine(line, id);
  if (!parsed.ok) return isHttpLine(line) ? FOREIGN : { verb: null, answer: errorLine(parsed.problem) };
  requests.push(parsed.value.request);
  return { verb: parsed.value.verb, answer: null };
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
