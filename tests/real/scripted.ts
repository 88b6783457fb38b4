import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { nodeId } from '../../src/core/base/units.js';
import { encodeFrame } from '../../src/core/wire/frames/frame.js';
import { onFramedBytes, openFramed } from '../../src/core/wire/frames/framed-connection.js';
import { helloFrame, helloOf } from '../../src/core/wire/frames/hello.js';
import { FRAME_BYTES_MAX } from '../../src/core/wire/limits.js';
import type { NodeRequest, NodeResponse } from '../../src/core/wire/protocol.js';
import { requestCodec } from '../../src/core/wire/protobuf/request.js';
import { responseCodec } from '../../src/core/wire/protobuf/response.js';

export type Script = (request: NodeRequest, socket: Socket) => NodeResponse | null;

/** A server that says hello as `id` of some cluster and does what its script says. */
export async function scripted(id: number, script: Script, clusterId = 'c', port = 0, onOpened: () => void = () => undefined) {
  const sockets = new Set<Socket>();
  const answer = (socket: Socket, response: NodeResponse): void =>
    void socket.write(encodeFrame('response', responseCodec.encode(response)));
  const server = createServer((socket) => {
    onOpened();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    let connection = openFramed({
      hello: { clusterId, self: nodeId(id), role: 'client', sender: nodeId(0) },
      kind: 'request',
      codec: requestCodec,
      payloadBytesMax: FRAME_BYTES_MAX,
    });
    socket.write(helloFrame(helloOf(clusterId, nodeId(id), 'server', nodeId(0))));
    socket.on('data', (bytes) => {
      const read = onFramedBytes(connection, bytes);
      connection = read.connection;
      for (const request of read.messages) {
        const response = script(request, socket);
        if (response !== null) answer(socket, response);
      }
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as { port: number }).port}`, sockets, answer };
}

export const done = (id: number, version = 1): NodeResponse => ({
  kind: 'done',
  id,
  result: { status: 'ok', version, value: '' as never },
});

/** Answers as a lone leader would who knows nothing and agrees to everything. */
export function agreeing(request: NodeRequest): NodeResponse {
  return request.kind === 'whoIsLeader' ? { kind: 'leader', id: request.id, leaderHint: nodeId(1) } : done(request.id);
}
