import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { helloFrame, helloOf } from '../../../src/core/wire/frames/hello.js';
import { connect, openClient } from '../../../src/real/client/client.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { servedSingle } from '../../../src/real/systems/single.js';
import type { Served } from '../../../src/real/systems/served-system.js';
import { eventually } from '../helpers.js';
import { serversUnderTest } from '../real-cluster.js';
import { agreeing, scripted } from '../scripted.js';

/** A server that ends each connection in its own way. */
async function brusque(end: (socket: Socket) => void) {
  const [port = 0] = await freePorts(1);
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
    end(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { address: `127.0.0.1:${port}`, connections: () => connections };
}

describe('a server that ends connections at once', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['without a word', (socket) => socket.destroy()],
    ['after its hello', (socket) => socket.end(helloFrame(helloOf('c', nodeId(1), 'server', nodeId(0))))],
  ])('%s is asked ever more seldom, however many calls there are', async (_, end) => {
    const server = await brusque(end);
    const client = openClient({ servers: [server.address], timeoutMs: 3_000 });
    onTestFinished(() => client.close());
    const calls = Array.from({ length: 20 }, (_one, i) => client.get(`k${i}`).catch(() => null));
    await Promise.all(calls);
    // 50 ms, doubled up to 1 s: about seven in three seconds, where there were 240.
    expect(server.connections()).toBeGreaterThan(1);
    expect(server.connections()).toBeLessThan(20);
  });

  test('and says why in a line is quoted', async () => {
    const server = await brusque((socket) => socket.end('ERROR this server is stopping\n'));
    await expect(openClient({ servers: [server.address], timeoutMs: 500 }).get('k')).rejects.toThrow('this server is stopping');
  });

  test('is used again as soon as it answers, with all its connections', async () => {
    let isBack = false;
    const server = await scripted(1, (request, socket) => {
      if (isBack) return agreeing(request);
      socket.destroy();
      return null;
    });
    const client = openClient({ servers: [server.address], timeoutMs: 30_000, connectionsMax: 4 });
    onTestFinished(() => client.close());
    const calls = Array.from({ length: 20 }, (_, i) => client.get(`k${i}`));
    await new Promise((resolve) => setTimeout(resolve, 300));
    isBack = true;
    await Promise.all(calls);
    await eventually('all connections are free again', () => (client.pools()[0]?.requests === 0 ? true : null));
  });
});

test('two connections and 64 reads of 7 MiB: all are answered, and no answer is asked for twice', async () => {
  const cluster = await serversUnderTest(1);
  await cluster.start(1, { system: servedSingle({ store: 'memory' }) as unknown as Served });
  const client = await connect({ servers: cluster.addresses, connectionsMax: 2, callsMax: 64, timeoutMs: 60_000 });
  onTestFinished(() => client.close());
  const sizeBytes = 7 * 1_048_576;
  await client.set('k', 'v'.repeat(sizeBytes));
  const found = await Promise.all(Array.from({ length: 64 }, () => client.get('k')));
  expect(found.map((one) => one?.value.length)).toEqual(Array(64).fill(sizeBytes));
}, 90_000);
