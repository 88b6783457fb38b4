import { EMPTY, byteStringOf, writeByteString, type ByteString } from '../../base/bytestring.js';
import { fail, ok, type Result } from '../../base/result.js';
import { micros, type ConnectionId, type Micros, type NodeId } from '../../base/units.js';
import type { Codec, Codecs, Effect, Input, Machine, Step } from '../../machine.js';

/**
 * The smallest machine worth hosting. A request's text is sent to every peer, each peer sends it back,
 * and the answer says how many did, as soon as all have or after {@link ECHO_PATIENCE_US}. It shares no
 * line with any other system, and so shows that the hosts know none.
 */
export function echoNode(): Machine<EchoState, EchoMessage, EchoRequest, EchoResponse> {
  return {
    init: ({ self, members }) => ({
      state: { peers: members.filter((member) => member !== self), nextId: 1, open: [] },
      effects: [],
    }),
    step: onInput,
    wakeAt: ({ open }) => open[0]?.deadline ?? null,
  };
}

/** How long an answer waits for peers that may be down. */
export const ECHO_PATIENCE_US: Micros = micros(100_000);

export interface EchoRequest {
  readonly text: ByteString;
}

/** `echoes` counts the peers that sent the text back in time. */
export interface EchoResponse {
  readonly text: ByteString;
  readonly echoes: number;
}

export interface EchoMessage {
  readonly kind: 'call' | 'echo';
  readonly id: number;
  readonly text: ByteString;
}

export interface EchoState {
  readonly peers: readonly NodeId[];
  readonly nextId: number;
  /** Requests not answered yet, oldest first, so the first deadline is the next. */
  readonly open: readonly OpenCall[];
}

interface OpenCall {
  readonly id: number;
  readonly connection: ConnectionId;
  readonly text: ByteString;
  readonly echoedBy: readonly NodeId[];
  readonly deadline: Micros;
}

type EchoStep = Step<EchoState, EchoMessage, EchoResponse>;
type EchoEffect = Effect<EchoMessage, EchoResponse>;

function onInput(state: EchoState, input: Input<EchoMessage, EchoRequest>): EchoStep {
  switch (input.kind) {
    case 'request':
      return onRequest(state, input.connection, input.request.text, input.now);
    case 'message':
      return onMessage(state, input.from, input.message);
    case 'wake':
      return answer(state, ({ deadline }) => deadline <= input.now);
    default:
      return { state, effects: [] };
  }
}

function onRequest(state: EchoState, connection: ConnectionId, text: ByteString, now: Micros): EchoStep {
  const id = state.nextId;
  const call: OpenCall = { id, connection, text, echoedBy: [], deadline: micros(now + ECHO_PATIENCE_US) };
  const asked = answer({ ...state, nextId: id + 1, open: [...state.open, call] }, isComplete(state));
  const calls = state.peers.map((to): EchoEffect => ({ kind: 'send', to, message: { kind: 'call', id, text } }));
  return { state: asked.state, effects: [...calls, ...asked.effects] };
}

function onMessage(state: EchoState, from: NodeId, message: EchoMessage): EchoStep {
  if (message.kind === 'call') {
    return { state, effects: [{ kind: 'send', to: from, message: { kind: 'echo', id: message.id, text: message.text } }] };
  }
  // A doubled echo counts once, and one from an earlier life or from a stranger not at all.
  const counts = (call: OpenCall): boolean =>
    call.id === message.id && call.text === message.text && state.peers.includes(from) && !call.echoedBy.includes(from);
  const open = state.open.map((call) => (counts(call) ? { ...call, echoedBy: [...call.echoedBy, from] } : call));
  return answer({ ...state, open }, isComplete(state));
}

function isComplete(state: EchoState): (call: OpenCall) => boolean {
  return ({ echoedBy }) => echoedBy.length === state.peers.length;
}

function answer(state: EchoState, isDue: (call: OpenCall) => boolean): EchoStep {
  const due = state.open.filter(isDue);
  if (due.length === 0) return { state, effects: [] };
  return {
    state: { ...state, open: state.open.filter((call) => !isDue(call)) },
    effects: due.map(
      ({ connection, text, echoedBy }): EchoEffect => ({ kind: 'respond', connection, response: { text, echoes: echoedBy.length } }),
    ),
  };
}

/**
 * ECHO ON THE WIRE. Integers are little-endian.
 *
 *   message    kind (1 byte: 1 call, 2 echo)   id (4)   text (the rest)
 *   request    text
 *   response   echoes (4)                      text (the rest)
 */
export const echoCodecs: Codecs<EchoMessage, EchoRequest, EchoResponse> = {
  message: {
    encode: ({ kind, id, text }) => withHead([kind === 'call' ? 1 : 2, ...littleEndian(id)], text),
    decode: (bytes) => {
      const kind = bytes[0] === 1 ? 'call' : bytes[0] === 2 ? 'echo' : null;
      if (kind === null || bytes.length < 5) return fail('an echo message begins with 1 or 2 and has a number');
      return ok({ kind, id: integerAt(bytes, 1), text: byteStringOf(bytes.subarray(5)) });
    },
  },
  request: {
    encode: ({ text }) => withHead([], text),
    decode: (bytes): Result<EchoRequest, string> => ok({ text: bytes.length === 0 ? EMPTY : byteStringOf(bytes) }),
  },
  response: {
    encode: ({ text, echoes }) => withHead(littleEndian(echoes), text),
    decode: (bytes) =>
      bytes.length < 4
        ? fail('an echo response begins with a number')
        : ok({ echoes: integerAt(bytes, 0), text: byteStringOf(bytes.subarray(4)) }),
  } satisfies Codec<EchoResponse>,
};

function withHead(head: readonly number[], text: ByteString): Uint8Array {
  const bytes = new Uint8Array(head.length + text.length);
  bytes.set(head);
  writeByteString(bytes, head.length, text);
  return bytes;
}

function littleEndian(n: number): readonly number[] {
  return [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];
}

function integerAt(bytes: Uint8Array, at: number): number {
  const byte = (offset: number): number => bytes[at + offset] ?? 0;
  return (byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24)) >>> 0;
}
