import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { assert } from '../../core/base/assert.js';

/**
 * Where free ports are looked for: below the range from which systems give ports to outgoing connections
 * (32768 and up on Linux). A server that is down for a moment cannot then lose its port to a client, nor
 * can one that dials a dead neighbour be connected to itself.
 */
const PORT_MIN = 15_000;
const PORT_MAX = 32_000;
const TRIES_MAX = 1_000;

/**
 * Ports of `host` on which nothing listens now. Another process may still take one, which is reported when it is used.
 *
 * @param promised Ports that are somebody's already, who does not listen yet.
 */
export async function freePorts(count: number, host = '127.0.0.1', promised: readonly number[] = []): Promise<readonly number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    assert(tries < TRIES_MAX, 'a machine has free ports');
    const port = randomInt(PORT_MIN, PORT_MAX);
    if (!found.has(port) && !promised.includes(port) && (await isFree(port, host))) found.add(port);
  }
  return [...found];
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
