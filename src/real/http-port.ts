import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { connectionId, type ConnectionId } from '../core/base/units.js';
import { errorReply, httpReply, readHttp, tooLarge, type HttpMethod, type HttpReply } from '../core/wire/http.js';
import { HTTP_BODY_BYTES_MAX } from '../core/wire/limits.js';
import type { NodeRequest, NodeResponse } from '../core/wire/protocol.js';
import type { AddressOf } from '../core/wire/text.js';
import type { HostAndPort } from './addresses.js';
import { codeOf, lineOf } from './errors.js';
import type { Log } from './log.js';
import { listen, stopListening } from './sockets.js';

export interface HttpPortSettings {
  readonly address: HostAndPort;
  /** Connections at once; one more is closed. */
  readonly connectionsMax: number;
  /** Requests of all connections that may be unanswered; one more is told to come again. */
  readonly unansweredMax: number;
  /** Milliseconds after which a request that has no answer is given up: it may take effect all the same. */
  readonly answerMsMax: number;
  readonly addressOf: AddressOf;
  /** Names that clients may know this server by, in small letters; addresses of numbers and localhost need none. */
  readonly names: readonly string[];
  /** Takes what clients ask. It may answer before it returns. */
  readonly onRequest: (connection: ConnectionId, request: NodeRequest) => void;
  readonly log: Log;
}

/** Milliseconds in which a request must have come whole. */
const REQUEST_MS_MAX = 30_000;
/** Milliseconds that somebody who sends too much has to read why. */
const LAST_WORDS_MS_MAX = 2_000;

interface Waiting {
  readonly method: HttpMethod;
  readonly response: ServerResponse;
  readonly timer: NodeJS.Timeout;
}

/**
 * The port for HTTP. What a request means and how it is answered is decided by core/wire/http; the framing is Node's.
 *
 * To the machine each request is a connection of its own, numbered from -1 downwards, so that its answer comes back to it:
 * {@link HttpPort.owns} tells them from those of the client port.
 */
export class HttpPort {
  readonly #settings: HttpPortSettings;
  readonly #server = createServer({ requestTimeout: REQUEST_MS_MAX, requireHostHeader: false }, (request, response) => this.#take(request, response));
  readonly #waiting = new Map<ConnectionId, Waiting>();
  /** The last request of each connection that had one. */
  readonly #newest = new WeakMap<Duplex, ServerResponse>();
  /** Requests that wait for those before them on their connection. */
  #queued = 0;
  #lastId = 0;
  #isStopping = false;
  #onQuiet: (() => void) | null = null;

