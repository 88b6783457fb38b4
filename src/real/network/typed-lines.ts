import type { Socket } from 'node:net';
import { nodeId, type NodeId } from '../../core/base/units.js';
import type { Codec } from '../../core/machine.js';
import { LINE_BYTES_MAX } from '../../core/wire/limits.js';
import { HTTP_AT_LINES } from '../../core/wire/text/foreign.js';
import { onTypedBytes, openTyped, typedLine } from '../../core/wire/text/typed-connection.js';
import type { Log } from '../base/log.js';
import { endSoon } from '../base/sockets.js';

/** Guests are numbered from here on; servers of a cluster have numbers below. */
export const GUEST_ID_MIN = 1_000_000_000;
/** Bytes that may wait for a guest who does not read; what comes then is lost, like any message. */
const WAITING_BYTES_MAX = 1_048_576;
/** How long a guest who closed his half is still answered, in milliseconds. */
const OWED_MS = 1_000;

/**
 * People at the port between servers who type messages by hand. Each connection has a number of its own, so what
 * a machine answers to its sender comes back to the one who asked. core/wire reads the lines; here are only sockets.
 */
export class Guests<Message> {
  readonly #codec: Codec<Message>;
  readonly #deliver: (from: NodeId, message: Message) => void;
  readonly #log: Log;
  readonly #sockets = new Map<NodeId, Socket>();
  #last = GUEST_ID_MIN;

  constructor(codec: Codec<Message>, deliver: (from: NodeId, message: Message) => void, log: Log) {
    this.#codec = codec;
    this.#deliver = deliver;
    this.#log = log;
  }

  /** Takes a connection over, of which these bytes were read. */
  welcome(socket: Socket, first: Uint8Array): void {
    const guest = nodeId(++this.#last);
    this.#sockets.set(guest, socket);
    this.#log('info', `a guest types messages from ${socket.remoteAddress ?? 'somewhere'}`);
    let connection = openTyped(this.#codec, LINE_BYTES_MAX);
    const take = (bytes: Uint8Array): void => {
      const step = onTypedBytes(connection, bytes);
      connection = step.connection;
      if (step.output.length > 0) this.#write(socket, step.output);
      for (const message of step.messages) this.#deliver(guest, message);
      if (!connection.isForeign) return;
      this.#log('warn', `closing the connection of a guest from ${socket.remoteAddress ?? 'somewhere'}: ${HTTP_AT_LINES}`);
      endSoon(socket);
    };
    socket.on('close', () => this.#sockets.delete(guest));
    socket.on('end', () => {
      const leave = setTimeout(() => socket.end(), OWED_MS);
      socket.once('close', () => clearTimeout(leave));
    });
    socket.on('data', take);
    take(first);
  }

  /** @returns Whether such a guest is there. */
  send(to: NodeId, message: Message): boolean {
    const socket = this.#sockets.get(to);
    if (socket !== undefined) this.#write(socket, typedLine(this.#codec, message));
    return socket !== undefined;
  }

  #write(socket: Socket, bytes: Uint8Array): void {
    if (socket.writable && socket.writableLength + bytes.length <= WAITING_BYTES_MAX) socket.write(bytes);
  }
}
