import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connect, type Client, type ClientSettings } from '../../../src/real/client/client.js';
import { eventually } from '../helpers.js';
import { serversUnderTest } from '../real-cluster.js';
import { agreeing, scripted } from '../scripted.js';

async function connected(settings: ClientSettings): Promise<Client> {
  const client = await connect(settings);
  onTestFinished(() => client.close());
  return client;
}

const isQuiet = (client: Client) => client.pools().every(({ open, idle, requests }) => requests === 0 && idle === open);

/** The most connections that were ever open to one server, looked at every millisecond until it is told to stop. */
function watched(client: Client): () => { readonly openMax: number; readonly requestsMax: number } {
  let openMax = 0;
  let requestsMax = 0;
  const timer = setInterval(() => {
    for (const { open, requests } of client.pools()) {
      openMax = Math.max(openMax, open);
      requestsMax = Math.max(requestsMax, requests);
    }
  }, 1);
  return () => {
    clearInterval(timer);
    return { openMax, requestsMax };
  };
}

describe('the connections to one server', () => {
  test('are reused: a thousand calls, one after the other, take one', async () => {
    let opened = 0;
    const server = await scripted(1, agreeing, 'c', 0, () => (opened += 1));
    const client = await connected({ servers: [server.address] });
    for (let i = 0; i < 1_000; i++) await client.get('k');
    expect(opened).toBe(1);
  });

  test('are never more than the maximum under load, and all are given back', async () => {
    const cluster = await serversUnderTest(3);
    await cluster.startAll();
    const client = await connected({ servers: cluster.addresses, connectionsMax: 3, callsMax: 20 });
    const stop = watched(client);
    const calls = Array.from({ length: 400 }, (_, i) =>
      i % 3 === 0 ? client.set(`k${i}`, 'v') : client.get(`k${i}`, { level: i % 2 === 0 ? 'stale' : 'linearizable' }),
    );
    await Promise.all(calls);
    const { openMax, requestsMax } = stop();
    expect(openMax).toBe(3);
    // The calls were really more than the connections, so they shared them.
    expect(requestsMax).toBeGreaterThan(3);
    await eventually('all given back', () => (isQuiet(client) ? true : null));
    expect(Math.max(...client.pools().map(({ open }) => open))).toBeLessThanOrEqual(3);
  });

  test('beyond the maximum are closed when they come back, and not kept', async () => {
    const server = await scripted(1, (request, socket) => {
      setTimeout(() => server.answer(socket, agreeing(request)), 20);
      return null;
    });
    const client = await connected({ servers: [server.address], connectionsMax: 2, extraConnectionsMax: 3 });
    const stop = watched(client);
    await Promise.all(Array.from({ length: 12 }, () => client.get('k')));
    expect(stop().openMax).toBe(5);
    await eventually('two kept, at the server too', () => (client.pools()[0]?.open === 2 && server.sockets.size === 2 ? true : null));
    expect(isQuiet(client)).toBe(true);
  });

  test('without work for long are closed', async () => {
    const server = await scripted(1, agreeing);
    const client = await connected({ servers: [server.address], idleMsMax: 50 });
    await client.get('k');
    await eventually('none left', () => (server.sockets.size === 0 ? true : null));
    expect(client.pools()[0]?.open).toBe(0);
    expect(await client.get('k')).not.toBeNull();
  });

  test('that broke are never lent again', async () => {
    const server = await scripted(1, agreeing);
    const client = await connected({ servers: [server.address], connectionsMax: 2 });
    await Promise.all([client.get('a'), client.get('b')]);
    for (const socket of server.sockets) socket.destroy();
    expect(await client.get('k')).not.toBeNull();
    await eventually('only whole ones', () => (client.pools()[0]?.open === server.sockets.size && isQuiet(client) ? true : null));
  });

  test('that went silent without a word are given up, their idle neighbours with them', async () => {
    const deaf = new Set<Socket>();
    const server = await scripted(1, (request, socket) => (deaf.has(socket) ? null : agreeing(request)));
    const client = await connected({ servers: [server.address], connectionsMax: 4 });
    await Promise.all(Array.from({ length: 8 }, () => client.get('k')));
    const before = [...server.sockets];
    expect(before.length).toBe(4);
    for (const socket of before) deaf.add(socket);
    const began = performance.now();
    expect(await client.set('k', 'v')).toBe(1);
    expect(performance.now() - began).toBeLessThan(30_000);
    await eventually('none of the deaf is left', () => (before.every((socket) => !server.sockets.has(socket)) ? true : null));
    await eventually('all given back', () => (isQuiet(client) ? true : null));
  });

  test('to a server that is slow, and alive, are not given up', async () => {
    let opened = 0;
    const server = await scripted(
      1,
      (request, socket) => {
        if (request.kind !== 'query') return agreeing(request);
        setTimeout(() => server.answer(socket, agreeing(request)), 4_000);
        return null;
      },
      'c',
      0,
      () => (opened += 1),
    );
    const client = await connected({ servers: [server.address], connectionsMax: 1 });
    expect(await client.get('k')).not.toBeNull();
    expect(opened).toBe(1);
  });
});
