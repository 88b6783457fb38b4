import { unreachable } from '../../base/assert.js';
import { fail } from '../../base/result.js';
import type { Codecs } from '../../machine.js';
import type { NodeRequest, NodeResponse } from '../../wire/protocol.js';
import { requestCodec } from '../../wire/protobuf/request.js';
import { responseCodec } from '../../wire/protobuf/response.js';

/** A single server on the wire: what clients say is what they say to every system (docs/PROTOCOL.md); peers it has none. */
export const singleCodecs: Codecs<never, NodeRequest, NodeResponse> = {
  message: { encode: unreachable, decode: () => fail('a single server has no peers') },
  request: requestCodec,
  response: responseCodec,
};
