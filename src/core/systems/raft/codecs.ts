import type { Codecs } from '../../machine.js';
import { peerCodec } from '../../wire/protobuf/peer.js';
import type { NodeMessage, NodeRequest, NodeResponse } from '../../wire/protocol.js';
import { requestCodec } from '../../wire/protobuf/request.js';
import { responseCodec } from '../../wire/protobuf/response.js';

/** The raft system on the wire: docs/PROTOCOL.md. */
export const raftCodecs: Codecs<NodeMessage, NodeRequest, NodeResponse> = {
  message: peerCodec,
  request: requestCodec,
  response: responseCodec,
};
