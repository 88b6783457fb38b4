import { connect, type Socket } from 'node:net';
import { NOBODY } from '../../core/base/units.js';
import { encodeFrame } from '../../core/wire/frames/frame.js';
import { onFramedBytes, openFramed, type FramedRules } from '../../core/wire/frames/framed-connection.js';
import { helloFrame, helloOf, type Hello } from '../../core/wire/frames/hello.js';
import { FRAME_BYTES_MAX } from '../../core/wire/limits.js';
import type { NodeRequest, NodeResponse } from '../../core/wire/protocol.js';
import { requestCodec } from '../../core/wire/protobuf/request.js';
import { responseCodec } from '../../core/wire/protobuf/response.js';
import type { HostAndPort } from '../base/addresses.js';
import { codeOf, lineOf } from '../base/errors.js';
import { tuneSocket } from '../base/sockets.js';

/** What a client's connection tells its owner. */
export interface ServerConnectionEvents {
  /** The server said who it is. */
  readonly onHello: (hello: Hello) => void;
  readonly onResponse: (response: NodeResponse) => void;
  /**
   * The connection is gone; what was sent over it and not answered may have been done or not. Called once.
   * `isSilent`: nobody closed it, the other side or the way to it just went quiet.
   */
  readonly onGone: (why: string, isSilent: boolean) => void;
}

/** Milliseconds for connecting and for the server's hello. */
const HELLO_MS_MAX = 3_000;
/** Milliseconds without a byte while an answer is owed, after which the server is asked something that it answers at once. */
const PROBE_AFTER_MS = 600;
/** Milliseconds without a byte while an answer is owed: then the server, or the way to it, counts as dead. */
const SILENCE_MS_MAX = 2_500;
const WATCH_MS = 200;
/** Milliseconds since the last piece of an answer in which a connection counts as lively. */
const LIVELY_MS = 1_200;

/** The request that tells a slow server from a dead one; its owner uses other ids. */
const PROBE: NodeRequest = { kind: 'whoIsLeader', id: 0 };

/**
 * One connection of a client to one server's client port, in the framed protocol. It begins to connect
 * when it is made, is used once, and never comes back: its owner makes another one.
 *
 * The ids of its requests are its owner's, 1 and up. A connection whose other end vanished without a word
 * (half-open) takes bytes for ever; so while an answer is owed and nothing comes, a server that lives is made to speak.
 */
export class ServerConnection {
  readonly #socket: Socket;
  #unanswered = 0;
  /** When something was last heard, or first owed, in milliseconds of the monotonic clock. */
  #heardMs = 0;
  /** When a piece of an answer last came. */
  #movedMs = -Infinity;
  #watch: NodeJS.Timeout | null = null;
  #isSilent = false;

  constructor({ host, port }: HostAndPort, events: ServerConnectionEvents) {
    const socket = connect({ host, port });
    this.#socket = socket;
    tuneSocket(socket);
    let connection = openFramed(RULES);
    let why = 'the server closed the connection';
    const late = setTimeout(() => this.#endSilently('no hello in time'), HELLO_MS_MAX);

    socket.write(helloFrame(helloOf('', NOBODY, 'client', NOBODY)));
    socket.on('data', (bytes) => {
      this.#heardMs = performance.now();
      const isFirst = connection.hello === null;
      const read = onFramedBytes(connection, bytes);
      connection = read.connection;
      if (isFirst && connection.hello !== null) {
        clearTimeout(late);
        events.onHello(connection.hello);
      }
      // No whole message: a piece of a large one. A hello, and an answer to a probe, say that the server lives, and nothing of what it was asked.
      const isOfAnswers = read.messages.length === 0 ? !isFirst : read.messages.some(({ id }) => id !== PROBE.id);
      if (isOfAnswers) this.#movedMs = this.#heardMs;
      for (const response of read.messages) {
        if (response.id === PROBE.id) continue;
        this.#unanswered -= 1;
        events.onResponse(response);
      }
      if (connection.problem !== null) socket.destroy(new Error(refusalIn(bytes) ?? connection.problem));
    });
    socket.on('error', (error) => {
      why = codeOf(error) === 'ECONNREFUSED' ? 'nobody listens there' : lineOf(error);
    });
    socket.on('close', () => {
      clearTimeout(late);
      if (this.#watch !== null) clearInterval(this.#watch);
      events.onGone(why, this.#isSilent);
    });
  }

  /** Whether answers have been coming since then, and a moment ago: what was asked then will be answered too, if late. */
  isLivelySince(askedMs: number): boolean {
    const isMoving = this.#movedMs > askedMs && performance.now() - this.#movedMs < LIVELY_MS;
    return isMoving && !this.#socket.destroyed;
  }

  /** Sends a request; before the connection stands, as soon as it does. */
  send(request: NodeRequest): void {
    if (this.#socket.destroyed) return;
    if (this.#unanswered === 0) this.#heardMs = performance.now();
    this.#unanswered += 1;
    this.#watch ??= setInterval(() => this.#look(), WATCH_MS);
    this.#socket.write(encodeFrame('request', requestCodec.encode(request)));
  }

  close(): void {
    this.#socket.destroy();
  }

  #look(): void {
    if (this.#unanswered === 0) {
      if (this.#watch !== null) clearInterval(this.#watch);
      this.#watch = null;
      return;
    }
    const quietMs = performance.now() - this.#heardMs;
    if (quietMs > SILENCE_MS_MAX) this.#endSilently('no answer in time');
    else if (quietMs > PROBE_AFTER_MS) this.#socket.write(encodeFrame('request', requestCodec.encode(PROBE)));
  }

  #endSilently(why: string): void {
    this.#isSilent = true;
    this.#socket.destroy(new Error(why));
  }
}

/** A server that takes nobody in says so in a line, before it knows which language is spoken. */
function refusalIn(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, REFUSAL_BYTES_MAX)).toString('latin1');
  return /^ERROR ([ -~]+)/.exec(text)?.[1] ?? null;
}

const REFUSAL_BYTES_MAX = 200;

/** What a client accepts: the hello of a server, then responses. */
const RULES: FramedRules<NodeResponse> = {
  hello: { clusterId: '', self: NOBODY, role: 'server', sender: NOBODY },
  kind: 'response',
  codec: responseCodec,
  payloadBytesMax: FRAME_BYTES_MAX,
};
