import { connect, type Socket } from 'node:net';
import { NOBODY } from '../core/base/units.js';
import { encodeFrame } from '../core/wire/frame.js';
import { onFramedBytes, openFramed, type FramedRules } from '../core/wire/framed-connection.js';
import { helloFrame, helloOf, type Hello } from '../core/wire/hello.js';
import { FRAME_BYTES_MAX } from '../core/wire/limits.js';
import type { NodeRequest, NodeResponse } from '../core/wire/protocol.js';
import { requestCodec } from '../core/wire/request.js';
import { responseCodec } from '../core/wire/response.js';
import type { HostAndPort } from './addresses.js';
import { codeOf, lineOf } from './errors.js';
import { tuneSocket } from './sockets.js';

/** What a client's connection tells its owner. */
export interface ServerConnectionEvents {
  /** The server said who it is. */
  readonly onHello: (hello: Hello) => void;
  readonly onResponse: (response: NodeResponse) => void;
  /** The connection is gone; what was sent over it and not answered may have been done or not. Called once. */
  readonly onGone: (why: string) => void;
}

/** Milliseconds for connecting and for the server's hello. */
const HELLO_MS_MAX = 3_000;
/** Milliseconds without a byte while an answer is owed: then the server, or the way to it, counts as dead. */
const SILENCE_MS_MAX = 5_000;

/**
 * One connection of a client to one server's client port, in the framed protocol. It begins to connect
 * when it is made, is used once, and never comes back: its owner makes another one.
 */
export class ServerConnection {
  readonly #socket: Socket;
  #unanswered = 0;

  constructor({ host, port }: HostAndPort, events: ServerConnectionEvents) {
    const socket = connect({ host, port });
    this.#socket = socket;
    tuneSocket(socket);
    let connection = openFramed(RULES);
    let why = 'the server closed the connection';
    const late = setTimeout(() => socket.destroy(new Error('no hello in time')), HELLO_MS_MAX);

    socket.write(helloFrame(helloOf('', NOBODY, 'client', NOBODY)));
    socket.on('data', (bytes) => {
      const isFirst = connection.hello === null;
      const read = onFramedBytes(connection, bytes);
      connection = read.connection;
      if (isFirst && connection.hello !== null) {
        clearTimeout(late);
        events.onHello(connection.hello);
      }
      this.#unanswered -= read.messages.length;
      for (const response of read.messages) events.onResponse(response);
      if (connection.problem !== null) socket.destroy(new Error(connection.problem));
    });
    socket.setTimeout(SILENCE_MS_MAX, () => {
      if (this.#unanswered > 0) socket.destroy(new Error('no answer in time'));
    });
    socket.on('error', (error) => {
      why = codeOf(error) === 'ECONNREFUSED' ? 'nobody listens there' : lineOf(error);
    });
    socket.on('close', () => {
      clearTimeout(late);
      events.onGone(why);
    });
  }

  /** Sends a request; before the connection stands, as soon as it does. */
  send(request: NodeRequest): void {
    if (this.#socket.destroyed) return;
    this.#unanswered += 1;
    this.#socket.write(encodeFrame('request', requestCodec.encode(request)));
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** What a client accepts: the hello of a server, then responses. */
const RULES: FramedRules<NodeResponse> = {
  hello: { clusterId: '', self: NOBODY, role: 'server', sender: NOBODY },
  kind: 'response',
  codec: responseCodec,
  payloadBytesMax: FRAME_BYTES_MAX,
};
