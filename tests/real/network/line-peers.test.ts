import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { byteStringOf, bytesOf, type ByteString } from '../../../src/core/base/bytestring.js';
import { fail, ok } from '../../../src/core/base/result.js';
import { nodeId } from '../../../src/core/base/units.js';
import type { Codec } from '../../../src/core/machine.js';
import { LineNetwork } from '../../../src/real/network/line-peers.js';
import { silentLog } from '../../../src/real/base/log.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { Wire } from '../real-cluster.js';

const words: Codec<string> = {
  encode: (text) => bytesOf(text as ByteString),
  decode: (bytes) => (bytes.length > 0 && !/^[A-Z]/.test(byteStringOf(bytes)) ? ok(byteStringOf(bytes)) : fail('a word is expected')),
};

interface Heard {
  readonly from: number;
  readonly message: string;
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function network(port: number, unfinishedBytesMax?: number): Promise<{ readonly net: LineNetwork<string>; readonly heard: Heard[] }> {
  const heard: Heard[] = [];
  const net = new LineNetwork<string>({
    address: { host: '127.0.0.1', port },
    purpose: 'peer',
    codec: words,
    firstNeighbour: nodeId(2),
    log: silentLog,
    ...(unfinishedBytesMax === undefined ? {} : { unfinishedBytesMax }),
    deliver: (from, message) => heard.push({ from, message }),
  });
  await net.open();
  open.push(net);
  return { net, heard };
}

describe('a network of lines', () => {
  test('carries messages both ways over the one connection of whoever dialled', async () => {
    const [portA = 0, portB = 0] = await freePorts(2);
    const a = await network(portA);
    const b = await network(portB);
    const toB = await a.net.dial({ host: 'localhost', port: portB });
    for (const word of ['one', 'two words', 'three']) a.net.send(toB, word);
    await vi.waitFor(() => expect(b.heard.map(({ message }) => message)).toEqual(['one', 'two words', 'three']));
    b.net.send(nodeId(b.heard[0]?.from ?? 0), 'back');
    await vi.waitFor(() => expect(a.heard).toEqual([{ from: toB, message: 'back' }]));
  });

  test('holds only so much of lines that do not come whole, of all connections together', async () => {
    const [port = 0] = await freePorts(1);
    const { heard } = await network(port, 100_000);
    const wires = Array.from({ length: 3 }, () => new Wire(port));
    for (const wire of wires) wire.write('x'.repeat(60_000));
    await vi.waitFor(() =>
      expect(wires.filter(({ text }) => text.startsWith('ERROR clients make this server hold more than 100000 bytes'))).toHaveLength(2),
    );
    const other = new Wire(port);
    other.write('a word\n');
    await vi.waitFor(() => expect(heard.map(({ message }) => message)).toEqual(['a word']));
  });

  test('tells at once that nobody is there, and loses what is sent to nobody', async () => {
    const [port = 0, nobody = 0] = await freePorts(2);
    const { net } = await network(port);
    await expect(net.dial({ host: '127.0.0.1', port: nobody })).rejects.toThrow(
      `127.0.0.1:${nobody} cannot be reached: nobody listens there`,
    );
    net.send(nodeId(77), 'lost');
  });

  test('connects again when a connection is lost, under the same number, until it hangs up', async () => {
    const [port = 0, otherPort = 0] = await freePorts(2);
    const { net, heard } = await network(port);
    const sockets: Socket[] = [];
    const other: Server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => other.listen(otherPort, '127.0.0.1', resolve));
    open.push({
      close: () =>
        new Promise((resolve) => {
          for (const socket of sockets) socket.destroy();
          other.close(() => resolve());
        }),
    });

    const id = await net.dial({ host: '127.0.0.1', port: otherPort });
    await vi.waitFor(() => expect(sockets).toHaveLength(1));
    sockets[0]?.destroy();
    await vi.waitFor(() => expect(sockets).toHaveLength(2));
    sockets[1]?.write('again\n');
    await vi.waitFor(() => expect(heard).toEqual([{ from: id, message: 'again' }]));
    net.hangUp(id);
    await vi.waitFor(() => expect(sockets[1]?.destroyed || sockets[1]?.readableEnded).toBe(true));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sockets).toHaveLength(2);
  });

  test('answers a line that it does not understand with one, and never an ERROR with an ERROR', async () => {
    const [portA = 0, portB = 0] = await freePorts(2);
    const a = await network(portA);
    const b = await network(portB);
    const toB = await a.net.dial({ host: '127.0.0.1', port: portB });
    a.net.send(toB, 'Everybody');
    a.net.send(toB, 'end');
    await vi.waitFor(() => expect(b.heard).toHaveLength(1));
    // B said "ERROR a word is expected", which A could not read either; a loop of them would never end.
    a.net.send(toB, 'still here');
    await vi.waitFor(() => expect(b.heard.map(({ message }) => message)).toEqual(['end', 'still here']));
    expect(a.heard).toEqual([]);
  });

  test('ends a connection that speaks HTTP before its body is taken for messages', async () => {
    const [port = 0] = await freePorts(1);
    const { heard } = await network(port);
    const wire = new Wire(port);
    wire.write('POST / HTTP/1.1\r\nHost: localhost\r\n\r\nend\n');
    expect(await wire.untilClosed()).toBe('ERROR this port takes lines of text, not HTTP; the connection is closed\n');
    expect(heard).toEqual([]);
  });
});
