import { connect, type Socket } from 'node:net';
import { fail, ok } from '../../core/base/result.js';
import type { NodeId } from '../../core/base/units.js';
import type { Codec } from '../../core/machine.js';
import { encodeFrame } from '../../core/wire/frames/frame.js';
import { onFramedBytes, openFramed } from '../../core/wire/frames/framed-connection.js';
import type { HelloRules } from '../../core/wire/frames/hello.js';
import { HELLO_BYTES_MAX } from '../../core/wire/limits.js';
import type { HostAndPort } from '../base/addresses.js';
import { jittered } from '../base/entropy.js';
import { codeOf, lineOf } from '../base/errors.js';
import { tuneSocket } from '../base/sockets.js';
import type { Log } from '../base/log.js';

/** Bytes that may wait for one peer. Above it the newest message is dropped: those behind a gap would be of no use. */
const QUEUE_BYTES_MAX = 67_108_864;
/** Milliseconds between two attempts to connect; doubled after each failure, and never all at once. */
const BACK_OFF_MS_MIN = 50;
const BACK_OFF_MS_MAX = 1_000;
/** Milliseconds for connecting and for the other side's hello. */
const HELLO_MS_MAX = 3_000;
/**
 * Milliseconds without a sign of life from the peer after something was sent: then the connection is given
 * up. The kernel would notice after many minutes, and after a long cut would try again only minutes after
 * the mending, since it waits twice as long each time (RFC 6298 §5.5).
 */
const SILENCE_MS_MAX = 5_000;
const SILENCE_CHECK_MS = 1_000;
/** Milliseconds without a connection that are worth a warning: servers that start or stop together need not complain. */
const OUTAGE_MS = 1_500;

/** How the two ends of a link get to know each other. */
export interface LinkGreeting {
  /** The frame that opens a connection from this server. */
  readonly hello: Uint8Array;
  /** What the other side's hello has to say. */
  readonly rules: HelloRules;
}

/**
 * The way to one peer: a connection of our own that only carries what we send, kept up for as long as the
 * server runs. What the peer sends comes over a connection of its own, so neither waits for the other.
 *
 * Messages may be lost: when there is no connection, when one breaks with some under way, and when the
 * queue is full. The machine behind it expects that (core/machine.ts).
 */
export class PeerLink {
  readonly #peer: NodeId;
  readonly #address: HostAndPort;
  readonly #greeting: LinkGreeting;
  readonly #log: Log;
  #socket: Socket | null = null;
  /** The peer has said hello: messages may go. */
  #isOpen = false;
  #isClosed = false;
  #outbox: Uint8Array[] = [];
  /** Bytes in the outbox and in the socket that the operating system has not taken. */
  #waitingBytes = 0;
  #flush: NodeJS.Immediate | null = null;
  /** When the first bytes were sent that no sign of life came behind; null when none are. */
  #unheardSinceMs: number | null = null;
  #backOffMs = BACK_OFF_MS_MIN;
  #retry: NodeJS.Timeout | null = null;
  /** When the connection was lost, or first wanted; and whether the outage was worth a warning, which it is once. */
  #downSinceMs = performance.now();
  #hasComplained = false;

