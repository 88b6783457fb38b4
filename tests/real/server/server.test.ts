import { createServer } from 'node:net';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { encodeFrame } from '../../../src/core/wire/frames/frame.js';
import { helloFrame, helloOf } from '../../../src/core/wire/frames/hello.js';
import { HELLO_BYTES_MAX, LINE_BYTES_MAX } from '../../../src/core/wire/limits.js';
import { UserError } from '../../../src/real/base/errors.js';
import { eventually } from '../helpers.js';
import { ask, CLUSTER_ID, serversUnderTest, Wire, type ServersUnderTest } from '../real-cluster.js';
import { servedRaft, type Served } from '../../../src/real/systems/served-system.js';

const clientPort = ({ servers }: ServersUnderTest, id: number) => servers.get(nodeId(id))?.clientPort ?? 0;
const peerPort = ({ servers }: ServersUnderTest, id: number) => servers.get(nodeId(id))?.peerPort ?? 0;

/** The number of the server that all of them call leader. */
const leaderOf = (cluster: ServersUnderTest) =>
  eventually('a leader that is known to all', async () => {
    const answers = await Promise.all([...cluster.servers.keys()].map((id) => ask(clientPort(cluster, id), 'WHO_IS_LEADER\n')));
    const [first = ''] = answers.flat();
    if (!first.startsWith('LEADER ') || !answers.every(([answer]) => answer === first)) return null;
    return cluster.addresses.indexOf(first.slice('LEADER '.length)) + 1;
  });

describe('three real servers', () => {
  test('answer text on the leader, and point to it from the others', async () => {
    const cluster = await serversUnderTest(3);
    await cluster.startAll();
    const leader = await leaderOf(cluster);
    const follower = leader === 1 ? 2 : 1;

    expect(await ask(clientPort(cluster, leader), 'SET k hello world\nGET k\r\nGET none\nDELETE k\nDELETE k\nNONSENSE\nGET k\n')).toEqual([
      'OK',
      'VALUE hello world',
      'NOT_FOUND',
      'OK',
      'NOT_FOUND',
      expect.stringMatching(/^ERROR unknown command/),
      'NOT_FOUND',
    ]);
    expect(await ask(clientPort(cluster, follower), 'SET k other\nGET k\n')).toEqual(
      Array(2).fill(`NOT_LEADER leader=${cluster.addresses[leader - 1]}`),
    );
  });

  test('serve the client library, which finds the leader from addresses alone', async () => {
    const cluster = await serversUnderTest(3);
    await cluster.startAll();
    const client = cluster.client();
    expect(await client.get('a')).toBeNull();
    expect(await client.set('a', 'eins')).toBe(1);
    expect(await client.put('a', 'zwei', 1)).toEqual({ kind: 'done', version: 2 });
    expect(await client.put('a', 'drei', 1)).toEqual({ kind: 'versionConflict', version: 2 });
    expect(await client.put('b', 'x', 4)).toEqual({ kind: 'noKey' });
    const found = await client.get('a');
    expect([found?.value.toString(), found?.version]).toEqual(['zwei', 2]);
    expect(await client.delete('a')).toBe(true);
    expect(await client.delete('a')).toBe(false);

    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    await client.set(bytes, bytes);
    expect(await client.get(bytes)).toEqual({ value: Buffer.from(bytes), version: 1 });

    const everyone = await client.status();
    expect(everyone.map(({ address }) => address)).toEqual(cluster.addresses);
    expect(everyone.map(({ status }) => status?.self)).toEqual([1, 2, 3]);
    expect(everyone.filter(({ status }) => status?.role === 'leader')).toHaveLength(1);
  });

  test('take a thousand calls of one client at once, each answered with its own result', async () => {
    const cluster = await serversUnderTest(3);
    await cluster.startAll();
    const client = cluster.client(30_000);
    const keys = Array.from({ length: 1_000 }, (_, i) => `key-${i}`);
    await Promise.all(keys.map((key) => client.set(key, `value of ${key}`)));
    const found = await Promise.all(keys.map((key) => client.get(key)));
    expect(found.map((one) => one?.value.toString())).toEqual(keys.map((key) => `value of ${key}`));
  });

  test('go on when one is stopped, and it catches up when it is back', async () => {
    const cluster = await serversUnderTest(3);
    const running = await cluster.startAll();
    const client = cluster.client();
    const leader = await leaderOf(cluster);
    await client.set('before', '1');
    await running[leader - 1]?.stop();
    await client.set('meanwhile', '2');
    expect((await client.get('before'))?.value.toString()).toBe('1');

    await cluster.start(leader);
    const digests = () => client.status().then((all) => all.map(({ status }) => `${status?.lastApplied} ${status?.digest}`));
    await eventually('equal stores', async () => (new Set(await digests()).size === 1 ? true : null));
  });

  test('that are all stopped and started again have lost nothing', async () => {
    const cluster = await serversUnderTest(3);
    const first = await cluster.startAll();
    const client = cluster.client();
    for (let i = 0; i < 20; i++) await client.set(`k${i}`, `v${i}`);
    await Promise.all(first.map((server) => server.stop()));
    expect(await Promise.all(first.map((server) => server.ended))).toEqual([null, null, null]);

    await cluster.startAll();
    for (let i = 0; i < 20; i++) expect((await client.get(`k${i}`))?.value.toString()).toBe(`v${i}`);
  });
});

