import { describe, expect, onTestFinished, test } from 'vitest';
import { connect, type Client } from '../../../src/real/client/client.js';
import { UserError } from '../../../src/real/base/errors.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { startProxy, type ProxySettings, type RunningProxy } from '../../../src/real/proxy/proxy.js';
import { parseRoute } from '../../../src/real/proxy/routes.js';
import { eventually } from '../helpers.js';
import { ask, serversUnderTest, Wire } from '../real-cluster.js';

interface Proxied {
  readonly proxy: RunningProxy;
  readonly port: number;
}

/** A proxy with one route, of c1 to s1, in front of this address. */
async function inFrontOf(target: string, settings: Partial<ProxySettings> = {}): Promise<Proxied> {
  const [port = 0] = await freePorts(1);
  const proxy = await startProxy({ routes: [parseRoute(`c1:s1@${port}=${target}`, 1)], seed: 1, ...settings });
  onTestFinished(() => proxy.close());
  return { proxy, port };
}

/** A lone server that leads, and a proxy in front of its client port. */
async function oneServer() {
  const cluster = await serversUnderTest(1);
  await cluster.start(1);
  const address = cluster.addresses[0] ?? '';
  const direct = Number(address.split(':')[1]);
  await eventually('a leader', async () => ((await ask(direct, 'SET warm up\n'))[0] === 'OK' ? true : null));
  return { address, direct, ...(await inFrontOf(address)) };
}

async function connected(port: number, timeoutMs = 4_000): Promise<Client> {
  const client = await connect({ servers: [`127.0.0.1:${port}`], timeoutMs, attemptTimeoutMs: 100 });
  onTestFinished(() => client.close());
  return client;
}

const told = (proxy: RunningProxy, ...lines: readonly string[]) => {
  for (const line of lines) expect(proxy.control(line)).toEqual(['OK']);
};

