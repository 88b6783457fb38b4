import { assert } from '../base/assert.js';

/**
 * The bounds of everything that comes over a wire, in one place. All are inclusive. Decoders refuse what
 * is above them, encoders hold them as rules: so what one server writes, every other can read.
 */

/** Raised when a peer of the old version could misunderstand the new one; spoken in the hello. */
export const PROTOCOL_VERSION = 1;

/** Node ids on the wire are 0 (nobody) or 1 .. this. */
export const NODE_ID_MAX = 2_147_483_647;

/** Bytes of a key. */
export const KEY_BYTES_MAX = 65_536;

/** Bytes of a value: 8 MiB. */
export const VALUE_BYTES_MAX = 8_388_608;

/** Entries in one AppendEntries message, whatever the options of the protocol say. */
export const ENTRIES_PER_MESSAGE_MAX = 65_536;

/** Bytes of a frame's payload, from a server that has said hello: 16 MiB, room for the largest entry and its like. */
export const FRAME_BYTES_MAX = 16_777_216;

/** Bytes of a request frame's payload from a client: the largest command with some room for its other fields. */
export const REQUEST_BYTES_MAX = KEY_BYTES_MAX + VALUE_BYTES_MAX + 128;

/** Bytes of a hello's payload: all that a stranger can make us hold. */
export const HELLO_BYTES_MAX = 512;

/** Bytes of a line of the text protocol, without its end, unless the user sets another bound: 1 MiB. */
export const LINE_BYTES_MAX = 1_048_576;

/** Bytes of the body of an HTTP request: 16 MiB, room for the largest value as JSON, unless every byte of it is escaped. */
export const HTTP_BODY_BYTES_MAX = 16_777_216;

/** Requests of one client connection that may be unanswered before the host stops reading from it. */
export const UNANSWERED_MAX = 1_024;

/** Bytes of a short text: a reason, a role. */
export const TEXT_BYTES_MAX = 1_024;

/** Holds our own side to a bound that the other side's decoder refuses to exceed. */
export function assertWithin(count: number, max: number, what: string): void {
  assert(count <= max, `${what} is sent within the bound that decoders accept`);
}
