import { connect, createServer, type Socket } from 'node:net';
import { bytesOf } from '../../core/base/bytestring.js';
import { nodeId, type NodeId } from '../../core/base/units.js';
import type { Codec } from '../../core/machine.js';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../../core/wire/limits.js';
import { HTTP_AT_LINES, isHttpLine } from '../../core/wire/text/foreign.js';
import { onLineBytes, openLines } from '../../core/wire/text/line-stream.js';
import { textLine } from '../../core/wire/text/lines.js';
import { formatHostAndPort, type HostAndPort } from '../base/addresses.js';
import { jittered } from '../base/entropy.js';
import { ClientMemory } from '../base/client-memory.js';
import { codeOf, lineOf, UserError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { endSoon, listen, stopListening, tuneSocket } from '../base/sockets.js';

export interface LineSettings<Message> {
  /** Where others reach this server. */
  readonly address: HostAndPort;
  /** Who the port is for, as an error line says it. */
  readonly purpose: string;
  readonly codec: Codec<Message>;
  /** The number that the first neighbour gets; those after it the next ones. Above this server's own. */
  readonly firstNeighbour: NodeId;
  /** Bytes of lines that have not come whole, of all connections together; beyond it whoever has most is closed. */
  readonly unfinishedBytesMax?: number;
  /** Takes each message that arrives. */
  readonly deliver: (from: NodeId, message: Message) => void;
  readonly log: Log;
}

/** Bytes of a line: the largest change in base64, with some room for its other words. */
const LINE_BYTES_MAX = Math.ceil(((KEY_BYTES_MAX + VALUE_BYTES_MAX) * 4) / 3) + 1_024;
/** Bytes that a neighbour has not taken, above which further messages to it are lost. */
const WAITING_BYTES_MAX = 33_554_432;
const CONNECTIONS_MAX = 256;
/** Bytes of lines that have not come whole, of all connections together. */
const UNFINISHED_BYTES_MAX = 67_108_864;
/** Milliseconds for connecting, and between two attempts to connect again; doubled after each failure. */
const CONNECT_MS_MAX = 3_000;
const BACK_OFF_MS_MIN = 50;
const BACK_OFF_MS_MAX = 1_000;

/** A neighbour that is connected to, with what must end when it is not wanted any more. */
interface Dialled {
  readonly address: HostAndPort;
  /** The next attempt's timer, and the attempt under way. */
  retry: NodeJS.Timeout | null;
  attempt: Socket | null;
}

/**
 * A network of lines between servers that find each other by address: whoever connects is a neighbour with a
 * number of its own, and what is sent to it flows back over the same connection. So a replica need not be in
 * any list, nor be reachable, and a person with `nc` is a neighbour too.
 *
 * Like the other networks it may lose messages (no connection, a neighbour that does not read) and never waits.
 */
export class LineNetwork<Message> {
  readonly #settings: LineSettings<Message>;
  readonly #server = createServer((socket) => this.#accept(socket));
  readonly #sockets = new Map<NodeId, Socket>();
  /** Those that this server connected to, and connects to again. */
  readonly #dialled = new Map<NodeId, Dialled>();
  readonly #memory: ClientMemory;
  #lastId: number;
  #isClosed = false;

  constructor(settings: LineSettings<Message>) {
    this.#settings = settings;
    this.#lastId = settings.firstNeighbour - 1;
    this.#memory = new ClientMemory(settings.unfinishedBytesMax ?? UNFINISHED_BYTES_MAX);
  }

  /** @throws {UserError} When the port cannot be used. */
  open(): Promise<void> {
    return listen(this.#server, this.#settings.address, this.#settings.purpose);
  }

  /**
   * Connects to a server, and from then on whenever the connection is lost.
   *
   * @returns The number of that neighbour, once it is connected.
   * @throws {UserError} When nobody can be reached there now; then nothing goes on.
   */
  dial(address: HostAndPort): Promise<NodeId> {
    const id = this.#nextId();
    return new Promise((resolve, reject) => {
      const socket = connect({ host: address.host, port: address.port });
      const late = setTimeout(() => socket.destroy(new Error('no answer')), CONNECT_MS_MAX);
      socket.once('error', (error) => {
        clearTimeout(late);
        const why =
          codeOf(error) === 'ECONNREFUSED'
            ? 'nobody listens there'
            : codeOf(error) === 'ENOTFOUND'
              ? 'the host is not known'
              : lineOf(error);
        reject(new UserError(`${formatHostAndPort(address)} cannot be reached: ${why}`));
      });
      socket.once('connect', () => {
        clearTimeout(late);
        socket.removeAllListeners('error');
        this.#dialled.set(id, { address, retry: null, attempt: null });
        this.#take(id, socket);
        resolve(id);
      });
    });
  }

  /** Ends a connection, and does not connect again. */
  hangUp(id: NodeId): void {
    const dialled = this.#dialled.get(id);
    this.#dialled.delete(id);
    if (dialled?.retry) clearTimeout(dialled.retry);
    dialled?.attempt?.destroy();
    this.#sockets.get(id)?.destroy();
  }

  /** Sends, or loses the message: no connection, or too much that was not taken. Never waits. */
  send(to: NodeId, message: Message): void {
    const socket = this.#sockets.get(to);
    if (socket === undefined || !socket.writable || socket.writableLength > WAITING_BYTES_MAX) return;
    socket.write(withFeed(this.#settings.codec.encode(message)));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const id of [...this.#dialled.keys()]) this.hangUp(id);
    const closed = stopListening(this.#server);
    for (const socket of this.#sockets.values()) socket.destroy();
    await closed;
  }

  #nextId(): NodeId {
    return nodeId(++this.#lastId);
  }

  #accept(socket: Socket): void {
    if (this.#sockets.size >= CONNECTIONS_MAX) {
      socket.on('error', () => undefined);
      socket.end('ERROR too many connections\n', () => socket.destroy());
      return;
    }
    this.#take(this.#nextId(), socket);
  }

  #take(id: NodeId, socket: Socket): void {
    const { codec, deliver, log } = this.#settings;
    tuneSocket(socket);
    this.#sockets.set(id, socket);
    let stream = openLines(LINE_BYTES_MAX);
    const share = this.#memory.open((reason) => {
      share.close();
      stream = openLines(LINE_BYTES_MAX);
      log('warn', `closing connection ${id}: ${reason}`);
      socket.write(bytesOf(textLine(`ERROR ${reason}`)));
      endSoon(socket);
    });
    socket.on('data', (bytes) => {
      const read = onLineBytes(stream, bytes);
      stream = read.stream;
      for (const line of read.lines) {
        const message = codec.decode(bytesOf(line));
        if (message.ok) deliver(id, message.value);
        else if (isHttpLine(line)) {
          socket.write(bytesOf(textLine(`ERROR ${HTTP_AT_LINES}`)));
          return endSoon(socket);
        } else if (!line.startsWith('ERROR ')) socket.write(bytesOf(textLine(`ERROR ${message.problem}`)));
        else log('warn', `a neighbour did not understand: ${line}`);
      }
      if (!read.isTooLong) {
        share.hold(stream.unfinished.sizeBytes);
        return;
      }
      socket.write(`ERROR a line has at most ${LINE_BYTES_MAX} bytes\n`);
      endSoon(socket);
    });
    socket.on('error', (error) => log('debug', `connection ${id}: ${lineOf(error)}`));
    socket.on('close', () => {
      share.close();
      this.#sockets.delete(id);
      this.#dialAgainLater(id, BACK_OFF_MS_MIN);
    });
  }

  #dialAgainLater(id: NodeId, backOffMs: number): void {
    const dialled = this.#dialled.get(id);
    if (dialled === undefined || this.#isClosed) return;
    dialled.retry = setTimeout(() => {
      dialled.retry = null;
      const socket = connect({ host: dialled.address.host, port: dialled.address.port });
      dialled.attempt = socket;
      const late = setTimeout(() => socket.destroy(), CONNECT_MS_MAX);
      const failed = (): void => {
        clearTimeout(late);
        this.#dialAgainLater(id, Math.min(backOffMs * 2, BACK_OFF_MS_MAX));
      };
      socket.on('error', () => undefined);
      socket.once('close', failed);
      socket.once('connect', () => {
        clearTimeout(late);
        dialled.attempt = null;
        socket.removeListener('close', failed);
        this.#take(id, socket);
      });
    }, jittered(backOffMs));
  }
}

function withFeed(line: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(line.length + 1);
  bytes.set(line);
  bytes[line.length] = 0x0a;
  return bytes;
}
