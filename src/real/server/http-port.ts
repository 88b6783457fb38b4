import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connectionId, type ConnectionId } from '../../core/base/units.js';
import { errorReply, httpReply, readHttp, type HttpMethod, type HttpReply } from '../../core/wire/http/http.js';
import { HTTP_BODY_BYTES_MAX } from '../../core/wire/limits.js';
import type { NodeRequest, NodeResponse } from '../../core/wire/protocol.js';
import type { AddressOf } from '../../core/wire/text/text.js';
import type { HostAndPort } from '../base/addresses.js';
import { codeOf, lineOf } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { listen, stopListening } from '../base/sockets.js';
import type { ClientMemory, Share } from '../base/client-memory.js';
import { Connections, type ConnectionLimits, type Guest } from './connections.js';
import { refusalOf, refuseBytes, refuseRest, REQUEST_MS_MAX } from './http-refusals.js';
import type { Turns } from './turns.js';

export interface HttpPortSettings {
  readonly address: HostAndPort;
  /** How many connections there may be. */
  readonly limits: ConnectionLimits;
  /** What all clients hold together. */
  readonly memory: ClientMemory;
  /** In which answers are made. */
  readonly turns: Turns;
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

/** How often it is looked for requests that do not come whole in time, in milliseconds. */
const CHECK_MS = 5_000;

/** A connection, of which one request after the other is done. */
interface Client extends Guest {
  readonly share: Share;
  /** The last request that came. */
  newest: ServerResponse | null;
  isWithNode: boolean;
}

/** A request that is with the node, or whose answer has not had its turn. */
interface Waiting {
  readonly client: Client;
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
  readonly #server = createServer(
    { requestTimeout: REQUEST_MS_MAX, connectionsCheckingInterval: CHECK_MS, requireHostHeader: false },
    (request, response) => this.#take(request, response),
  );
  readonly #connections: Connections;
  readonly #clients = new Map<Duplex, Client>();
  readonly #waiting = new Map<ConnectionId, Waiting>();
  /** Requests that wait for those before them on their connection. */
  #queued = 0;
  #lastId = 0;
  #isStopping = false;
  #onQuiet: (() => void) | null = null;

  constructor(settings: HttpPortSettings) {
    this.#settings = settings;
    this.#connections = new Connections(settings.limits);
    // Who closes his sending half is still owed the answer.
    Object.assign(this.#server, { httpAllowHalfOpen: true });
    this.#server.on('connection', (socket) => this.#accept(socket));
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
    clearTimeout(waiting.timer);
    const { client, method } = waiting;
    client.isWithNode = false;
    hold(client, response.kind === 'done' ? response.result.value.length : 0);
    // By turns: to make JSON of a large value takes as long as many heartbeats.
    this.#settings.turns.take({
      slice: () => {
        if (!this.#waiting.has(id)) return 0;
        const reply = httpReply(method, response, this.#settings.addressOf);
        this.#finish(id, waiting, reply);
        return reply.body.length;
      },
    });
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

  #accept(socket: Socket): void {
    const { memory } = this.#settings;
    const end = (reason: string): void => this.#giveUp(client, reason);
    const client: Client = {
      socket,
      share: memory.open(end),
      newest: null,
      isWithNode: false,
      isServed: () => client.isWithNode,
      isUnfinished: () => client.newest !== null && !isOver(client.newest),
      end,
    };
    this.#connections.enter(client);
    this.#clients.set(socket, client);
    socket.on('close', () => this.#leave(client));
  }

  #leave(client: Client): void {
    if (!this.#clients.delete(client.socket)) return;
    this.#connections.leave(client);
    client.share.close();
  }

  /** There is no room for it: told to whoever can still be told, and all that it holds is let go at once. */
  #giveUp(client: Client, reason: string): void {
    this.#settings.log('warn', `closing the HTTP connection of ${client.socket.remoteAddress ?? 'somebody'}: ${reason}`);
    this.#leave(client);
    const { socket, newest } = client;
    if (socket.writable && (newest === null || !newest.headersSent)) socket.write(refusalOf('OVERLOAD', reason));
    socket.destroySoon();
  }

  /** Requests of one connection are done one after the other (RFC 9112 §9.3.2), so that each sees what those before it did. */
  #take(request: IncomingMessage, response: ServerResponse): void {
    const client = this.#clients.get(request.socket);
    if (client === undefined) return void request.socket.destroy();
    const before = client.newest;
    client.newest = response;
    this.#connections.heardOf(client);
    if (before === null || isOver(before)) return this.#read(client, request, response);
    if (this.#waiting.size + this.#queued >= this.#settings.unansweredMax) {
      request.resume();
      return send(response, later('too many requests wait'));
    }
    this.#queued += 1;
    before.once('close', () => {
      this.#queued -= 1;
      this.#read(client, request, response);
    });
  }

