import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NOBODY, nodeId } from '../../../../src/core/base/units.js';
import { encodeFrame, type FrameKind } from '../../../../src/core/wire/frames/frame.js';
import { onFramedBytes, openFramed } from '../../../../src/core/wire/frames/framed-connection.js';
import { helloFrame, helloOf } from '../../../../src/core/wire/frames/hello.js';
import { FRAME_BYTES_MAX } from '../../../../src/core/wire/limits.js';
import { peerCodec } from '../../../../src/core/wire/protobuf/peer.js';
import { cut, raftMessage } from '../arbitraries.js';

const SELF = nodeId(1);
const places = fc.array(fc.nat(), { maxLength: 12 });

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

test('peer messages pass between servers, wherever the stream is cut', () => {
  const rules = {
    hello: { clusterId: 'blue', self: SELF, role: 'server' as const, sender: NOBODY },
    kind: 'peer' as FrameKind,
    codec: peerCodec,
    payloadBytesMax: FRAME_BYTES_MAX,
  };
  fc.assert(
    fc.property(fc.array(raftMessage, { maxLength: 6 }), places, (all, at) => {
      const bytes = joined(
        helloFrame(helloOf('blue', nodeId(2), 'server', SELF)),
        ...all.map((m) => encodeFrame('peer', peerCodec.encode(m))),
      );
      let connection = openFramed(rules);
      const out: unknown[] = [];
      for (const piece of cut(bytes, at)) {
        const step = onFramedBytes(connection, piece);
        connection = step.connection;
        out.push(...step.messages);
        piece.fill(0xee);
      }
      expect(connection.problem).toBe(null);
      expect(connection.hello?.sender).toBe(2);
      expect(out).toEqual(all);
    }),
    { seed: 1, numRuns: 1_000 },
  );
});