  constructor(settings: HttpPortSettings) {
    this.#settings = settings;
    this.#server.maxConnections = settings.connectionsMax;
    this.#server.on('checkContinue', (request, response) => this.#onExpectation(request, response));
    this.#server.on('checkExpectation', (request, response) => {
      request.resume();
      send(response, errorReply(417, 'this server knows no expectation but 100-continue'));
    });
    this.#server.on('clientError', (error, socket) => this.#onNonsense(socket, codeOf(error)));
    this.#server.on('connect', (_, socket) => refuseBytes(socket, 'CONNECT'));
  }

  /** @throws {UserError} When the port cannot be used. */
  open(): Promise<void> {
    return listen(this.#server, this.#settings.address, 'HTTP');
  }

  owns(id: ConnectionId): boolean {
    return id < 0;
  }

  /** Hands an answer to its request, if somebody still waits. */
  respond(id: ConnectionId, response: NodeResponse): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#finish(id, waiting, httpReply(waiting.method, response, this.#settings.addressOf));
  }

  /** Takes no further requests, and resolves when all that was asked is answered. */
  quiesce(): Promise<void> {
    this.#isStopping = true;
    return new Promise((resolve) => {
      this.#onQuiet = resolve;
      this.#lookForQuiet();
    });
  }

  async close(): Promise<void> {
    this.#isStopping = true;
    for (const [id, waiting] of this.#waiting) this.#finish(id, waiting, notInTime('this server is stopping'));
    const closed = stopListening(this.#server);
    this.#server.closeAllConnections();
    await closed;
  }

  /** Requests of one connection are done one after the other (RFC 9112 §9.3.2), so that each sees what those before it did. */
  #take(request: IncomingMessage, response: ServerResponse): void {
    const before = this.#newest.get(request.socket);
    this.#newest.set(request.socket, response);
    if (before === undefined || isOver(before)) return this.#read(request, response);
    if (this.#waiting.size + this.#queued >= this.#settings.unansweredMax) {
      request.resume();
      return send(response, later('too many requests wait'));
    }
    this.#queued += 1;
    before.once('close', () => {
      this.#queued -= 1;
      this.#read(request, response);
    });
  }

  /** What follows a whole request is no request: that one is answered first, or its client would take this for its answer. */
  #onNonsense(socket: Duplex, code: string): void {
    const newest = this.#newest.get(socket);
    if (newest === undefined || isOver(newest) || newest.socket === socket && !newest.req.complete) refuseBytes(socket, code);
    else if (newest.req.complete) newest.once('close', () => refuseBytes(socket, code));
    else socket.destroy();
  }

  #read(request: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = [];
    let sizeBytes = 0;
    request.on('error', (error) => this.#settings.log('debug', `HTTP: ${lineOf(error)}`));
    response.on('error', (error) => this.#settings.log('debug', `HTTP: ${lineOf(error)}`));
    if (Number(request.headers['content-length'] ?? 0) > HTTP_BODY_BYTES_MAX) refuseRest(request, response);
    request.on('data', (piece: Buffer) => {
      sizeBytes += piece.length;
      if (sizeBytes <= HTTP_BODY_BYTES_MAX) pieces.push(piece);
      else if (!response.headersSent) refuseRest(request, response);
    });
    request.on('end', () => {
      if (!response.headersSent) this.#ask(request, response, Buffer.concat(pieces));
    });
  }

  /** Whoever asks before he sends too much is spared sending it. */
  #onExpectation(request: IncomingMessage, response: ServerResponse): void {
    if (Number(request.headers['content-length'] ?? 0) <= HTTP_BODY_BYTES_MAX) response.writeContinue();
    this.#take(request, response);
  }

  #ask(request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
    const { unansweredMax, answerMsMax, onRequest, names } = this.#settings;
    const { host, origin, 'content-type': contentType } = request.headers;
    const read = readHttp({ verb: request.method ?? '', path: request.url ?? '', host, origin, contentType, body }, 1, names);
    if (!read.ok) return send(response, read.problem);
    if (this.#isStopping) return send(response, later('this server is stopping'));
    if (this.#waiting.size >= unansweredMax) return send(response, later('too many requests wait'));

    const id = connectionId(--this.#lastId);
    const timer = setTimeout(() => {
      const waiting = this.#waiting.get(id);
      if (waiting !== undefined) this.#finish(id, waiting, notInTime(`no answer in ${answerMsMax} ms`));
    }, answerMsMax);
    this.#waiting.set(id, { method: read.value.method, response, timer });
    response.once('close', () => this.#forget(id));
    onRequest(id, read.value.request);
  }

  #finish(id: ConnectionId, { response }: Waiting, reply: HttpReply): void {
    this.#forget(id);
    send(response, reply);
  }

  #forget(id: ConnectionId): void {
    clearTimeout(this.#waiting.get(id)?.timer);
    this.#waiting.delete(id);
    this.#lookForQuiet();
  }

  #lookForQuiet(): void {
    if (this.#onQuiet === null || this.#waiting.size > 0) return;
    this.#onQuiet();
    this.#onQuiet = null;
  }
}

/**
 * The body is too large. The reply leaves at once, and what still comes is thrown away for a moment before the connection
 * goes: a reset would overtake the reply.
 */
function refuseRest(request: IncomingMessage, response: ServerResponse): void {
  const { status, body } = tooLarge();
  const bytes = Buffer.from(`${body}\n`);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, connection: 'close' });
  response.write(bytes);
  const timer = setTimeout(() => request.socket.destroy(), LAST_WORDS_MS_MAX);
  request.once('close', () => {
    clearTimeout(timer);
    response.end();
  });
}

/** What was no request, by the code that Node's parser gives it. */
const BYTES_REFUSED: Readonly<Record<string, readonly [status: string, error: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the head of the request is too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'the extensions of a chunk are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', `the request did not come whole in ${REQUEST_MS_MAX} ms`],
  CONNECT: ['405 Method Not Allowed', 'this server is no proxy'],
};

/** Answers bytes that are no request of HTTP/1.1, and closes their connection. */
function refuseBytes(socket: Duplex, code: string): void {
  const [status, error] = BYTES_REFUSED[code] ?? ['400 Bad Request', 'this is no request of HTTP/1.1'];
  const body = `${errorReply(400, error).body}\n`;
  if (!socket.writable || code === 'ECONNRESET') return void socket.destroy();
  socket.end(`HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`, () => socket.destroy());
}

/** It has left, or its connection is gone. */
const isOver = (response: ServerResponse): boolean => response.writableFinished || response.destroyed || response.closed;

function later(reason: string): HttpReply {
  return { ...errorReply(503, `unavailable, nothing was done: ${reason}`), headers: { 'retry-after': '1' } };
}

function notInTime(reason: string): HttpReply {
  return errorReply(504, `${reason}; a write may have taken effect, or may yet`);
}

function send(response: ServerResponse, { status, headers, body }: HttpReply): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(`${body}\n`);
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}