  /** What follows a whole request is no request: that one is answered first, or its client would take this for its answer. */
  #onNonsense(socket: Duplex, code: string): void {
    const newest = this.#clients.get(socket)?.newest ?? null;
    if (newest === null || isOver(newest) || (newest.socket === socket && !newest.req.complete)) refuseBytes(socket, code);
    else if (newest.req.complete) newest.once('close', () => refuseBytes(socket, code));
    else socket.destroy();
  }

  #read(client: Client, request: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = [];
    let sizeBytes = 0;
    request.on('error', (error) => this.#settings.log('debug', `HTTP: ${lineOf(error)}`));
    response.on('error', (error) => this.#settings.log('debug', `HTTP: ${lineOf(error)}`));
    if (Number(request.headers['content-length'] ?? 0) > HTTP_BODY_BYTES_MAX) refuseRest(request, response);
    request.on('data', (piece: Buffer) => {
      sizeBytes += piece.length;
      if (sizeBytes > HTTP_BODY_BYTES_MAX) {
        pieces.length = 0;
        hold(client, 0);
        if (!response.headersSent) refuseRest(request, response);
        return;
      }
      this.#connections.heardOf(client);
      pieces.push(piece);
      hold(client, sizeBytes);
    });
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      pieces.length = 0;
      hold(client, 0);
      if (!response.headersSent) this.#ask(client, request, response, body);
    });
  }

  /** Whoever asks before he sends too much is spared sending it. */
  #onExpectation(request: IncomingMessage, response: ServerResponse): void {
    if (Number(request.headers['content-length'] ?? 0) <= HTTP_BODY_BYTES_MAX) response.writeContinue();
    this.#take(request, response);
  }

  #ask(client: Client, request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
    const { unansweredMax, answerMsMax, onRequest, names } = this.#settings;
    const { origin, 'content-type': contentType } = request.headers;
    // Node keeps the first of two; who sends two must not get past either.
    const host = request.headersDistinct['host']?.join(', ');
    const read = readHttp({ verb: request.method ?? '', path: request.url ?? '', host, origin, contentType, body }, 1, names);
    if (!read.ok) return send(response, read.problem);
    if (this.#isStopping) return send(response, later('this server is stopping'));
    if (this.#waiting.size >= unansweredMax) return send(response, later('too many requests wait'));

    const id = connectionId(--this.#lastId);
    const timer = setTimeout(() => {
      const waiting = this.#waiting.get(id);
      if (waiting !== undefined) this.#finish(id, waiting, notInTime(`no answer in ${answerMsMax} ms`));
    }, answerMsMax);
    client.isWithNode = true;
    this.#waiting.set(id, { client, method: read.value.method, response, timer });
    response.once('close', () => this.#forget(id));
    onRequest(id, read.value.request);
  }

  #finish(id: ConnectionId, { client, response }: Waiting, reply: HttpReply): void {
    send(response, reply);
    client.socket.setTimeout(this.#settings.limits.stalledMsMax);
    hold(client, 0);
    this.#forget(id);
  }

  #forget(id: ConnectionId): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    waiting.client.isWithNode = false;
    this.#waiting.delete(id);
    this.#lookForQuiet();
  }

  #lookForQuiet(): void {
    if (this.#onQuiet === null || this.#waiting.size > 0) return;
    this.#onQuiet();
    this.#onQuiet = null;
  }
}

/** Says what a client makes this server hold besides what the system has not taken yet. */
function hold(client: Client, bytes: number): void {
  client.share.hold(bytes + client.socket.writableLength);
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