describe('a proxy', () => {
  test('that was told nothing lets everything pass, pipelines and half-closed connections too', async () => {
    const { port, proxy } = await oneServer();
    expect(await ask(port, 'SET a 1\nGET a\nGET b\n')).toEqual(['OK', 'VALUE 1', 'NOT_FOUND']);
    expect(proxy.counts).toMatchObject({ connections: 1, passed: 6, dropped: 0 });
  });

  test('passes values of megabytes unchanged, in frames, both ways', async () => {
    const { port } = await oneServer();
    const client = await connected(port, 60_000);
    const value = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31) % 251);
    await client.set('big', value);
    const found = await client.get('big');
    expect(found?.value.equals(value)).toBe(true);
  });

  test('that loses a request of text closes the connection, and the server never saw it', async () => {
    const { port, direct, proxy } = await oneServer();
    told(proxy, 'drop requests 100');
    expect(await ask(port, 'SET a 1\nGET a\n')).toEqual([]);
    expect(await ask(direct, 'GET a\n')).toEqual(['NOT_FOUND']);
  });

  test('that loses a reply of text closes the connection, and the server did the work', async () => {
    const { port, direct, proxy } = await oneServer();
    told(proxy, 'drop replies 100');
    expect(await ask(port, 'SET a 1\n')).toEqual([]);
    await eventually('the work done', async () => ((await ask(direct, 'GET a\n'))[0] === 'VALUE 1' ? true : null));
  });

  test('that loses half of everything never lets an answer be taken for that of another line', async () => {
    const { port, direct, proxy } = await oneServer();
    for (let i = 0; i < 20; i++) await ask(direct, `SET k${i} ${i}\n`);
    told(proxy, 'preset unreliable');
    let whole = 0;
    for (let round = 0; round < 25; round++) {
      const answers = await ask(port, Array.from({ length: 4 }, (_, i) => `GET k${(round + i) % 20}\n`).join(''));
      answers.forEach((answer, i) => expect(answer).toBe(`VALUE ${(round + i) % 20}`));
      if (answers.length > 0) whole += 1;
    }
    expect(whole).toBeGreaterThan(0);
    expect(proxy.counts.dropped).toBeGreaterThan(10);
  });

  test('that loses half of all frames is survived by the client library, and each command takes effect once', async () => {
    const { port, proxy } = await oneServer();
    const client = await connected(port, 60_000);
    await client.set('n', '0');
    told(proxy, 'preset unreliable');
    for (let i = 1; i <= 6; i++) expect(await client.set('n', `${i}`)).toBe(i + 1);
    expect(proxy.counts.dropped).toBeGreaterThan(3);
  });

  test('holds messages back in their order', async () => {
    const { port, proxy } = await oneServer();
    told(proxy, 'delay 60 120');
    const began = performance.now();
    expect(await ask(port, 'SET a 1\nSET a 2\nGET a\n')).toEqual(['OK', 'OK', 'VALUE 2']);
    expect(performance.now() - began).toBeGreaterThan(115);
  });

  test('that cuts a client off is silent, for old connections and new ones, until it is healed', async () => {
    const { port, proxy } = await oneServer();
    const client = await connected(port);
    await client.set('a', '1');
    const old = new Wire(port);
    old.write('GET a\n');
    await eventually('an answer', () => (old.text === 'VALUE 1\n' ? true : null));
    told(proxy, 'cut c1');
    const fresh = new Wire(port);
    for (const wire of [old, fresh]) wire.write('GET a\n');
    await expect(client.set('a', '2', { timeoutMs: 700 })).rejects.toMatchObject({ code: 'SEEDSTORM_TIMEOUT', maybe: true });
    expect([old.text, fresh.text]).toEqual(['VALUE 1\n', '']);
    told(proxy, 'heal c1');
    // What lost a line of text is of no use any more.
    expect(await Promise.all([old.untilClosed(), fresh.untilClosed()])).toEqual(['VALUE 1\n', '']);
    const began = performance.now();
    expect(await client.set('a', '3')).toBeGreaterThan(1);
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  test('cuts one way: what the server says is lost, and it does the work', async () => {
    const { port, direct, proxy } = await oneServer();
    const client = await connected(port);
    await client.set('a', '1');
    told(proxy, 'cut s1 > c1');
    await expect(client.set('a', '2', { timeoutMs: 500 })).rejects.toMatchObject({ maybe: true });
    expect(await ask(direct, 'GET a\n')).toEqual(['VALUE 2']);
    told(proxy, 'heal');
    expect((await client.get('a'))?.value.toString()).toBe('2');
  });

  test('makes the same choices again for the same seed', async () => {
    const { address } = await oneServer();
    const fates = async (seed: number): Promise<string> => {
      const { proxy, port } = await inFrontOf(address, { seed });
      told(proxy, 'drop requests 30', 'drop replies 30');
      let said = '';
      for (let i = 0; i < 24; i++) said += (await ask(port, 'GET a\nGET a\n')).length;
      return said;
    };
    const first = await fates(3);
    expect(await fates(3)).toBe(first);
    expect(await fates(4)).not.toBe(first);
  });

  test('that is closed ends its connections', async () => {
    const { port, proxy } = await oneServer();
    const wire = new Wire(port);
    wire.write('GET a\n');
    await eventually('an answer', () => (wire.text === '' ? null : true));
    await proxy.close();
    await wire.untilClosed();
    await proxy.close();
  });

  test('whose target is gone closes the connection', async () => {
    const [nobody = 0] = await freePorts(1);
    const { port } = await inFrontOf(`127.0.0.1:${nobody}`);
    expect(await new Wire(port).untilClosed()).toBe('');
  });

  test.each([
    [[], 'a proxy needs at least one route'],
    [['a:b@7001=7101', 'c:d@7001=7102'], 'two routes listen on 127.0.0.1:7001'],
  ])('with the routes %j is refused', async (routes, line) => {
    const refused = startProxy({ routes: routes.map((route, i) => parseRoute(route, i + 1)), seed: 1 });
    await expect(refused).rejects.toThrow(line);
    await expect(refused).rejects.toThrow(UserError);
  });
});
