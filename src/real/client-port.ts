import { createServer, type Socket } from 'node:net';
import { connectionId, type ConnectionId } from '../core/base/units.js';
import {
  isFull, onClientBytes, onClientResponse, openClientConnection, unanswered,
  type ClientConnection, type ClientPortOptions, type ClientStep,
} from '../core/wire/client-connection.js';
import type { NodeRequest, NodeResponse } from '../core/wire/protocol.js';
import type { AddressOf } from '../core/wire/text.js';
import type { HostAndPort } from './addresses.js';
import { lineOf } from './errors.js';
import type { Log } from './log.js';
import { endSoon, listen, stopListening, tuneSocket } from './sockets.js';

/** What a client port is made for. */
export interface ClientPortSettings {
  readonly address: HostAndPort;
  /** Bounds of one connection; core/wire keeps them. */
  readonly options: ClientPortOptions;
  /** Connections at once; one more gets a line and is closed. */
  readonly connectionsMax: number;
  readonly addressOf: AddressOf;
  /** Takes what clients ask. It may answer before it returns. */
  readonly onRequest: (connection: ConnectionId, request: NodeRequest) => void;
  readonly onConnection: (connection: ConnectionId, isOpen: boolean) => void;
  readonly log: Log;
}

/** Bytes of answers that a client has not taken, above which nothing more is read from it. */
const OUTPUT_BYTES_PAUSE = 1_048_576;
/** The same, above which it is given up: it asks for more than it takes. */
const OUTPUT_BYTES_MAX = 134_217_728;

interface Client {
  readonly id: ConnectionId;
  readonly socket: Socket;
  readonly name: string;
  connection: ClientConnection;
  /** Its writes of this turn of the event loop are held together. */
  isCorked: boolean;
  /** It closed its sending half, and still gets what it is owed. */
  hasEnded: boolean;
}

/**
 * The port for clients. What the bytes mean, and which answer goes where, is decided by core/wire; here
 * are the sockets, and how much of them is read.
 */
export class ClientPort {
  readonly #settings: ClientPortSettings;
  readonly #clients = new Map<ConnectionId, Client>();
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  #lastId = 0;
  #corked: Client[] = [];
  #isStopping = false;
  #onQuiet: (() => void) | null = null;

  constructor(settings: ClientPortSettings) {
    this.#settings = settings;
  }

  /** @throws {UserError} When the port cannot be used. */
  open(): Promise<void> {
    return listen(this.#server, this.#settings.address, 'client');
  }

  /** Hands an answer to its connection, if that still stands. */
  respond(id: ConnectionId, response: NodeResponse): void {
    const client = this.#clients.get(id);
    if (client === undefined) return;
    this.#carryOut(client, onClientResponse(client.connection, response, this.#settings.addressOf));
    if (this.#isStopping) this.#lookForQuiet();
  }

  /** Takes no new connections and no new requests, and resolves when all that was asked is answered. */
  quiesce(): Promise<void> {
    this.#isStopping = true;
    if (this.#server.listening) this.#server.close();
    for (const { socket } of this.#clients.values()) socket.pause();
    return new Promise((resolve) => {
      this.#onQuiet = resolve;
      this.#lookForQuiet();
    });
  }

  async close(): Promise<void> {
    this.#isStopping = true;
    const closed = stopListening(this.#server);
    this.#flush();
    for (const { socket } of this.#clients.values()) endSoon(socket);
    await closed;
  }

  #accept(socket: Socket): void {
    const { connectionsMax, options, onConnection, log } = this.#settings;
    if (this.#clients.size >= connectionsMax || this.#isStopping) {
      socket.on('error', () => undefined);
      socket.end(this.#isStopping ? 'ERROR this server is stopping\n' : 'ERROR too many connections\n', () => socket.destroy());
      return;
    }
    tuneSocket(socket);
    const id = connectionId(++this.#lastId);
    const name = `${socket.remoteAddress ?? 'somebody'}:${socket.remotePort ?? ''}`;
    const client: Client = { id, socket, name, connection: openClientConnection(options), isCorked: false, hasEnded: false };
    this.#clients.set(id, client);
    log('debug', `client ${name} connected`);
    socket.on('data', (bytes) => this.#carryOut(client, onClientBytes(client.connection, bytes)));
    socket.on('end', () => {
      client.hasEnded = true;
      this.#finishIfOwedNothing(client);
    });
    socket.on('drain', () => this.#readOrWait(client));
    socket.on('error', (error) => log('debug', `client ${name}: ${lineOf(error)}`));
    socket.on('close', () => {
      this.#clients.delete(id);
      onConnection(id, false);
      this.#lookForQuiet();
    });
    onConnection(id, true);
  }

  #carryOut(client: Client, step: ClientStep): void {
    client.connection = step.connection;
    if (step.output.length > 0) this.#write(client, step.output);
    for (const request of step.requests) this.#settings.onRequest(client.id, request);
    if (step.close !== null) {
      this.#settings.log('warn', `closing the connection of client ${client.name}: ${step.close}`);
      endSoon(client.socket);
    } else {
      this.#finishIfOwedNothing(client);
      this.#readOrWait(client);
    }
  }

  #finishIfOwedNothing(client: Client): void {
    if (client.hasEnded && unanswered(client.connection) === 0) endSoon(client.socket);
  }

  /** A client that does not take its answers, or has too many coming, waits; so the network makes it wait, not our memory. */
  #readOrWait(client: Client): void {
    const { socket } = client;
    if (socket.destroyed) return;
    if (socket.writableLength > OUTPUT_BYTES_MAX) {
      this.#settings.log('warn', `closing the connection of client ${client.name}: it does not take its answers`);
      socket.destroy();
      return;
    }
    const mustWait = this.#isStopping || isFull(client.connection) || socket.writableLength > OUTPUT_BYTES_PAUSE;
    if (mustWait && !socket.isPaused()) socket.pause();
    else if (!mustWait && socket.isPaused()) socket.resume();
  }

  /** All answers of one turn of the event loop leave in one write for each client. */
  #write(client: Client, bytes: Uint8Array): void {
    if (!client.socket.writable) return;
    if (!client.isCorked) {
      client.isCorked = true;
      client.socket.cork();
      if (this.#corked.length === 0) setImmediate(() => this.#flush());
      this.#corked.push(client);
    }
    client.socket.write(bytes);
  }

  #flush(): void {
    const corked = this.#corked;
    this.#corked = [];
    for (const client of corked) {
      client.isCorked = false;
      client.socket.uncork();
    }
  }

  #lookForQuiet(): void {
    if (this.#onQuiet === null) return;
    for (const { connection } of this.#clients.values()) if (unanswered(connection) > 0) return;
    this.#onQuiet();
    this.#onQuiet = null;
  }
}
