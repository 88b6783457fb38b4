import { ok, type Result } from '../../core/base/result.js';
import type { Codec } from '../../core/machine.js';
import type { FrameKind } from '../../core/wire/frames/frame.js';
import type { Network } from '../network/network.js';
import { FrameBytes, type Piece } from '../network/byte-stream.js';
import type { Process } from './process.js';

/** What a world with codecs hands to the network: a frame for a stream, else the message after a way through its bytes. */
export function pack(network: Network, from: Process, to: Process, message: unknown): Result<unknown, string> {
  const codec = codecBetween(from, to);
  if (codec === null || !network.isStream(from.id, to.id)) return from.roundTrip(message, to.isClient);
  return ok(new FrameBytes(kindBetween(from, to), codec.encode(message)));
}

/** The messages that a piece completes. */
export interface Unpacked {
  readonly messages: readonly unknown[];
  /** Why the connection broke; null when it did not. */
  readonly problem: string | null;
  /** What no network can do: a damaged frame passed for a whole one, or an intact one cannot be decoded. */
  readonly bug: string | null;
}

/** Reads a piece on the receiver's side. */
export function unpack(network: Network, from: Process, to: Process, piece: Piece): Unpacked {
  const { payloads, problem, isForged } = network.read(from.id, to.id, piece);
  const codec = codecBetween(from, to);
  if (isForged || codec === null) return { messages: [], problem, bug: 'a frame came out of a stream that never went in' };
  const messages: unknown[] = [];
  for (const payload of payloads) {
    const decoded = codec.decode(payload);
    if (!decoded.ok) return { messages, problem, bug: decoded.problem };
    messages.push(decoded.value);
  }
  return { messages, problem, bug: null };
}

function kindBetween(from: Process, to: Process): FrameKind {
  if (from.isClient === to.isClient) return 'peer';
  return to.isClient ? 'response' : 'request';
}

function codecBetween(from: Process, to: Process): Codec<unknown> | null {
  const codecs = from.spec.codecs;
  if (codecs === undefined) return null;
  if (from.isClient === to.isClient) return codecs.message;
  return to.isClient ? codecs.response : codecs.request;
}
