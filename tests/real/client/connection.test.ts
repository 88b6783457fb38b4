import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { encodeFrame } from '../../../src/core/wire/frames/frame.js';
import { helloFrame, helloOf } from '../../../src/core/wire/frames/hello.js';
import { responseCodec } from '../../../src/core/wire/protobuf/response.js';
import type { NodeResponse } from '../../../src/core/wire/protocol.js';
import { ServerConnection } from '../../../src/real/client/connection.js';

const HELLO = helloFrame(helloOf('7', nodeId(1), 'server', nodeId(0)));
const answer = (response: NodeResponse): Uint8Array => encodeFrame('response', responseCodec.encode(response));
const noLeader = (id: number): Uint8Array => answer({ kind: 'notLeader', id, leaderHint: nodeId(0), isUncertain: false });

/** A connection to a server that says hello at once, and later what a test tells it. */
async function connected(): Promise<{
  readonly connection: ServerConnection;
  readonly server: Socket;
  readonly heard: () => Promise<unknown>;
}> {
  const listener = createServer();
  const accepted = new Promise<Socket>((resolve) => listener.once('connection', resolve));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  let onHello = (): void => undefined;
  let onResponse = (): void => undefined;
  const hello = new Promise<void>((resolve) => (onHello = resolve));
  const { port } = listener.address() as AddressInfo;
  const connection = new ServerConnection(
    { host: '127.0.0.1', port },
    { onHello: () => onHello(), onResponse: () => onResponse(), onGone: () => undefined },
  );
  const server = await accepted;
  onTestFinished(() => {
    connection.close();
    server.destroy();
    listener.close();
  });
  server.write(HELLO);
  await hello;
  return { connection, server, heard: () => new Promise<void>((resolve) => (onResponse = resolve)) };
}

test('a connection is lively when answers come, and not by a hello: what was lost on its way is to be asked again', async () => {
  const { connection, server, heard } = await connected();
  const askedMs = 0;
  expect(connection.isLivelySince(askedMs)).toBe(false);
  const response = heard();
  server.write(noLeader(1));
  await response;
  expect(connection.isLivelySince(askedMs)).toBe(true);
  expect(connection.isLivelySince(performance.now() + 1)).toBe(false);
});
