import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ok } from '../../../src/core/base/result.js';
import { nodeId, type NodeId } from '../../../src/core/base/units.js';
import type { Codec } from '../../../src/core/machine.js';
import { encodeFrame } from '../../../src/core/wire/frames/frame.js';
import { helloFrame, helloOf } from '../../../src/core/wire/frames/hello.js';
import type { HostAndPort } from '../../../src/real/base/addresses.js';
import { PeerNetwork } from '../../../src/real/network/peers.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { eventually } from '../helpers.js';
import { Wire } from '../real-cluster.js';

const codec: Codec<Uint8Array> = { encode: (value) => value, decode: (bytes) => ok(bytes.slice()) };
const A = nodeId(1);
const B = nodeId(2);

interface Received {
  readonly from: NodeId;
  readonly message: Uint8Array;
}

async function addressesOfTwo(): Promise<ReadonlyMap<NodeId, HostAndPort>> {
  const [a = 0, b = 0] = await freePorts(2);
  return new Map([
    [A, { host: '127.0.0.1', port: a }],
    [B, { host: '127.0.0.1', port: b }],
  ]);
}

async function networkOf(self: NodeId, addresses: ReadonlyMap<NodeId, HostAndPort>) {
  const received: Received[] = [];
  const lines: string[] = [];
  const network = new PeerNetwork<Uint8Array>({
    self,
    clusterId: 'test',
    codec,
    address: addresses.get(self) ?? { host: '', port: 0 },
    peers: new Map([...addresses].filter(([id]) => id !== self)),
    deliver: (from, message) => received.push({ from, message }),
    log: (level, text) => lines.push(`${level} ${text}`),
  });
  onTestFinished(() => network.close());
  await network.open();
  network.connect();
  return { network, received, lines };
}

const connected = (one: PeerNetwork<Uint8Array>, peer: NodeId) =>
  eventually(`a connection to ${peer}`, () => (one.connectedPeers.includes(peer) ? true : null));
const message = (n: number, sizeBytes = 4): Uint8Array => {
  const bytes = new Uint8Array(sizeBytes);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
};
const numbers = (received: readonly Received[]) => received.map((one) => Buffer.from(one.message).readUInt32BE(0));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** A peer that says hello and then does as it is told, which no honest one would. */
async function impostor(address: HostAndPort, onConnection: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.write(helloFrame(helloOf('test', B, 'server', A)));
    onConnection(socket);
  });
  server.listen(address.port, address.host);
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return sockets;
}