  constructor(peer: NodeId, address: HostAndPort, greeting: LinkGreeting, log: Log) {
    this.#peer = peer;
    this.#address = address;
    this.#greeting = greeting;
    this.#log = log;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Begins to connect, and from then on always tries to be connected. */
  open(): void {
    if (!this.#isClosed) this.#connect();
  }

  /** Queues the frames of one message; all that gathers within one turn of the event loop goes out in one write. */
  send(frame: Uint8Array): void {
    if (this.#socket === null || this.#isClosed) return;
    if (this.#waitingBytes + frame.length > QUEUE_BYTES_MAX) return;
    this.#outbox.push(frame);
    this.#waitingBytes += frame.length;
    if (this.#isOpen) this.#flushSoon();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#drop();
  }

  #connect(): void {
    const socket = connect({ host: this.#address.host, port: this.#address.port });
    tuneSocket(socket);
    this.#socket = socket;
    let connection = openFramed({ hello: this.#greeting.rules, kind: 'peer', codec: SIGNS_OF_LIFE, payloadBytesMax: HELLO_BYTES_MAX });
    let why = 'the connection was closed';
    const late = setTimeout(() => socket.destroy(new Error('no hello in time')), HELLO_MS_MAX);
    const watch = setInterval(() => {
      const isSilent = this.#unheardSinceMs !== null && performance.now() - this.#unheardSinceMs > SILENCE_MS_MAX;
      if (isSilent) socket.destroy(new Error(`no sign of life for ${SILENCE_MS_MAX / 1_000} s`));
    }, SILENCE_CHECK_MS);

    socket.on('connect', () => socket.write(this.#greeting.hello));
    socket.on('data', (bytes) => {
      this.#unheardSinceMs = null;
      connection = onFramedBytes(connection, bytes).connection;
      if (connection.problem !== null) {
        socket.destroy(new Error(connection.problem));
      } else if (connection.hello !== null && !this.#isOpen) {
        clearTimeout(late);
        this.#onOpen();
      }
    });
    socket.on('error', (error) => {
      why = codeOf(error) === 'ECONNREFUSED' ? 'nobody listens there' : lineOf(error);
    });
    socket.on('close', () => {
      clearTimeout(late);
      clearInterval(watch);
      this.#onClose(why);
    });
  }

  #onOpen(): void {
    this.#isOpen = true;
    this.#hasComplained = false;
    this.#backOffMs = BACK_OFF_MS_MIN;
    this.#log('info', `connected to server ${this.#peer}`);
    this.#flushSoon();
  }

  #onClose(why: string): void {
    const wasOpen = this.#isOpen;
    this.#drop();
    if (this.#isClosed) return;
    if (wasOpen) this.#downSinceMs = performance.now();
    const isLong = !wasOpen && !this.#hasComplained && performance.now() - this.#downSinceMs > OUTAGE_MS;
    if (isLong) this.#hasComplained = true;
    this.#log(
      isLong ? 'warn' : wasOpen ? 'info' : 'debug',
      `${wasOpen ? 'lost' : 'no'} connection to server ${this.#peer} at ${this.#address.host}:${this.#address.port}: ${why}`,
    );
    this.#retry = setTimeout(() => this.#connect(), jittered(this.#backOffMs));
    this.#backOffMs = Math.min(this.#backOffMs * 2, BACK_OFF_MS_MAX);
  }

  #drop(): void {
    if (this.#flush !== null) clearImmediate(this.#flush);
    this.#flush = null;
    this.#isOpen = false;
    this.#outbox = [];
    this.#waitingBytes = 0;
    this.#unheardSinceMs = null;
    this.#socket?.destroy();
    this.#socket = null;
  }

  #flushSoon(): void {
    this.#flush ??= setImmediate(() => {
      this.#flush = null;
      const socket = this.#socket;
      const frames = this.#outbox;
      if (socket === null || frames.length === 0) return;
      this.#outbox = [];
      this.#unheardSinceMs ??= performance.now();
      // Many small frames in one piece: one write, and one call when it was taken.
      const bytes = joined(frames);
      // Called when the operating system has taken them all.
      socket.write(bytes, () => {
        if (socket === this.#socket) this.#waitingBytes -= bytes.length;
      });
    });
  }
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  const [only] = frames;
  return only !== undefined && frames.length === 1 ? only : Buffer.concat(frames);
}

/** What comes back over a link after the hello: signs of life, which are messages of no bytes, and a goodbye. */
const SIGNS_OF_LIFE: Codec<null> = {
  encode: () => new Uint8Array(0),
  decode: (bytes) => (bytes.length === 0 ? ok(null) : fail('a server answered on a connection that carries only what is sent to it')),
};

/** The frame with which a server that received something says that it lives. */
export const SIGN_OF_LIFE = encodeFrame('peer', SIGNS_OF_LIFE.encode(null));
