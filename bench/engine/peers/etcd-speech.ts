/**
 * etcd as a load speaks to it: gRPC calls over HTTP/2, with just as much of both as a unary call needs (RFC 9113, RFC 7541,
 * grpc.io "gRPC over HTTP2"). Bytes are made beforehand and answers are not decoded, as they are not for our own servers:
 * a client library would be the limit of what is measured.
 */
import { KEYS, keyOf, NOTHING_TO_SAY, STEP, valueOf, type Speech } from '../speech.js';

const HEAD_BYTES = 9;
const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
const END_STREAM = 0x1;
const ACK = 0x1;
const END_HEADERS = 0x4;

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** Answers of a whole measurement fit into it, so that no window is ever opened again. */
const WINDOW_BYTES = 0x7fff_0000;

/** One connection; each call is a stream of its own. A call went well when a message came before its end: errors send none. */
export function etcdSpeech(operation: 'read' | 'write', first: number): Speech {
  const head = headersOf(operation === 'read' ? 'Range' : 'Put');
  const bodies = bodiesOf(operation);
  const slots = new Map<number, { readonly slot: number; hasMessage: boolean }>();
  let key = first % KEYS;
  let stream = -1;
  let held: Buffer = Buffer.alloc(0);
  return {
    greeting: Buffer.concat([PREFACE, frame(SETTINGS, 0, 0, setting(0x4, WINDOW_BYTES)), frame(WINDOW_UPDATE, 0, 0, u32(WINDOW_BYTES))]),
    ask: (slot) => {
      key = (key + STEP) % KEYS;
      stream += 2;
      slots.set(stream, { slot, hasMessage: false });
      const body = bodies[key] as Buffer;
      const call = Buffer.allocUnsafe(head.length + body.length);
      call.set(head, 0);
      call.set(body, head.length);
      call.writeUInt32BE(stream, 5);
      call.writeUInt32BE(stream, head.length + 5);
      return call;
    },
    read: (bytes, onAnswer) => {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const words: Uint8Array[] = [];
      let at = 0;
      while (all.length - at >= HEAD_BYTES) {
        const end = at + HEAD_BYTES + all.readUIntBE(at, 3);
        if (end > all.length) break;
        const kind = all[at + 3] as number;
        const flags = all[at + 4] as number;
        const id = all.readUInt32BE(at + 5);
        if (kind === GOAWAY) throw new Error('etcd ended a connection under load');
        if ((kind === SETTINGS || kind === PING) && (flags & ACK) === 0)
          words.push(frame(kind, ACK, 0, kind === PING ? all.subarray(at + HEAD_BYTES, end) : Buffer.alloc(0)));
        const call = slots.get(id);
        if (call !== undefined) {
          if (kind === DATA) call.hasMessage = true;
          const isOver = kind === RST_STREAM || ((kind === DATA || kind === HEADERS) && (flags & END_STREAM) !== 0);
          if (isOver) {
            slots.delete(id);
            onAnswer(call.slot, kind === HEADERS && call.hasMessage);
          }
        }
        at = end;
      }
      held = at === all.length ? Buffer.alloc(0) : Buffer.from(all.subarray(at));
      return words.length === 0 ? NOTHING_TO_SAY : words;
    },
  };
}

function frame(kind: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = kind;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const setting = (id: number, value: number): Buffer => Buffer.concat([Buffer.from([0, id]), u32(value)]);

/** Fields by their numbers in HPACK's static table where they stand there, none remembered by the server (RFC 7541 §6.2.2, appendix A). */
function headersOf(method: 'Range' | 'Put'): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  const fields = [
    Buffer.from([0x83, 0x86]), // :method POST, :scheme http
    Buffer.from([0x04]),
    text(`/etcdserverpb.KV/${method}`), // :path
    Buffer.from([0x01]),
    text('localhost'), // :authority
    Buffer.from([0x0f, 0x10]),
    text('application/grpc'), // content-type
    Buffer.from([0x00]),
    text('te'),
    text('trailers'),
  ];
  return frame(HEADERS, END_HEADERS, 0, Buffer.concat(fields));
}

const made = new Map<string, readonly Buffer[]>();

/** The messages of RangeRequest (1 key; linearizable when nothing else is said) and PutRequest (1 key, 2 value), in their frames. */
function bodiesOf(operation: 'read' | 'write'): readonly Buffer[] {
  const known = made.get(operation);
  if (known !== undefined) return known;
  const field = (number: number, value: string): Buffer =>
    Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), Buffer.from(value)]);
  const bodies = Array.from({ length: KEYS }, (_, n) => {
    const message = Buffer.concat([field(1, keyOf(n)), ...(operation === 'write' ? [field(2, valueOf(n))] : [])]);
    return frame(DATA, END_STREAM, 0, Buffer.concat([Buffer.from([0]), u32(message.length), message]));
  });
  made.set(operation, bodies);
  return bodies;
}