describe('a server that is stopped', () => {
  test('answers what was asked, closes its ports and frees its directory', async () => {
    const cluster = await serversUnderTest(1);
    const server = await cluster.start(1);
    await leaderOf(cluster);
    const wire = new Wire(clientPort(cluster, 1));
    wire.write('SET a 1\nSET b 2\n');
    await eventually('the first answer', () => (wire.text.includes('OK\nOK\n') ? true : null));
    await server.stop();
    expect(await wire.untilClosed()).toBe('OK\nOK\n');
    expect(await ask(clientPort(cluster, 1), 'GET a\n')).toEqual([]);
    expect((await readdir(join(cluster.directory, '1'))).filter((name) => name.startsWith('lock'))).toEqual([]);
  });
});

describe('a server is not started, and one line says why', () => {
  test.each(['peer', 'client'] as const)('when its %s port is busy', async (purpose) => {
    const cluster = await serversUnderTest(1);
    const port = purpose === 'peer' ? peerPort(cluster, 1) : clientPort(cluster, 1);
    const squatter = createServer().listen(port, '127.0.0.1');
    onTestFinished(() => void squatter.close());
    await once(squatter, 'listening');
    const start = cluster.start(1);
    await expect(start).rejects.toThrow(UserError);
    await expect(start).rejects.toThrow(`${purpose} port 127.0.0.1:${port} cannot be used: it is already in use`);
    squatter.close();
    await once(squatter, 'close');
    await cluster.start(1);
  });

  test.each([
    ['of another node', { id: nodeId(2) }],
    ['of another cluster', { clusterId: CLUSTER_ID + 1 }],
  ])('when its data directory is that %s', async (_, changed) => {
    const cluster = await serversUnderTest(2);
    const first = await cluster.start(1);
    await first.stop();
    const dataDirectory = join(cluster.directory, '1');
    const before = await contentsOf(dataDirectory);
    await expect(cluster.start(1, { ...changed, dataDirectory })).rejects.toThrow(UserError);
    expect(await contentsOf(dataDirectory)).toEqual(before);
    await cluster.start(1);
  });

  test('when a bit of its last write flipped after a stop in good order', async () => {
    const cluster = await serversUnderTest(1);
    const first = await cluster.start(1);
    await cluster.client().set('k', 'the last word');
    await first.stop();
    const directory = join(cluster.directory, '1');
    const [path = ''] = (await readdir(directory)).filter((file) => file.startsWith('wal-')).map((file) => join(directory, file));
    const bytes = await readFile(path);
    const at = bytes.lastIndexOf('the last word');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await expect(cluster.start(1)).rejects.toThrow(/a record is damaged or missing that was durable/);
  });

  test('when its data directory is of a cluster of other servers: two sets of members would elect two leaders', async () => {
    const cluster = await serversUnderTest(3);
    await (await cluster.start(1)).stop();
    const before = await contentsOf(join(cluster.directory, '1'));
    const servers = new Map([...cluster.servers].slice(0, 2));
    await cluster.start(2);
    cluster.lines.length = 0;
    await expect(cluster.start(1, { servers })).rejects.toThrow(
      /this directory belongs to a cluster of the servers 1, 2, 3, and this start names 1, 2: the members are fixed/,
    );
    expect(await contentsOf(join(cluster.directory, '1'))).toEqual(before);
    // It has not been to the others before.
    expect(cluster.lines.filter((line) => line.startsWith('s1 ') && line.includes('connected to'))).toEqual([]);
  });

  test('when its log is damaged inside what was synced', async () => {
    const cluster = await serversUnderTest(1);
    const first = await cluster.start(1);
    const client = cluster.client();
    for (let i = 0; i < 50; i++) await client.set(`key-${i}`, 'x'.repeat(100));
    await first.stop();
    const dataDirectory = join(cluster.directory, '1');
    const [name = ''] = (await readdir(dataDirectory)).filter((file) => file.startsWith('wal-'));
    const path = join(dataDirectory, name);
    const bytes = await readFile(path);
    const at = bytes.indexOf('key-7');
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await writeFile(path, bytes);
    const start = cluster.start(1);
    await expect(start).rejects.toThrow(UserError);
    await expect(start).rejects.toThrow(name);
  });

  test('when options do not fit together', async () => {
    const cluster = await serversUnderTest(1);
    await expect(cluster.start(1, { system: servedRaft({ heartbeatIntervalMs: 5_000 }) as Served })).rejects.toThrow(
      /election timeout is longer/,
    );
    await expect(cluster.start(1, { id: nodeId(9) })).rejects.toThrow(/server 9 is not in the list/);
    await expect(
      cluster.start(1, {
        servers: new Map(Array.from({ length: 25 }, (_, i) => [nodeId(i + 1), { host: 'h', peerPort: 2 * i + 1, clientPort: 2 * i + 2 }])),
      }),
    ).rejects.toThrow('a cluster has at most 24 servers, not 25');
    await expect(cluster.start(1, { clusterId: 0 })).rejects.toThrow(/cluster id 0/);
  });
});

