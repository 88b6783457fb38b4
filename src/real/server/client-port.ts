import { createServer, type Socket } from 'node:net';
import { connectionId, type ConnectionId } from '../../core/base/units.js';
import {
  closeClientConnection,
  hasAnswers,
  heldBytes,
  isFull,
  isUnfinished,
  isWithNode,
  onClientBytes,
  onClientResponse,
  openClientConnection,
  takeAnswers,
  unanswered,
  type ClientConnection,
  type ClientPortOptions,
  type ClientStep,
} from '../../core/wire/client-connection.js';
import type { NodeRequest, NodeResponse } from '../../core/wire/protocol.js';
import type { AddressOf } from '../../core/wire/text/text.js';
import type { HostAndPort } from '../base/addresses.js';
import { lineOf } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { endSoon, listen, stopListening, tuneSocket } from '../base/sockets.js';
import type { ClientMemory, Share } from '../base/client-memory.js';
import { Connections, type ConnectionLimits, type Guest } from './connections.js';
import type { Turns, Worker } from './turns.js';

/** What a client port is made for. */
export interface ClientPortSettings {
  readonly address: HostAndPort;
  /** Bounds of one connection; core/wire keeps them. */
  readonly options: ClientPortOptions;
  /** How many connections there may be, and for how long. */
  readonly limits: ConnectionLimits;
  /** What all clients hold together. */
  readonly memory: ClientMemory;
  /** In which answers are made. */
  readonly turns: Turns;
  readonly addressOf: AddressOf;
  /** Takes what clients ask. It may answer before it returns. */
  readonly onRequest: (connection: ConnectionId, request: NodeRequest) => void;
  readonly onConnection: (connection: ConnectionId, isOpen: boolean) => void;
  readonly log: Log;
}

/** Bytes of answers that the system has not taken, above which no further ones are made. */
const OUTPUT_BYTES_PAUSE = 1_048_576;
/** Bytes of answers that are made for one client in one turn; one answer may go beyond it. */
const SLICE_BYTES = 262_144;

interface Client extends Guest, Worker {
  readonly id: ConnectionId;
  readonly socket: Socket;
  readonly name: string;
  readonly share: Share;
  connection: ClientConnection;
  /** It closed its sending half, and still gets what it is owed. */
  hasEnded: boolean;
}

/**
 * The port for clients. What the bytes mean, and which answer goes where, is decided by core/wire; here
 * are the sockets, how much of them is read, and when answers are made: as fast as their client takes them.
 */
export class ClientPort {
  readonly #settings: ClientPortSettings;
  readonly #clients = new Map<ConnectionId, Client>();
  readonly #connections: Connections;
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  #lastId = 0;
  #isStopping = false;
  #onQuiet: (() => void) | null = null;

  constructor(settings: ClientPortSettings) {
    this.#settings = settings;
    this.#connections = new Connections(settings.limits);
  }

  /** @throws {UserError} When the port cannot be used. */
  open(): Promise<void> {
    return listen(this.#server, this.#settings.address, 'client');
  }

  /** Hands an answer to its connection, if that still stands. */
  respond(id: ConnectionId, response: NodeResponse): void {
    const client = this.#clients.get(id);
    if (client !== undefined) this.#carryOut(client, onClientResponse(client.connection, response));
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
    for (const { socket } of this.#clients.values()) endSoon(socket);
    await closed;
  }

  #accept(socket: Socket): void {
    const { options, memory, onConnection, log } = this.#settings;
    if (this.#isStopping) {
      socket.on('error', () => undefined);
      socket.end('ERROR this server is stopping\n', () => socket.destroy());
      return;
    }
    tuneSocket(socket);
    const id = connectionId(++this.#lastId);
    const name = `${socket.remoteAddress ?? 'somebody'}:${socket.remotePort ?? ''}`;
    const end = (reason: string): void => this.#carryOut(client, closeClientConnection(client.connection, reason));
    const client: Client = {
      id,
      socket,
      name,
      share: memory.open(end),
      connection: openClientConnection(options),
      hasEnded: false,
      isServed: () => isWithNode(client.connection),
      isUnfinished: () => isUnfinished(client.connection) || unanswered(client.connection) > 0 || socket.writableLength > 0,
      end,
      slice: () => this.#answer(client),
    };
    this.#connections.enter(client);
    this.#connections.watch(client);
    this.#clients.set(id, client);
    log('debug', `client ${name} connected`);
    socket.on('data', (bytes) => {
      this.#connections.heardOf(client);
      this.#carryOut(client, onClientBytes(client.connection, bytes));
    });
    socket.on('end', () => {
      client.hasEnded = true;
      this.#finishIfOwedNothing(client);
    });
    socket.on('drain', () => {
      this.#connections.heardOf(client);
      this.#goOn(client);
    });
    socket.on('error', (error) => log('debug', `client ${name}: ${lineOf(error)}`));
    socket.on('close', () => this.#forget(client));
    onConnection(id, true);
  }

  #forget(client: Client): void {
    if (!this.#clients.delete(client.id)) return;
    this.#connections.leave(client);
    this.#settings.turns.leave(client);
    client.share.close();
    this.#settings.onConnection(client.id, false);
    this.#lookForQuiet();
  }

  #carryOut(client: Client, step: ClientStep): void {
    client.connection = step.connection;
    if (step.output.length > 0 && client.socket.writable) client.socket.write(step.output);
    for (const request of step.requests) this.#settings.onRequest(client.id, request);
    if (step.close === null) return this.#goOn(client);
    this.#settings.log('warn', `closing the connection of client ${client.name}: ${step.close}`);
    // Whoever does not take his answers takes no last words either.
    if (client.socket.writableLength > OUTPUT_BYTES_PAUSE) client.socket.destroy();
    else endSoon(client.socket);
    this.#forget(client);
  }

  #finishIfOwedNothing(client: Client): void {
    if (client.hasEnded && unanswered(client.connection) === 0) endSoon(client.socket);
  }

  /** Reads on, or waits, so that the network makes a client wait and not our memory; and has a turn when there is something to answer. */
  #goOn(client: Client): void {
    const { socket, connection } = client;
    if (socket.destroyed || connection.mode === 'closed') return;
    const isFlooded = socket.writableLength > OUTPUT_BYTES_PAUSE;
    if (hasAnswers(connection) && !isFlooded) this.#settings.turns.take(client);
    else this.#finishIfOwedNothing(client);
    const mustWait = this.#isStopping || isFull(connection) || isFlooded;
    if (mustWait && !socket.isPaused()) socket.pause();
    else if (!mustWait && socket.isPaused()) socket.resume();
    client.share.hold(heldBytes(connection) + socket.writableLength);
  }

  /** A turn: all that is answered here leaves in one write. */
  #answer(client: Client): number {
    if (client.socket.destroyed) return 0;
    const step = takeAnswers(client.connection, SLICE_BYTES, this.#settings.addressOf);
    this.#carryOut(client, step);
    this.#lookForQuiet();
    return step.output.length;
  }

  #lookForQuiet(): void {
    if (this.#onQuiet === null) return;
    for (const { connection } of this.#clients.values()) if (unanswered(connection) > 0) return;
    this.#onQuiet();
    this.#onQuiet = null;
  }
}
