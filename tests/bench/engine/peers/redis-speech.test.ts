import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { fillKeys } from '../../../../bench/engine/load.js';
import { redisSpeech } from '../../../../bench/engine/peers/redis-speech.js';
import { KEYS, keyOf, valueOf } from '../../../../bench/engine/speech.js';

test('answers of Redis may be cut anywhere; a missing key and an error are not done', () => {
  const stream = Buffer.from('+OK\r\n$3\r\nab\n\r\n$-1\r\n-ERR no\r\n$0\r\n\r\n:5\r\n');
  for (const size of [1, 2, 3, 5, stream.length]) {
    const speech = redisSpeech('read', 2, 0);
    const answers: [number, boolean][] = [];
    for (let at = 0; at < stream.length; at += size)
      speech.read(stream.subarray(at, at + size), (slot, isGood) => answers.push([slot, isGood]));
    expect(answers).toEqual([
      [0, true],
      [1, true],
      [0, false],
      [1, false],
      [0, true],
      [1, true],
    ]);
  }
});

test('Redis is sent each key once, as an array of bulk strings', async () => {
  let received = '';
  const server = createServer((socket) =>
    socket
      .on('error', () => undefined)
      .on('data', (bytes) => {
        const text = bytes.toString('latin1');
        received += text;
        socket.write('+OK\r\n'.repeat(text.split('*3\r\n').length - 1));
      }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await fillKeys(address, 'redis');
  server.close();
  const requests = received.split('*3\r\n').slice(1, KEYS + 1);
  expect(new Set(requests).size).toBe(KEYS);
  expect(requests).toContain(`$3\r\nSET\r\n$9\r\n${keyOf(42)}\r\n$100\r\n${valueOf(42)}\r\n`);
});
