import { createConnection } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ConnectionId } from '../../../src/core/base/units.js';
import { EMPTY, type ByteString } from '../../../src/core/base/bytestring.js';
import { HTTP_BODY_BYTES_MAX } from '../../../src/core/wire/limits.js';
import type { NodeRequest } from '../../../src/core/wire/protocol.js';
import { CLIENT_BYTES_MAX, ClientMemory } from '../../../src/real/base/client-memory.js';
import { HttpPort, type HttpPortSettings } from '../../../src/real/server/http-port.js';
import { Turns } from '../../../src/real/server/turns.js';
import { silentLog } from '../../../src/real/base/log.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { servedSingle } from '../../../src/real/systems/single.js';
import type { Served } from '../../../src/real/systems/served-system.js';
import { eventually } from '../helpers.js';
import { ask, serversUnderTest, Wire } from '../real-cluster.js';

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

async function call(
  port: number,
  path: string,
  body: string | object | Uint8Array,
  method = 'POST',
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'POST' ? { body: sent as string } : {}),
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

const answerOf = async (port: number, path: string, body: object) => (await call(port, path, body)).body;

describe('a single server with a port for HTTP', () => {
  async function started() {
    const [httpPort = 0] = await freePorts(1);
    const cluster = await serversUnderTest(1);
    const server = await cluster.start(1, { system: servedSingle({ store: 'memory' }) as unknown as Served, options: { httpPort } });
    return { httpPort, cluster, server };
  }

  test('answers as docs/PROTOCOL.md says', async () => {
    const { httpPort } = await started();
    expect(await answerOf(httpPort, '/get', { key: 'a' })).toEqual({ value: '', version: 0, err: 'NoKey' });
    expect(await answerOf(httpPort, '/put', { key: 'a', value: 'x', version: 1 })).toEqual({ err: 'NoKey' });
    expect(await answerOf(httpPort, '/put', { key: 'a', value: '1', version: 0 })).toEqual({ err: null });
    expect(await answerOf(httpPort, '/put', { key: 'a', value: '2', version: 0 })).toEqual({ err: 'Version' });
    expect(await answerOf(httpPort, '/get', { key: 'a' })).toEqual({ value: '1', version: 1, err: null });
    expect(await answerOf(httpPort, '/set', { key: 'a', value: 'ä\n' })).toEqual({ err: null });
    expect(await answerOf(httpPort, '/get', { key: 'a' })).toEqual({ value: 'ä\n', version: 2, err: null });
    expect(await answerOf(httpPort, '/delete', { key: 'a' })).toEqual({ err: null });
  });

  test('tells how it is', async () => {
    const { httpPort } = await started();
    const health = await call(httpPort, '/health', '', 'GET');
    expect([health.status, health.body]).toEqual([200, { healthy: true, role: 'single', leader: 1 }]);
    expect((await call(httpPort, '/status', '', 'GET')).body).toMatchObject({ self: 1, system: 'single', keyCount: 0 });
  });

  test('tells what is wrong with a request in JSON, and takes the next one', async () => {
    const { httpPort } = await started();
    const wrong = await call(httpPort, '/get', '{"key":');
    expect([wrong.status, wrong.body, wrong.headers.get('content-type')]).toEqual([
      400,
      { error: 'the body is not JSON' },
      'application/json',
    ]);
    const verb = await call(httpPort, '/get', '', 'GET');
    expect([verb.status, verb.headers.get('allow'), verb.body]).toEqual([405, 'POST', { error: '/get takes POST, not GET' }]);
    expect((await call(httpPort, '/nothing', {})).status).toBe(404);
    expect((await call(httpPort, '/get', {})).status).toBe(400);
    expect((await call(httpPort, '/get', { key: 'a' })).status).toBe(200);
  });

  test('refuses a body that is too large before it has read it, whether or not its size is told', async () => {
    const { httpPort } = await started();
    const told = new Wire(httpPort);
    told.write(
      `POST /set HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${HTTP_BODY_BYTES_MAX + 1}\r\n\r\n{`,
    );
    expect(await told.untilClosed()).toMatch(/^HTTP\/1\.1 413 [^]*"the body is larger than 16777216 bytes"/);

    const untold = createConnection({ host: '127.0.0.1', port: httpPort });
    onTestFinished(() => void untold.destroy());
    let reply = '';
    untold.on('error', () => undefined).on('data', (bytes) => (reply += bytes.toString()));
    untold.write('POST /set HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n');
    const piece = Buffer.alloc(1_048_576, 0x20);
    for (let sent = 0; sent <= HTTP_BODY_BYTES_MAX; sent += piece.length)
      untold.write(Buffer.concat([Buffer.from('100000\r\n'), piece, Buffer.from('\r\n')]));
    await eventually('the refusal', () => (reply.includes('413') ? reply : null));
    expect((await call(httpPort, '/get', { key: 'a' })).status).toBe(200);
  });

  test('refuses what a web page may let a browser send: other hosts, origins and types', async () => {
    const [httpPort = 0] = await freePorts(1);
    const cluster = await serversUnderTest(1);
    await cluster.start(1, {
      system: servedSingle({ store: 'memory' }) as unknown as Served,
      options: { httpPort, httpHosts: ['Store.example'] },
    });
    const sent = async (host: string, fields: string): Promise<string> => {
      const wire = new Wire(httpPort);
      wire.write(`POST /set HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n${fields}content-length: 23\r\n\r\n{"key":"a","value":"1"}`);
      return (await wire.untilClosed()).replace(/\r\n[^]*\r\n\r\n/, ' ');
    };
    const json = 'content-type: application/json\r\n';
    expect(await sent('rebound.example', json)).toMatch(
      /^HTTP\/1.1 403 Forbidden {"error":"the host \\"rebound.example\\" is none of this server's/,
    );
    expect(await sent('localhost', `${json}origin: http://page.example\r\n`)).toBe(
      'HTTP/1.1 403 Forbidden {"error":"a web page of http://page.example may not ask this server"}\n',
    );
    expect(await sent('localhost', 'content-type: text/plain\r\n')).toMatch(
      /^HTTP\/1.1 415 .*{"error":"the content type must be application\/json, not \\"text\/plain\\""}\n$/,
    );
    expect(await answerOf(httpPort, '/get', { key: 'a' })).toMatchObject({ err: 'NoKey' });
    expect(await sent('store.example:80', json)).toBe('HTTP/1.1 200 OK {"err":null}\n');
  });

  test.each([
    ['HTTP/1.1 400 Bad Request', 'this is no request of HTTP/1.1', 'nonsense\r\n\r\n'],
    [
      'HTTP/1.1 400 Bad Request',
      'the field Host is no host:port',
      'POST /get HTTP/1.1\r\nhost: localhost\r\nhost: page.example\r\nconnection: close\r\n\r\n',
    ],
    ['HTTP/1.1 400 Bad Request', 'the field Host is missing', 'POST /get HTTP/1.1\r\nconnection: close\r\n\r\n'],
    [
      'HTTP/1.1 431 Request Header Fields Too Large',
      'the head of the request is too large',
      `POST /get HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    ],
    ['HTTP/1.1 405 Method Not Allowed', 'this server is no proxy', 'CONNECT a:1 HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    [
      'HTTP/1.1 417 Expectation Failed',
      'this server knows no expectation but 100-continue',
      'POST /get HTTP/1.1\r\nhost: localhost\r\nexpect: tea\r\nconnection: close\r\n\r\n',
    ],
    [
      'HTTP/1.1 413 Payload Too Large',
      'the body is larger than 16777216 bytes',
      'POST /get HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 99999999\r\n\r\n',
    ],
  ])('says %s, %s, in JSON', async (status, error, bytes) => {
    const { httpPort } = await started();
    const wire = new Wire(httpPort);
    wire.write(bytes);
    const reply = await wire.untilClosed();
    expect([reply.split('\r\n')[0], JSON.parse(reply.split('\r\n\r\n')[1] ?? '')]).toEqual([status, { error }]);
    expect(reply).toContain('content-type: application/json');
  });

  test('shares one store with the text protocol, whose values need not be text', async () => {
    const { httpPort, cluster } = await started();
    const clientPort = Number(cluster.addresses[0]?.split(':')[1]);
    const wire = new Wire(clientPort);
    wire.end(Buffer.from([...Buffer.from('SET b '), 0xff, 0x0a]));
    expect(await wire.untilClosed()).toBe('OK\n');
    expect(await call(httpPort, '/get', { key: 'b' })).toMatchObject({
      status: 406,
      body: { error: expect.stringContaining('not UTF-8') as string },
    });
    await answerOf(httpPort, '/set', { key: 'c', value: 'from HTTP' });
    expect(await ask(clientPort, 'GET c\n')).toEqual(['VALUE from HTTP']);
  });

  test('answers a hundred requests at once, each with its own', async () => {
    const { httpPort } = await started();
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    await Promise.all(numbers.map((i) => answerOf(httpPort, '/set', { key: `k${i}`, value: `${i}` })));
    const found = await Promise.all(numbers.map((i) => answerOf(httpPort, '/get', { key: `k${i}` })));
    expect(found).toEqual(numbers.map((i) => ({ value: `${i}`, version: 1, err: null })));
  });

  test('gives its ports back when it stops', async () => {
    const { httpPort, server } = await started();
    await call(httpPort, '/get', { key: 'a' });
    await server.stop();
    await expect(call(httpPort, '/get', { key: 'a' })).rejects.toThrow();
  });

  test('says which port is busy', async () => {
    const { httpPort, cluster } = await started();
    const other = await serversUnderTest(1);
    await expect(other.start(1, { options: { httpPort } })).rejects.toThrow(
      `HTTP port 127.0.0.1:${httpPort} cannot be used: it is already in use`,
    );
    expect(cluster.lines.join('\n')).not.toContain('error');
  });
});

test('raft servers speak HTTP too: who does not lead says who does', async () => {
  const httpPorts = await freePorts(3);
  const cluster = await serversUnderTest(3);
  await Promise.all(httpPorts.map((httpPort, i) => cluster.start(i + 1, { options: { httpPort } })));
  const replies = await eventually('two servers that point to the third', async () => {
    const all = await Promise.all(httpPorts.map((port) => call(port, '/put', { key: 'k', value: 'v', version: 0 })));
    const refused = all.filter(
      ({ body }) => (body as { leader?: string }).leader !== undefined && (body as { leader: string | null }).leader !== null,
    );
    return refused.length === 2 ? all : null;
  });
  const leader = replies.findIndex(({ body }) => !('leader' in (body as object)));
  const others = replies.filter((_, i) => i !== leader).map(({ body }) => body);
  expect(others).toEqual(Array(2).fill({ err: 'WrongLeader', leader: cluster.addresses[leader], maybe: false }));
  expect(await answerOf(httpPorts[leader] ?? 0, '/get', { key: 'k' })).toEqual({ value: 'v', version: 1, err: null });
});

describe('a port whose machine does not answer', () => {
  async function silent(changed: Partial<HttpPortSettings> = {}) {
    const [port = 0] = await freePorts(1);
    const asked: { readonly connection: ConnectionId; readonly request: NodeRequest }[] = [];
    const http = new HttpPort({
      address: { host: '127.0.0.1', port },
      limits: { connectionsMax: 100, idleMsMax: 0, stalledMsMax: 30_000 },
      memory: new ClientMemory(CLIENT_BYTES_MAX),
      turns: new Turns(),
      unansweredMax: 100,
      answerMsMax: 10_000,
      addressOf: () => null,
      names: [],
      onRequest: (connection, request) => asked.push({ connection, request }),
      log: silentLog,
      ...changed,
    });
    await http.open();
    onTestFinished(() => http.close());
    return { port, http, asked };
  }

  test('says after a while that nobody can know', async () => {
    const { port, http, asked } = await silent({ answerMsMax: 50 });
    expect(await call(port, '/set', { key: 'a', value: '' })).toMatchObject({
      status: 504,
      body: { error: 'no answer in 50 ms; a write may have taken effect, or may yet' },
    });
    // The answer that comes after all goes nowhere.
    http.respond(asked[0]?.connection as ConnectionId, { kind: 'done', id: 1, result: { status: 'ok', version: 1, value: EMPTY } });
  });

  test('makes of many half-sent bodies only as much as clients may hold together', async () => {
    const memory = new ClientMemory(8_388_608);
    const { port } = await silent({ memory });
    const wires = Array.from({ length: 5 }, () => new Wire(port));
    const head = 'POST /set HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9000000\r\n\r\n';
    for (const wire of wires) wire.write(Buffer.concat([Buffer.from(head), Buffer.alloc(4_194_304, 0x20)]));
    const refused = () => wires.filter(({ text }) => text.startsWith('HTTP/1.1 503 '));
    await eventually('those beyond the bound are refused', () => (refused().length >= 3 ? true : null));
    expect(refused()[0]?.text).toMatch(/"clients make this server hold more than 8388608 bytes, and this connection \d+ of them/);
    expect(memory.bytes).toBeLessThanOrEqual(8_388_608);
    for (const wire of wires) wire.destroy();
    await eventually('nothing is held', () => (memory.bytes === 0 ? true : null));
  });

  test('owes an answer to a client that closed its sending half', async () => {
    const { port, http, asked } = await silent();
    const wire = new Wire(port);
    wire.end('POST /get HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"key":"a"}');
    const { connection } = await eventually('the request', () => asked[0] ?? null);
    await new Promise((resolve) => setTimeout(resolve, 50));
    http.respond(connection, { kind: 'done', id: 1, result: { status: 'ok', version: 1, value: EMPTY } });
    expect(await wire.untilClosed()).toMatch(/^HTTP\/1\.1 200 OK[^]*{"value":"","version":1,"err":null}\n$/);
  });

  test('makes its answers by turns', async () => {
    const turns = new Turns();
    const { port, http, asked } = await silent({ turns });
    const replies = ['a', 'b'].map((key) => call(port, '/get', { key }));
    await eventually('both requests', () => asked[1] ?? null);
    const value = 'v'.repeat(2_000_000) as ByteString;
    const made: string[] = [];
    for (const { connection } of asked) http.respond(connection, { kind: 'done', id: 1, result: { status: 'ok', version: 1, value } });
    turns.take({ slice: () => made.push('another') });
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200]);
    expect(made).toEqual(['another']);
  });

  test('takes no more than so many', async () => {
    const { port, http, asked } = await silent({ unansweredMax: 1 });
    const first = call(port, '/get', { key: 'a' });
    await eventually('the first request', () => asked[0] ?? null);
    const second = await call(port, '/get', { key: 'b' });
    expect([second.status, second.headers.get('retry-after'), second.body]).toEqual([
      503,
      '1',
      { error: 'unavailable, nothing was done: too many requests wait' },
    ]);
    http.respond(asked[0]?.connection as ConnectionId, { kind: 'unavailable', id: 1, reason: 'this server is starting' });
    expect(await first).toMatchObject({ status: 503, body: { error: 'unavailable, nothing was done: this server is starting' } });
  });

  test('is quiet when all is answered, refuses what comes meanwhile, and leaves nobody without a word', async () => {
    const { port, http, asked } = await silent();
    const waiting = [call(port, '/get', { key: 'a' }), call(port, '/get', { key: 'b' })];
    await eventually('two requests', () => asked[1] ?? null);
    let isQuiet = false;
    const quiet = http.quiesce().then(() => (isQuiet = true));
    expect(await call(port, '/get', { key: 'c' })).toMatchObject({
      status: 503,
      body: { error: expect.stringContaining('stopping') as string },
    });
    http.respond(asked[0]?.connection as ConnectionId, { kind: 'done', id: 1, result: { status: 'noKey', version: 0, value: EMPTY } });
    expect(isQuiet).toBe(false);
    http.respond(asked[1]?.connection as ConnectionId, { kind: 'notLeader', id: 1, leaderHint: 0 as never, isUncertain: false });
    await quiet;
    expect((await Promise.all(waiting)).map(({ body }) => (body as { err: string }).err)).toEqual(['NoKey', 'WrongLeader']);
  });

  const framed = (body: string) =>
    `POST /get HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

  test('asks for one request of a connection after the other, and is never taken to answer another than it does', async () => {
    const { port, http, asked } = await silent();
    const wire = new Wire(port);
    wire.write(`${framed('{"key":"a"}')}${framed('{"key":"b"}')}nonsense\r\n\r\n`);
    await eventually('the first request', () => asked[0] ?? null);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([asked.length, wire.text]).toEqual([1, '']);
    for (const i of [0, 1]) {
      const { connection } = await eventually('a request', () => asked[i] ?? null);
      http.respond(connection, { kind: 'done', id: 1, result: { status: 'ok', version: i, value: EMPTY } });
    }
    expect((await wire.untilClosed()).match(/\{.*\}/g)).toEqual([
      '{"value":"","version":0,"err":null}',
      '{"value":"","version":1,"err":null}',
      '{"error":"this is no request of HTTP/1.1"}',
    ]);
    expect(asked.map(({ request }) => (request as { key?: string }).key)).toEqual(['a', 'b']);
  });

  test('lets so many requests of a connection wait', async () => {
    const { port, http, asked } = await silent({ unansweredMax: 2 });
    const wire = new Wire(port);
    wire.write(['a', 'b', 'c'].map((key) => framed(`{"key":"${key}"}`)).join(''));
    for (const i of [0, 1])
      http.respond((await eventually('a request', () => asked[i] ?? null)).connection, { kind: 'unavailable', id: 1, reason: 'x' });
    await eventually('three answers', () => (wire.text.match(/HTTP\/1.1 503/g)?.length === 3 ? true : null));
    expect(wire.text.match(/nothing was done: [^"]*/g)?.at(-1)).toBe('nothing was done: too many requests wait');
    expect(asked).toHaveLength(2);
  });

  test.each(['zz\r\n', '3\r\n{"kxx'])('says of a body whose chunks are none that it is no request: %j', async (body) => {
    const { port, asked } = await silent();
    const wire = new Wire(port);
    wire.write(`POST /get HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${body}`);
    expect(await wire.untilClosed()).toMatch(/^HTTP\/1.1 400 [^]*\{"error":"this is no request of HTTP\/1.1"\}\n$/);
    expect(asked).toEqual([]);
  });

  test('forgets whoever hangs up', async () => {
    const { port, http, asked } = await silent();
    const wire = new Wire(port);
    wire.write('POST /get HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"key":"a"}');
    await eventually('the request', () => asked[0] ?? null);
    const quiet = http.quiesce();
    wire.destroy();
    await quiet;
  });
});
