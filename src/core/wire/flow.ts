import type { NodeRequest, NodeResponse } from './protocol.js';

/**
 * WHAT OF ONE CONNECTION IS WITH THE NODE, AND HOW MANY BYTES OF ITS ANSWERS WAIT, as a value.
 *
 * A few bytes can ask for gigabytes: a read's answer is as long as the value. So a connection hands its requests over by a
 * window of bytes. A write counts as long as it is, a read as long as the connection's last answers lead to expect; a client
 * that has not been answered yet begins with a few reads and is trusted with more as its answers turn out to be short. When an
 * answer does not fit all the same, the read is put back and asked again once there is room: it changes nothing, and the
 * client has not been told yet. At least one request is always allowed, so a connection never stands still.
 */
export interface Flow {
  /** Whether a request waits until those of the other kind (reads, writes) before it are answered. */
  readonly keepsOrder: boolean;
  /** Not handed to the node yet, in order. */
  readonly waiting: readonly NodeRequest[];
  /** Bytes of those. */
  readonly waitingBytes: number;
  /** With the node. */
  readonly underWay: readonly NodeRequest[];
  /** Bytes of answers that came and have not left. */
  readonly answerBytes: number;
  /** Bytes that the answer to a read is expected to have. */
  readonly readBytes: number;
}

/** Bytes of one connection that may be with the node or wait as answers; one request may go beyond it. */
export const WINDOW_BYTES = 4_194_304;
/** What the first read is expected to bring. */
const READ_BYTES_FIRST = 1_048_576;
/** Bytes that any request, and any answer, is counted with besides its key and value. */
const OVERHEAD_BYTES = 64;

export function openFlow(keepsOrder: boolean): Flow {
  return { keepsOrder, waiting: [], waitingBytes: 0, underWay: [], answerBytes: 0, readBytes: READ_BYTES_FIRST };
}

/** What a connection asks of the node now. */
export interface HandedOver {
  readonly flow: Flow;
  readonly requests: readonly NodeRequest[];
}

/**
 * Takes in further requests, and hands over those that may go.
 *
 * @param head The id of the request whose answer must leave next; it may always go. Null where answers leave in any order.
 */
export function handOver(flow: Flow, further: readonly NodeRequest[], head: number | null): HandedOver {
  const waiting = further.length === 0 ? flow.waiting : [...flow.waiting, ...further];
  const [first] = waiting;
  if (first === undefined) return { flow, requests: [] };
  const waitingBytes = further.reduce((sum, request) => sum + requestBytes(request), flow.waitingBytes);
  const isWriting = isWrite(flow.underWay[0] ?? first);
  let room = WINDOW_BYTES - flow.answerBytes - flow.underWay.reduce((sum, request) => sum + cost(flow, request), 0);
  let isIdle = flow.underWay.length === 0 && flow.answerBytes === 0;
  let count = 0;
  let handedBytes = 0;
  for (const request of waiting) {
    if (flow.keepsOrder && isWrite(request) !== isWriting) break;
    if (!isIdle && request.id !== head && cost(flow, request) > room) break;
    room -= cost(flow, request);
    isIdle = false;
    handedBytes += requestBytes(request);
    count++;
  }
  const requests = waiting.slice(0, count);
  return {
    flow: {
      ...flow,
      waiting: waiting.slice(count),
      waitingBytes: waitingBytes - handedBytes,
      underWay: count === 0 ? flow.underWay : [...flow.underWay, ...requests],
    },
    requests,
  };
}

/** What becomes of an answer: it waits to leave, its request is to be asked again, or nobody asked. */
export interface Received {
  readonly flow: Flow;
  readonly outcome: 'kept' | 'put back' | 'not asked';
}

/** @param head As in {@link handOver}: its answer is kept, whatever its size. */
export function onAnswer(flow: Flow, response: NodeResponse, head: number | null): Received {
  const at = flow.underWay.findIndex(({ id }) => id === response.id);
  const request = flow.underWay[at];
  if (request === undefined) return { flow, outcome: 'not asked' };
  const underWay = flow.underWay.toSpliced(at, 1);
  const bytes = answerBytes(response);
  const isRead = request.kind === 'query';
  const readBytes = isRead ? Math.max(bytes, Math.floor((flow.readBytes * 7) / 8)) : flow.readBytes;
  const fits = flow.answerBytes === 0 || request.id === head || flow.answerBytes + bytes <= WINDOW_BYTES;
  if (fits || !isRead) return { flow: { ...flow, underWay, readBytes, answerBytes: flow.answerBytes + bytes }, outcome: 'kept' };
  const waitingBytes = flow.waitingBytes + requestBytes(request);
  // Before all others: those behind it may be of the other kind, and must not overtake it.
  return { flow: { ...flow, underWay, readBytes, waiting: [request, ...flow.waiting], waitingBytes }, outcome: 'put back' };
}

/** An answer that was kept has left. */
export function onLeft(flow: Flow, response: NodeResponse): Flow {
  return { ...flow, answerBytes: flow.answerBytes - answerBytes(response) };
}

function cost(flow: Flow, request: NodeRequest): number {
  return request.kind === 'query' ? flow.readBytes : requestBytes(request);
}

function isWrite(request: NodeRequest): boolean {
  return request.kind === 'command';
}

function requestBytes(request: NodeRequest): number {
  if (request.kind === 'query') return OVERHEAD_BYTES + request.key.length;
  return request.kind === 'command' ? OVERHEAD_BYTES + request.command.key.length + request.command.value.length : OVERHEAD_BYTES;
}

function answerBytes(response: NodeResponse): number {
  return response.kind === 'done' ? OVERHEAD_BYTES + response.result.value.length : OVERHEAD_BYTES;
}
