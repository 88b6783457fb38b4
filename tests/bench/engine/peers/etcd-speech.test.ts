import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { fillKeys, load } from '../../../../bench/engine/load.js';
import { etcdSpeech } from '../../../../bench/engine/peers/etcd-speech.js';
import { keyOf, KEYS, STEP, valueOf } from '../../../../bench/engine/speech.js';

let running: Http2Server | null = null;
afterEach(() => void running?.close());

async function listening(server: Http2Server): Promise<string> {
  running = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a gRPC server of unary calls does, by Node's own HTTP/2: a message and a status, or a status alone. */
function grpcServer(seen: { path: string; body: Buffer }[], isRefusing: () => boolean): Http2Server {
  const server = createServer();
  // Whoever measured long enough just goes.
  server.on('session', (session) => session.on('error', () => undefined).socket.on('error', () => undefined));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('end', () => {
      seen.push({ path: String(headers[':path']), body: Buffer.concat(pieces) });
      const head = { ':status': 200, 'content-type': 'application/grpc' };
      if (isRefusing()) {
        stream.respond({ ...head, 'grpc-status': '14' }, { endStream: true });
        return;
      }
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.respond(head, { waitForTrailers: true });
      stream.end(Buffer.alloc(5 + 3));
    });
  });
  return server;
}

test('etcd is asked in gRPC over HTTP/2 that a server of it understands: a put for each key, with its value', async () => {
  const seen: { path: string; body: Buffer }[] = [];
  const address = await listening(grpcServer(seen, () => false));
  await fillKeys(address, 'etcd', 200);
  expect(new Set(seen.map(({ path }) => path))).toEqual(new Set(['/etcdserverpb.KV/Put']));
  const wanted = Array.from({ length: 200 }, (_, i) => ((i + 1) * STEP) % KEYS).map((n) => `\x0a\x09${keyOf(n)}\x12\x64${valueOf(n)}`);
  const bodies = seen.map(({ body }) => body.toString('latin1'));
  expect(bodies.slice(0, 200)).toEqual(wanted.map((message) => `\0\0\0\0${String.fromCharCode(message.length)}${message}`));
});

test('a call that etcd refuses does not count as done', async () => {
  const address = await listening(grpcServer([], () => true));
  const { done, refused } = await load({
    address,
    operation: 'read',
    tongue: 'etcd',
    connections: 2,
    depth: 4,
    warmUpMs: 0,
    measureMs: 50,
  });
  expect(done).toBe(0);
  expect(refused).toBeGreaterThan(0);
  await expect(fillKeys(address, 'etcd')).rejects.toThrow(/refused/);
});

test('frames of etcd may be cut anywhere, and a ping is answered', () => {
  const speech = etcdSpeech('read', 0);
  speech.ask(7);
  const ping = Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const message = Buffer.from([0, 0, 5, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
  const trailers = Buffer.from([0, 0, 1, 1, 5, 0, 0, 0, 1, 0x88]);
  const answers: [number, boolean][] = [];
  const words: Uint8Array[] = [];
  for (const byte of Buffer.concat([ping, message, trailers]))
    words.push(...speech.read(Buffer.from([byte]), (slot, isGood) => answers.push([slot, isGood])));
  expect(answers).toEqual([[7, true]]);
  expect(words.map((word) => [...word])).toEqual([[0, 0, 8, 6, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]]);
});