describe('whoever speaks nonsense loses the connection, and nobody else notices', () => {
  const serving = async () => {
    const cluster = await serversUnderTest(3);
    await cluster.startAll();
    await cluster.client().set('still', 'here');
    return cluster;
  };
  const stillServes = async (cluster: ServersUnderTest) => {
    expect((await cluster.client().get('still'))?.value.toString()).toBe('here');
  };
  const damaged = (frame: Uint8Array) => {
    frame[frame.length - 1] = (frame[frame.length - 1] ?? 0) ^ 1;
    return frame;
  };
  const hello = (clusterId: number, sender: number, receiver: number) =>
    helloFrame(helloOf(String(clusterId), nodeId(sender), 'server', nodeId(receiver)));

  test.each<[string, Uint8Array]>([
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a damaged hello', damaged(hello(CLUSTER_ID, 2, 1))],
    ['the hello of another cluster', hello(CLUSTER_ID + 1, 2, 1)],
    ['the hello of a server that is none of the cluster', hello(CLUSTER_ID, 7, 1)],
    ['a hello that claims to be the server itself', hello(CLUSTER_ID, 1, 1)],
    ['a hello for another server', hello(CLUSTER_ID, 2, 3)],
    ['a first frame that is not a hello', encodeFrame('peer', new Uint8Array(3))],
    ['a hello that is announced too long', encodeFrame('hello', new Uint8Array(HELLO_BYTES_MAX + 1)).subarray(0, 12)],
    ['a hello and then a message that is none', Buffer.concat([hello(CLUSTER_ID, 2, 1), encodeFrame('peer', Buffer.from([0xff, 0xff]))])],
    ['a hello and then a frame of the wrong kind', Buffer.concat([hello(CLUSTER_ID, 2, 1), encodeFrame('request', new Uint8Array(0))])],
  ])('on the peer port: %s', async (_, bytes) => {
    const cluster = await serving();
    const before = cluster.lines.length;
    const wire = new Wire(peerPort(cluster, 1));
    wire.write(bytes);
    await wire.untilClosed();
    const said = cluster.lines.slice(before).filter((line) => line.startsWith('s1') && line.includes('closing the connection'));
    expect(said).toHaveLength(1);
    await stillServes(cluster);
  });

  test('on the peer port: silence, for a while', async () => {
    const cluster = await serving();
    const wire = new Wire(peerPort(cluster, 1));
    await wire.untilClosed();
    expect(cluster.lines.some((line) => line.includes('no hello in time'))).toBe(true);
  });

  test('on the client port: a frame that is none', async () => {
    const cluster = await serving();
    for (const bytes of [
      damaged(helloFrame(helloOf('', nodeId(0), 'client', nodeId(0)))),
      hello(CLUSTER_ID, 2, 1),
      Uint8Array.of(0xfb, 9, 9, 9),
    ]) {
      const wire = new Wire(clientPort(cluster, 1));
      wire.write(bytes);
      await wire.untilClosed();
    }
    await stillServes(cluster);
  });

  test('on the client port: a line over the limit gets an error, and the connection stays usable', async () => {
    const cluster = await serversUnderTest(1);
    await cluster.start(1);
    await leaderOf(cluster);
    const port = clientPort(cluster, 1);
    const [first, second] = await ask(port, `SET k ${'x'.repeat(LINE_BYTES_MAX)}\nSET k short\n`);
    expect(first).toMatch(/^ERROR line too long/);
    expect(second).toBe('OK');
    const wire = new Wire(port);
    for (let i = 0; i < 64; i++) wire.write(Buffer.alloc(1_048_576, 0x41));
    wire.end('\nGET k\n');
    expect(await wire.untilClosed(20_000)).toMatch(/^ERROR line too long.*\nVALUE short\n$/);
  });

  test('on the client port: what the browser of a web page sends, whose body is never run', async () => {
    const cluster = await serversUnderTest(1);
    await cluster.start(1);
    await leaderOf(cluster);
    const port = clientPort(cluster, 1);
    for (const first of ['POST / HTTP/1.1', `POST /${'x'.repeat(LINE_BYTES_MAX)} HTTP/1.1`]) {
      const wire = new Wire(port);
      wire.write(`${first}\r\nHost: 127.0.0.1:${port}\r\nContent-Type: text/plain\r\n\r\nSET k from a page\r\n`);
      expect(await wire.untilClosed()).toMatch(
        /^(ERROR line too long.*\n)?ERROR this port takes lines of text, not HTTP; the connection is closed\n$/,
      );
    }
    expect(await ask(port, 'GET k\n')).toEqual(['NOT_FOUND']);
    expect(cluster.lines.filter((line) => line.includes('not HTTP'))).toHaveLength(2);
  });

  test('on the client port: a connection beyond the bound takes the place of the one that has been silent longest', async () => {
    const cluster = await serversUnderTest(1);
    await cluster.start(1, { options: { clientConnectionsMax: 2 } });
    const wires = [new Wire(clientPort(cluster, 1)), new Wire(clientPort(cluster, 1))];
    for (const wire of wires) wire.write('WHO_IS_LEADER\n');
    await eventually('both are served', () => (wires.every((wire) => wire.text !== '') ? true : null));
    await eventually('the next ones are served, and one of the first two goes', async () => {
      const [answer = ''] = await ask(clientPort(cluster, 1), 'STATUS\n');
      expect(answer).toMatch(/^STATUS id=1 /);
      return wires.some((wire) => wire.text.includes('ERROR too many connections, and this one was silent for longest\n')) ? true : null;
    });
  });

  test('on the client port: ten thousand writes in one piece are all answered, and the last one stays', async () => {
    const cluster = await serversUnderTest(1);
    await cluster.start(1);
    await leaderOf(cluster);
    const lines = Array.from({ length: 10_000 }, (_, i) => `SET k ${i}\n`).join('');
    expect(await ask(clientPort(cluster, 1), lines)).toEqual(Array(10_000).fill('OK'));
    expect(await ask(clientPort(cluster, 1), 'GET k\n')).toEqual(['VALUE 9999']);
  });

  test('on the client port: writes and reads in one piece are done as if one followed the other', async () => {
    const cluster = await serversUnderTest(3);
    await cluster.startAll();
    const leader = await leaderOf(cluster);
    const lines = Array.from({ length: 200 }, (_, i) => `SET k ${i}\nGET k\n`).join('');
    const answers = await ask(clientPort(cluster, leader), lines);
    expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => ['OK', `VALUE ${i}`]).flat());
  });
});

async function contentsOf(directory: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(directory)).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await readFile(join(directory, name))).toString('hex')])));
}