describe('two servers', () => {
  test("get each other's messages in order, a burst in one turn as well as one by one", async () => {
    const addresses = await addressesOfTwo();
    const [a, b] = [await networkOf(A, addresses), await networkOf(B, addresses)];
    await Promise.all([connected(a.network, B), connected(b.network, A)]);
    for (const n of upTo(5_000)) a.network.send(B, message(n));
    b.network.send(A, message(7));
    await eventually('the burst', () => (b.received.length === 5_000 ? true : null));
    expect(numbers(b.received)).toEqual(upTo(5_000));
    expect(new Set(b.received.map(({ from }) => from))).toEqual(new Set([A]));
    await eventually('the other way', () => (a.received.length === 1 ? true : null));
  });

  test('carry far more in all than may wait at once', async () => {
    const addresses = await addressesOfTwo();
    const [a, b] = [await networkOf(A, addresses), await networkOf(B, addresses)];
    await connected(a.network, B);
    for (const n of upTo(90)) {
      a.network.send(B, message(n, 1_048_576));
      await eventually(`message ${n}`, () => (b.received.length === n + 1 ? true : null));
    }
    expect(numbers(b.received)).toEqual(upTo(90));
  });

  test('find each other again when one comes back, and say once that it was gone', async () => {
    const addresses = await addressesOfTwo();
    const a = await networkOf(A, addresses);
    const first = await networkOf(B, addresses);
    await connected(a.network, B);
    await first.network.close();
    await eventually('the loss is seen', () => (a.network.connectedPeers.length === 0 ? true : null));
    a.network.send(B, message(1));
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    const second = await networkOf(B, addresses);
    await connected(a.network, B);
    a.network.send(B, message(2));
    await eventually('the message', () => (second.received.length > 0 ? true : null));
    expect(numbers(second.received)).toEqual([2]);
    expect(a.lines.filter((line) => /^(info|warn) .*connection to server 2/.test(line))).toEqual([
      expect.stringMatching(/^info lost connection to server 2 at /),
      expect.stringMatching(/^warn no connection to server 2 .*nobody listens there$/),
    ]);
  });

  test('that send all the time stay connected longer than silence is borne', async () => {
    const addresses = await addressesOfTwo();
    const [a, b] = [await networkOf(A, addresses), await networkOf(B, addresses)];
    await connected(a.network, B);
    for (const n of upTo(70)) {
      a.network.send(B, message(n));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(numbers(b.received)).toEqual(upTo(70));
    expect(a.lines.filter((line) => line.includes('lost connection'))).toEqual([]);
  }, 20_000);
});

describe('a peer', () => {
  test('that takes nothing and says nothing is given up, and what waits for it stays bounded', async () => {
    const addresses = await addressesOfTwo();
    const sockets = await impostor(addresses.get(B) ?? { host: '', port: 0 }, (socket) => socket.pause());
    const { network, lines } = await networkOf(A, addresses);
    await connected(network, B);
    const before = process.memoryUsage().arrayBuffers;
    for (const n of upTo(300)) {
      network.send(B, message(n, 1_048_576));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 1_048_576);
    await eventually('it is given up', () => (lines.some((line) => line.includes('no sign of life')) ? true : null));
    await eventually('another attempt', () => (sockets.length > 1 ? true : null));
  }, 20_000);

  test('that answers where it should only listen loses the connection', async () => {
    const addresses = await addressesOfTwo();
    await impostor(addresses.get(B) ?? { host: '', port: 0 }, (socket) => {
      socket.once('data', () => setTimeout(() => socket.write(Buffer.from('nonsense')), 50));
    });
    const { lines } = await networkOf(A, addresses);
    await eventually('it is closed', () =>
      lines.some((line) => /lost connection to server 2 .*a frame begins with/.test(line)) ? true : null,
    );
  });

  test('that says hello again and again, as anybody can, does not cut off the connection that is of use', async () => {
    const addresses = await addressesOfTwo();
    const [a, b] = [await networkOf(A, addresses), await networkOf(B, addresses)];
    await Promise.all([connected(a.network, B), connected(b.network, A)]);
    const hello = helloFrame(helloOf('test', B, 'server', A));
    const port = addresses.get(A)?.port ?? 0;
    const forgers: Wire[] = [];
    for (const n of upTo(300)) {
      const forger = new Wire(port);
      forger.write(hello);
      forgers.push(forger);
      b.network.send(A, message(n));
      if (n % 50 === 0) await eventually(`message ${n}`, () => (a.received.length === n + 1 ? true : null));
    }
    await eventually('all messages', () => (a.received.length === 300 ? true : null));
    expect(numbers(a.received)).toEqual(upTo(300));
    expect(b.lines.filter((line) => line.includes('lost connection'))).toEqual([]);
    await eventually('most are turned away', () => (a.lines.some((line) => line.includes('127.0.0.1 connects too often')) ? true : null));
  });

  test('that comes back over another connection is heard there, whatever became of the old one', async () => {
    const addresses = await addressesOfTwo();
    const a = await networkOf(A, addresses);
    const port = addresses.get(A)?.port ?? 0;
    for (const n of [1, 2]) {
      const wire = new Wire(port);
      wire.write(Buffer.concat([helloFrame(helloOf('test', B, 'server', A)), encodeFrame('peer', message(n))]));
      await eventually(`message ${n}`, () => (a.received.length === n ? true : null));
    }
    expect(numbers(a.received)).toEqual([1, 2]);
  });
});
