import { createServer, type Socket } from 'node:net';
import { NOBODY, type NodeId } from '../../core/base/units.js';
import type { Codec } from '../../core/machine.js';
import { encodeFrame, FRAME_MARK } from '../../core/wire/frames/frame.js';
import { onFramedBytes, openFramed, type FramedRules } from '../../core/wire/frames/framed-connection.js';
import { goodbyeFrame, helloFrame, helloOf } from '../../core/wire/frames/hello.js';
import { FRAME_BYTES_MAX } from '../../core/wire/limits.js';
import type { HostAndPort } from '../base/addresses.js';
import { lineOf } from '../base/errors.js';
import { Guests } from './typed-lines.js';
import type { Log } from '../base/log.js';
import { Callers, type Caller } from './callers.js';
import { PeerLink, SIGN_OF_LIFE } from './peer-link.js';
import { endSoon, listen, stopListening, tuneSocket } from '../base/sockets.js';

/** What the network between servers is made for. */
export interface PeerSettings<Message> {
  readonly self: NodeId;
  /** 1 to 64 characters of A-Z a-z 0-9 . _ - ; servers of another cluster are refused. */
  readonly clusterId: string;
  /** Where this server listens for the others. */
  readonly address: HostAndPort;
  /** The others, without this server. */
  readonly peers: ReadonlyMap<NodeId, HostAndPort>;
  readonly codec: Codec<Message>;
  /** Whether the codec writes lines that people can type: then whoever begins without a frame is a guest (typed-lines.ts). */
  readonly hasGuests?: boolean;
  /** Takes each message that arrives. */
  readonly deliver: (from: NodeId, message: Message) => void;
  readonly log: Log;
}

/** Milliseconds that a stranger may take to say hello. */
const HELLO_MS_MAX = 3_000;
/** Milliseconds in which what was received is confirmed by a sign of life. Far below the silence that a link bears. */
const SIGN_OF_LIFE_MS = 1_000;
/** Incoming connections for each peer, strangers included. */
const CONNECTIONS_PER_PEER_MAX = 8;

/**
 * The network between the servers of any system, over TCP: one connection for each direction of each
 * pair. Frames, hellos and messages are read and written by core/wire; here are only the sockets.
 *
 * The twin of this class is the simulated network. Unlike it, this one never doubles a message, and
 * never lets one overtake another on the same connection.
 */
export class PeerNetwork<Message> {
  readonly #settings: PeerSettings<Message>;
  readonly #links = new Map<NodeId, PeerLink>();
  readonly #incoming = new Set<Socket>();
  readonly #callers: Callers;
  readonly #guests: Guests<Message> | null;
  // Who pipes lines in and closes his half is still owed the answers.
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));

  constructor(settings: PeerSettings<Message>) {
    this.#settings = settings;
    const { self, clusterId, codec, deliver, log } = settings;
    this.#callers = new Callers(CONNECTIONS_PER_PEER_MAX * (settings.peers.size + 1));
    this.#guests = settings.hasGuests === true ? new Guests(codec, deliver, log) : null;
    for (const [peer, address] of settings.peers) {
      const hello = helloFrame(helloOf(clusterId, self, 'server', peer));
      const rules = { clusterId, self, role: 'server', sender: peer } as const;
      this.#links.set(peer, new PeerLink(peer, address, { hello, rules }, settings.log));
    }
  }

  /**
   * Listens.
   *
   * @throws {UserError} When the port cannot be used.
   */
  open(): Promise<void> {
    return listen(this.#server, this.#settings.address, 'peer');
  }

  /** Begins to connect to every peer: once this server is sure to start. */
  connect(): void {
    for (const link of this.#links.values()) link.open();
  }

  /** Sends to one peer, or loses the message: no connection, or a queue that is full. Never waits. */
  send(to: NodeId, message: Message): void {
    const link = this.#links.get(to);
    if (link === undefined) this.#guests?.send(to, message);
    else link.send(encodeFrame('peer', this.#settings.codec.encode(message)));
  }

  /** The peers that messages can be sent to now. */
  get connectedPeers(): readonly NodeId[] {
    return [...this.#links].filter(([, link]) => link.isOpen).map(([peer]) => peer);
  }

  async close(): Promise<void> {
    for (const link of this.#links.values()) link.close();
    const closed = stopListening(this.#server);
    for (const socket of this.#incoming) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    const { self, clusterId, codec, log } = this.#settings;
    const address = socket.remoteAddress ?? 'somebody';
    const from = `${address}:${socket.remotePort ?? ''}`;
    socket.on('error', (error) => log('debug', `connection of ${from}: ${lineOf(error)}`));
    const caller: Caller = { sender: NOBODY, end: (why) => refuse(why) };
    const isWelcome = this.#callers.mayConnect(address);
    if (!isWelcome || !this.#callers.enter(caller)) {
      log('warn', `closing the connection of ${from}: ${isWelcome ? 'too many connections' : `${address} connects too often`}`);
      socket.destroy();
      return;
    }
    this.#incoming.add(socket);
    tuneSocket(socket);
    const hello = { clusterId, self, role: 'server', sender: NOBODY } as const;
    const rules: FramedRules<Message> = { hello, kind: 'peer', codec, payloadBytesMax: FRAME_BYTES_MAX };
    let connection = openFramed(rules);
    const late = setTimeout(() => refuse('no hello in time'), HELLO_MS_MAX);

    let sign: NodeJS.Timeout | null = null;
    const giveSignOfLife = () => {
      sign = null;
      if (socket.writable) socket.write(SIGN_OF_LIFE);
    };

    const refuse = (why: string, saysGoodbye = true) => {
      log('warn', `closing the connection of ${caller.sender === NOBODY ? from : `server ${caller.sender}`}: ${why}`);
      if (saysGoodbye) socket.write(goodbyeFrame(why));
      endSoon(socket);
    };

    let isKnown = false;
    const onFrames = (bytes: Uint8Array): void => {
      const read = onFramedBytes(connection, bytes);
      connection = read.connection;
      if (caller.sender === NOBODY && connection.hello !== null) {
        clearTimeout(late);
        const claimed = connection.hello.sender;
        if (!this.#links.has(claimed)) {
          refuse(`server ${claimed} is none of this cluster's`);
          return;
        }
        caller.sender = claimed;
        socket.write(helloFrame(helloOf(clusterId, self, 'server', claimed)));
      }
      if (read.messages.length > 0) this.#callers.heardOf(caller);
      for (const message of read.messages) this.#settings.deliver(caller.sender, message);
      sign ??= setTimeout(giveSignOfLife, SIGN_OF_LIFE_MS);
      if (connection.problem !== null) refuse(connection.problem, !connection.isLeft);
    };
    const onEnd = () => socket.end();
    socket.on('end', onEnd);
    socket.on('data', (bytes) => {
      const guests = isKnown || bytes[0] === FRAME_MARK ? null : this.#guests;
      isKnown = true;
      if (guests === null) {
        onFrames(bytes);
        return;
      }
      clearTimeout(late);
      socket.removeAllListeners('data').removeListener('end', onEnd);
      this.#callers.heardOf(caller);
      guests.welcome(socket, bytes);
    });
    socket.on('close', () => {
      clearTimeout(late);
      if (sign !== null) clearTimeout(sign);
      this.#incoming.delete(socket);
      this.#callers.leave(caller);
    });
  }
}
