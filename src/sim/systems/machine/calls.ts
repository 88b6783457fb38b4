import { deserialize, serialize } from 'node:v8';
import { fail, ok } from '../../../core/base/result.js';
import { connectionId, type ConnectionId, type NodeId } from '../../../core/base/units.js';
import type { Codec, Effect, Input, Machine, Step } from '../../../core/machine.js';

/** A request on its way to a server, with the number of the call that it belongs to. */
export interface Asked<Request> {
  readonly call: number;
  readonly request: Request;
}

/** A response on its way to a client. */
export interface Answered<Response> {
  readonly call: number;
  readonly response: Response;
}

/** Whether what a process said or was told is a request with its number. */
export const isAsked = (said: unknown): said is Asked<unknown> => hasFields(said, 'call', 'request');
/** Whether it is a response with its number. */
export const isAnswered = (said: unknown): said is Answered<unknown> => hasFields(said, 'call', 'response');

const hasFields = (said: unknown, ...fields: readonly string[]): boolean =>
  typeof said === 'object' && said !== null && fields.every((field) => field in said);

/** Processes are numbered below this (world.ts). */
const CLIENTS_END = 4_096;

/** The connection of one call. Each call has its own, so that a late answer is never taken for the answer to a later call. */
export function connectionOf(client: number, call: number): ConnectionId {
  return connectionId(call * CLIENTS_END + client);
}

export const clientOf = (connection: ConnectionId): NodeId => (connection % CLIENTS_END) as NodeId;
export const callOf = (connection: ConnectionId): number => Math.floor(connection / CLIENTS_END);

/** What a machine is told of an input that the world gives to {@link answeringCalls}. */
export function unwrapped<Message, Request>(input: Input<Message, Asked<Request>>): Input<Message, Request> {
  if (input.kind !== 'request') return input;
  const { call, request } = input.request;
  return { kind: 'request', now: input.now, connection: connectionOf(input.connection, call), request };
}

/** What a machine asked for by an effect that {@link answeringCalls} handed to the world. */
export function unwrappedEffect<Message, Response>(effect: Effect<Message, Answered<Response>>): Effect<Message, Response> {
  if (effect.kind !== 'respond') return effect;
  const { call, response } = effect.response;
  return { kind: 'respond', connection: connectionOf(effect.connection, call), response };
}

/** The same machine behind a host that gives each call a connection of its own. The state stays the machine's own. */
export function answeringCalls<State, Message, Request, Response>(
  machine: Machine<State, Message, Request, Response>,
): Machine<State, Message, Asked<Request>, Answered<Response>> {
  type Wrapped = Step<State, Message, Answered<Response>>;
  // What a machine returns is looked at by the world (world/contract.ts), so nothing is expected of it here.
  const isAnswering = (effects: unknown): boolean =>
    Array.isArray(effects) && effects.some((effect: unknown) => (effect as Partial<Effect<Message, Response>> | null)?.kind === 'respond');
  const wrap = (step: Step<State, Message, Response>): Wrapped =>
    isAnswering((step as Partial<typeof step> | null)?.effects)
      ? { state: step.state, effects: step.effects.map(wrappedEffect) }
      : (step as Wrapped);
  return {
    init: (boot) => wrap(machine.init(boot)),
    step: (state, input) => wrap(machine.step(state, unwrapped(input))),
    wakeAt: (state) => machine.wakeAt(state),
    closing: (state) => machine.closing?.(state) ?? [],
  };
}

function wrappedEffect<Message, Response>(effect: Effect<Message, Response>): Effect<Message, Answered<Response>> {
  if (effect.kind !== 'respond') return effect;
  const { connection, response } = effect;
  return { kind: 'respond', connection: clientOf(connection) as number as ConnectionId, response: { call: callOf(connection), response } };
}

/** For values whose author named no codec: whatever structured clones keep, and on links that carry bytes it has bytes. */
export const CLONED: Codec<unknown> = {
  encode: (value) => new Uint8Array(serialize(value)),
  decode: (bytes) => {
    try {
      return ok(deserialize(bytes) as unknown);
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error));
    }
  },
};

/** Bytes for the number of the call in front of those of the value. */
const CALL_BYTES = 8;

/** A codec for what rides with the number of its call. */
export function withCall<Field extends string, Value>(field: Field, codec: Codec<Value>): Codec<{ readonly call: number }> {
  return {
    encode: (envelope) => {
      const inner = codec.encode((envelope as Readonly<Record<Field, Value>> & { readonly call: number })[field]);
      const bytes = new Uint8Array(CALL_BYTES + inner.length);
      new DataView(bytes.buffer).setFloat64(0, envelope.call);
      bytes.set(inner, CALL_BYTES);
      return bytes;
    },
    decode: (bytes) => {
      if (bytes.length < CALL_BYTES) return fail('a call has a number');
      const call = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
      const inner = codec.decode(bytes.subarray(CALL_BYTES));
      return inner.ok ? ok({ call, [field]: inner.value }) : inner;
    },
  };
}
