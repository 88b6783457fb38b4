import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { fail, ok } from '../../../src/core/base/result.js';
import { nodeId, type NodeId } from '../../../src/core/base/units.js';
import type { Codec } from '../../../src/core/machine.js';
import { GUEST_ID_MIN } from '../../../src/real/network/typed-lines.js';
import { PeerNetwork } from '../../../src/real/network/peers.js';
import { freePorts } from '../../../src/real/base/ports.js';

const codec: Codec<string> = {
  encode: (value) => Buffer.from(value),
  decode: (bytes) => (/^[a-z]/.test(Buffer.from(bytes).toString()) ? ok(Buffer.from(bytes).toString()) : fail('an empty line')),
};

/** A server that says each line of a guest back to him a moment later. */
async function echoing(hasGuests: boolean): Promise<{ readonly port: number; readonly senders: readonly NodeId[] }> {
  const [port = 0] = await freePorts(1);
  const senders: NodeId[] = [];
  const network: PeerNetwork<string> = new PeerNetwork<string>({
    self: nodeId(1),
    clusterId: 'test',
    codec,
    hasGuests,
    address: { host: '127.0.0.1', port },
    peers: new Map(),
    deliver: (from, message) => {
      senders.push(from);
      setTimeout(() => network.send(from, `you said ${message}`), 20);
    },
    log: () => undefined,
  });
  onTestFinished(() => network.close());
  await network.open();
  return { port, senders };
}

/** Types all at once and closes the own half, as a pipe into `nc` does. */
async function type(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (bytes) => (heard += bytes.toString()));
  socket.on('error', () => undefined);
  socket.end(text);
  await once(socket, 'close');
  return heard;
}

test('a guest is answered on his own connection, even after he closed his half', async () => {
  const { port, senders } = await echoing(true);
  const [one, other] = await Promise.all([type(port, 'a\nb\n'), type(port, 'c\n')]);
  expect(one).toBe('you said a\nyou said b\n');
  expect(other).toBe('you said c\n');
  expect(new Set(senders).size).toBe(2);
  expect(senders.every((sender) => sender > GUEST_ID_MIN)).toBe(true);
});

test('what a guest mistypes is told him, and nobody else', async () => {
  const { port, senders } = await echoing(true);
  expect(await type(port, '\nx\n')).toBe('ERROR an empty line\nyou said x\n');
  expect(senders).toHaveLength(1);
});

test('who speaks HTTP is no guest: nothing of it is a message', async () => {
  const { port, senders } = await echoing(true);
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (bytes) => (heard += bytes.toString()));
  socket.write('POST / HTTP/1.1\r\nHost: a\r\n\r\nx\n');
  await once(socket, 'close');
  expect(heard).toBe('ERROR this port takes lines of text, not HTTP; the connection is closed\n');
  expect(senders).toEqual([]);
});

test('a system without lines has no guests', async () => {
  const { port, senders } = await echoing(false);
  await type(port, 'a\n');
  expect(senders).toEqual([]);
});
