import { createConnection, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ByteString } from '../../../src/core/base/bytestring.js';
import { nodeId, type ConnectionId } from '../../../src/core/base/units.js';
import { clientPortOptions } from '../../../src/core/wire/client-connection.js';
import { encodeFrame } from '../../../src/core/wire/frames/frame.js';
import { helloFrame, helloOf } from '../../../src/core/wire/frames/hello.js';
import { LINE_BYTES_MAX, VALUE_BYTES_MAX } from '../../../src/core/wire/limits.js';
import { requestCodec } from '../../../src/core/wire/protobuf/request.js';
import type { NodeRequest } from '../../../src/core/wire/protocol.js';
import { lineLog } from '../../../src/real/base/log.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { ClientMemory } from '../../../src/real/base/client-memory.js';
import { ClientPort, type ClientPortSettings } from '../../../src/real/server/client-port.js';
import { Turns } from '../../../src/real/server/turns.js';
import { eventually } from '../helpers.js';
import { Wire } from '../real-cluster.js';

const MIB = 1_048_576;

/** A client port before a node that answers each read at once with a value of so many bytes; writes it answers when the test says so. */
async function portOf(valueBytes: number, changed: Partial<ClientPortSettings> = {}, bytesMax = 64 * MIB) {
  const [port = 0] = await freePorts(1);
  const value = 'v'.repeat(valueBytes) as ByteString;
  const lines: string[] = [];
  const writes: (readonly [ConnectionId, NodeRequest])[] = [];
  const memory = new ClientMemory(bytesMax);
  let reads = 0;
  const clients: ClientPort = new ClientPort({
    address: { host: '127.0.0.1', port },
    options: clientPortOptions('blue', nodeId(1)),
    limits: { connectionsMax: 100, idleMsMax: 0, stalledMsMax: 30_000 },
    memory,
    turns: new Turns(),
    addressOf: () => null,
    onConnection: () => undefined,
    onRequest: (connection, request) => {
      if (request.kind === 'command') return void writes.push([connection, request]);
      reads++;
      clients.respond(connection, { kind: 'done', id: request.id, result: { status: 'ok', version: 1, value } });
    },
    log: lineLog((line) => lines.push(line), 'debug'),
    ...changed,
  });
  await clients.open();
  onTestFinished(() => clients.close());
  return { port, clients, memory, lines, writes, reads: () => reads };
}

function connected(port: number): Socket {
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

describe('a client that asks for much in one piece', () => {
  test.each([140, 1_000])(
    '%i reads of 1 MiB are all answered, and what is held meanwhile stays small',
    async (count) => {
      const { port, memory, reads } = await portOf(MIB);
      const socket = connected(port);
      let bytes = 0;
      let heldMost = 0;
      socket.on('data', (piece) => {
        bytes += piece.length;
        heldMost = Math.max(heldMost, memory.bytes);
      });
      socket.end('GET k\n'.repeat(count));
      await once(socket, 'close');
      expect(bytes).toBe(count * ('VALUE \n'.length + MIB));
      expect(heldMost).toBeLessThan(16 * MIB);
      expect(reads()).toBeGreaterThanOrEqual(count);
      expect(memory.bytes).toBe(0);
    },
    60_000,
  );

  test('what it does not read is not made either, and others are served meanwhile', async () => {
    const { port, memory, reads } = await portOf(MIB);
    const lazy = connected(port);
    lazy.pause();
    lazy.write('GET k\n'.repeat(900));
    await eventually('the first answers', () => (reads() > 4 ? true : null));
    const other = new Wire(port);
    other.end('GET a\n');
    expect(await other.untilClosed()).toHaveLength('VALUE \n'.length + MIB);
    expect(reads()).toBeLessThan(50);
    expect(memory.bytes).toBeLessThan(16 * MIB);
  });

  test('its answers leave by turns with those of others: none waits for all of another', async () => {
    const { port } = await portOf(MIB);
    const large = connected(port);
    let bytes = 0;
    large.on('data', (piece) => (bytes += piece.length));
    large.write('GET k\n'.repeat(1_000));
    await once(large, 'data');
    const other = new Wire(port);
    other.end('GET a\n');
    await other.untilClosed();
    expect(bytes).toBeLessThan(900 * MIB);
  });
});

describe('what clients hold together', () => {
  const halfFrame = () => {
    const command = { op: 'set', clientId: 0, sequenceNum: 0, key: 'k' as ByteString, version: 0 } as const;
    const whole = encodeFrame(
      'request',
      requestCodec.encode({ kind: 'command', id: 1, command: { ...command, value: 'v'.repeat(VALUE_BYTES_MAX) as ByteString } }),
    );
    return Buffer.concat([helloFrame(helloOf('', nodeId(0), 'client', nodeId(0))), whole.subarray(0, VALUE_BYTES_MAX)]);
  };

  test('is bounded by bytes, half frames too: whoever holds most goes, and whoever holds little is served', async () => {
    const { port, memory, lines } = await portOf(10, {}, 20 * MIB);
    const half = halfFrame();
    const sockets = Array.from({ length: 6 }, () => connected(port));
    for (const socket of sockets) socket.write(half);
    await eventually('some are closed', () => (lines.filter((line) => line.includes('more than any other')).length >= 4 ? true : null));
    expect(memory.bytes).toBeLessThanOrEqual(20 * MIB);
    const other = new Wire(port);
    other.end('GET a\n');
    expect(await other.untilClosed()).toBe(`VALUE ${'v'.repeat(10)}\n`);
    for (const socket of sockets) socket.destroy();
    await eventually('nothing is held', () => (memory.bytes === 0 ? true : null));
  });

  test('is told to a client that types, in its language', async () => {
    const { port } = await portOf(10, {}, 100_000);
    const wire = new Wire(port);
    wire.write('x'.repeat(LINE_BYTES_MAX - 10));
    expect(await wire.untilClosed()).toMatch(
      /^ERROR clients make this server hold more than 100000 bytes, and this connection \d+ of them/,
    );
  });
});

describe('a client that goes silent', () => {
  const limits = { connectionsMax: 100, idleMsMax: 0, stalledMsMax: 200 };

  test('in the middle of a line is told so and closed', async () => {
    const { port } = await portOf(10, { limits });
    const wire = new Wire(port);
    wire.write('GET a\nSET a');
    expect(await wire.untilClosed()).toBe(
      `VALUE ${'v'.repeat(10)}\nERROR nothing came of a request, or was taken of its answer, for 200 ms\n`,
    );
  });

  test('and does not take its answers is closed, and holds nothing any more', async () => {
    const { port, memory, lines } = await portOf(4 * MIB, { limits });
    const lazy = connected(port);
    lazy.pause();
    lazy.write('GET k\n'.repeat(10));
    await eventually('the end', () => (lines.some((line) => line.includes('was taken of its answer')) ? true : null));
    expect(memory.bytes).toBe(0);
  });

  test('without a request is closed when its time is over, and not while the node works for it', async () => {
    const { port, clients, writes } = await portOf(10, { limits: { ...limits, idleMsMax: 300 } });
    const wire = new Wire(port);
    wire.write('SET a 1\n');
    const [connection, request] = await eventually('the write', () => writes[0] ?? null);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(wire.text).toBe('');
    clients.respond(connection, { kind: 'done', id: request.id, result: { status: 'ok', version: 1, value: '' as ByteString } });
    expect(await wire.untilClosed()).toBe('OK\nERROR no request came for 300 ms\n');
  });
});
