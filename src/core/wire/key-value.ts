import { EMPTY, type ByteString } from '../base/bytestring.js';
import type { ConnectionId } from '../base/units.js';
import type { Codec, Codecs, Effect } from '../machine.js';
import type { NodeRequest, NodeResponse } from './protocol.js';
import { requestCodec } from './protobuf/request.js';
import { responseCodec } from './protobuf/response.js';

/** The three codecs of a server that speaks the key-value protocol to clients (docs/PROTOCOL.md) and this one to its peers. */
export function keyValueCodecs<Message>(message: Codec<Message>): Codecs<Message, NodeRequest, NodeResponse> {
  return { message, request: requestCodec, response: responseCodec };
}

/** A client's request, and where it came from. */
export interface Asked {
  readonly connection: ConnectionId;
  readonly request: NodeRequest;
}

type Answer = Extract<Effect<never, NodeResponse>, { readonly kind: 'respond' }>;

/** What a plain register understands: a read of `key` (`value` is null), or a write of `value`. */
export interface ReadOrWrite {
  readonly key: ByteString;
  readonly value: ByteString | null;
}

/** A `GET` or a `SET` in these words; null for any other request. */
export function readOrWrite(request: NodeRequest): ReadOrWrite | null {
  if (request.kind === 'query') return { key: request.key, value: null };
  if (request.kind === 'command' && request.command.op === 'set') return { key: request.command.key, value: request.command.value };
  return null;
}

/**
 * It was done.
 *
 * @param value What a read found, null for nothing; of a write it is not told.
 * @param version The key's version after it; 0 for a system that keeps no versions.
 */
export function answerDone({ connection, request }: Asked, value: ByteString | null, version = 0): Answer {
  const isRead = request.kind === 'query';
  const status = isRead && value === null ? 'noKey' : 'ok';
  const result = { status, version, value: isRead ? (value ?? EMPTY) : EMPTY } as const;
  return { kind: 'respond', connection, response: { kind: 'done', id: request.id, result } };
}

/** Nothing was done, now or later: the client may ask another server, or this one again. */
export function answerUnavailable({ connection, request }: Asked, reason: string): Answer {
  return { kind: 'respond', connection, response: { kind: 'unavailable', id: request.id, reason } };
}
