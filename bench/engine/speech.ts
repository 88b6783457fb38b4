/** How a load speaks to a server: requests made beforehand as far as they can be, answers told apart and not decoded further. */
import type { ByteString } from '../../src/core/base/bytestring.js';
import { NOBODY } from '../../src/core/base/units.js';
import { encodeFrame } from '../../src/core/wire/frames/frame.js';
import { onFramedBytes, openFramed, type FramedRules } from '../../src/core/wire/frames/framed-connection.js';
import { helloFrame, helloOf } from '../../src/core/wire/frames/hello.js';
import { FRAME_BYTES_MAX } from '../../src/core/wire/limits.js';
import type { NodeResponse } from '../../src/core/wire/protocol.js';
import { requestCodec } from '../../src/core/wire/protobuf/request.js';
import { responseCodec } from '../../src/core/wire/protobuf/response.js';

/** `staleRead`: of whatever the server that is asked has. */
export type Operation = 'read' | 'write' | 'staleRead';

/** One connection's words. A slot is a place for one unanswered request; it is asked anew when its answer came. */
export interface Speech {
  /** Sent before anything is asked. */
  readonly greeting: Uint8Array;
  ask(slot: number): Uint8Array;
  /**
   * Takes up a piece of the stream, cut anywhere. `isGood`: the server did what it was asked.
   *
   * @returns What the protocol itself wants to be said now, before anything else is asked; mostly nothing.
   */
  read(bytes: Buffer, onAnswer: (slot: number, isGood: boolean) => void): readonly Uint8Array[];
}

export const NOTHING_TO_SAY: readonly Uint8Array[] = [];

export const KEYS = 10_000;
export const VALUE_BYTES = 100;

export const keyOf = (n: number): string => `key${String(n).padStart(6, '0')}`;
/** Characters that differ from key to key, as many as a value has bytes. */
export const valueOf = (n: number): string => `${keyOf(n)}-`.repeat(VALUE_BYTES).slice(0, VALUE_BYTES);

/** `SET` of the key with this number, as a line with its end. */
export const setLine = (n: number): string => `SET ${keyOf(n)} ${valueOf(n)}\n`;

/** Visits all keys in an order in which neighbours lie far apart: the step and the number of keys have no common divisor. */
export const STEP = 7_919;

/** Lines of text. Answers come in the order of the requests, so slots are answered round and round. */
export function textSpeech(operation: 'read' | 'write', depth: number, first: number): Speech {
  const lines = linesOf(operation);
  const good = (operation === 'read' ? 'V' : 'O').charCodeAt(0);
  let key = first % KEYS;
  let slot = 0;
  let isAtStart = true;
  let initial = 0;
  return {
    greeting: new Uint8Array(0),
    ask: () => {
      key = (key + STEP) % KEYS;
      return lines[key] as Buffer;
    },
    read: (bytes, onAnswer) => {
      for (let at = 0; at < bytes.length; ) {
        if (isAtStart) initial = bytes[at] as number;
        const feed = bytes.indexOf(LINE_FEED, at);
        isAtStart = feed !== -1;
        if (feed === -1) break;
        onAnswer(slot, initial === good);
        slot = (slot + 1) % depth;
        at = feed + 1;
      }
      return NOTHING_TO_SAY;
    },
  };
}

const LINE_FEED = 0x0a;
const made = new Map<string, readonly Buffer[]>();

/** Made once for all connections. */
function linesOf(operation: 'read' | 'write'): readonly Buffer[] {
  const known = made.get(operation);
  if (known !== undefined) return known;
  const lines = Array.from({ length: KEYS }, (_, n) => Buffer.from(operation === 'read' ? `GET ${keyOf(n)}\n` : setLine(n)));
  made.set(operation, lines);
  return lines;
}

/** Frames, which alone can ask for stale reads. A request's id is its slot, and 1. */
export function staleReadSpeech(first: number): Speech {
  let connection = openFramed(RULES);
  let key = first % KEYS;
  return {
    greeting: helloFrame(helloOf('', NOBODY, 'client', NOBODY)),
    ask: (slot) => {
      key = (key + STEP) % KEYS;
      return encodeFrame('request', requestCodec.encode({ kind: 'query', id: slot + 1, key: keyOf(key) as ByteString, level: 'stale' }));
    },
    read: (bytes, onAnswer) => {
      const read = onFramedBytes(connection, bytes);
      connection = read.connection;
      if (connection.problem !== null) throw new Error(connection.problem);
      for (const response of read.messages) onAnswer(response.id - 1, response.kind === 'done' && response.result.status === 'ok');
      return NOTHING_TO_SAY;
    },
  };
}

const RULES: FramedRules<NodeResponse> = {
  hello: { clusterId: '', self: NOBODY, role: 'server', sender: NOBODY },
  kind: 'response',
  codec: responseCodec,
  payloadBytesMax: FRAME_BYTES_MAX,
};
