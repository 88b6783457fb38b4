import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringFromText, byteStringOf, bytesOf, type ByteString } from '../../../../src/core/base/bytestring.js';
import { NOBODY, nodeId } from '../../../../src/core/base/units.js';
import { httpReply, readHttp, tooLarge, type HttpMethod } from '../../../../src/core/wire/http/http.js';
import { HTTP_BODY_BYTES_MAX, KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../../../../src/core/wire/limits.js';
import type { NodeResponse } from '../../../../src/core/wire/protocol.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const PROGRAM = { host: 'localhost:8080', origin: undefined, contentType: 'application/json' } as const;
const post = (path: string, body: unknown) =>
  readHttp({ ...PROGRAM, verb: 'POST', path, body: utf8(typeof body === 'string' ? body : JSON.stringify(body)) }, 7);
const command = (op: string, key: string, value: string, version: number) => ({ op, clientId: 0, sequenceNum: 0, key, value, version });
const addressOf = (server: number): string | null => (server === 2 ? '192.0.2.2:6379' : null);

describe('how a server is', () => {
  const asked = (verb: string, path: string) => readHttp({ ...PROGRAM, contentType: undefined, verb, path, body: utf8('') }, 7);
  const STATUS = {
    ...{ self: nodeId(1), system: 'raft', role: 'follower', term: 2, leaderId: nodeId(2), commitIndex: 3, lastApplied: 3, lastLogIndex: 4 },
    ...{ firstLogIndex: 1, snapshotIndex: 0, keyCount: 5, sessionCount: 0, digest: '0' },
  };
  const told = (method: HttpMethod, changes: object) =>
    httpReply(method, { kind: 'status', id: 7, status: { ...STATUS, ...changes } }, addressOf);

  test.each(['GET', 'HEAD'])('is asked with %s, without a body or its type', (verb) => {
    for (const method of ['health', 'status'])
      expect(asked(verb, `/${method}`)).toEqual({ ok: true, value: { method, request: { kind: 'status', id: 7 } } });
    expect(readHttp({ ...PROGRAM, host: 'page.example', verb, path: '/status', body: utf8('') }, 7)).toMatchObject({
      problem: { status: 403 },
    });
  });

  test('is not changed by asking', () => {
    expect(asked('POST', '/health')).toMatchObject({ ok: false, problem: { status: 405, headers: { allow: 'GET' } } });
  });

  test('is healthy while it knows who leads', () => {
    expect(told('health', {})).toEqual({ status: 200, headers: {}, body: '{"healthy":true,"role":"follower","leader":2}' });
    expect(told('health', { leaderId: NOBODY })).toMatchObject({ status: 503, body: '{"healthy":false,"role":"follower","leader":0}' });
    expect(told('health', { leaderId: NOBODY, role: 'server' })).toMatchObject({ status: 200 });
    expect(JSON.parse(told('status', {}).body)).toEqual(STATUS);
  });
});

describe('a request', () => {
  test.each([
    ['/get', { key: 'a' }, { kind: 'query', id: 7, key: 'a' }],
    ['/put', { key: 'a', value: '2', version: 3 }, { kind: 'command', id: 7, command: command('put', 'a', '2', 3) }],
    ['/put', { version: 0, value: '', key: ' ' }, { kind: 'command', id: 7, command: command('put', ' ', '', 0) }],
    [
      '/set',
      { key: 'ä', value: '\u0000\n"\u{1f600}' },
      { kind: 'command', id: 7, command: command('set', byteStringFromText('ä'), byteStringFromText('\u0000\n"\u{1f600}'), 0) },
    ],
    ['/delete', { key: '__proto__' }, { kind: 'command', id: 7, command: command('delete', '__proto__', '', 0) }],
  ])('%s %j is understood', (path, body, request) => {
    const read = post(path, body);
    expect(read.ok && read.value).toEqual({ method: path.slice(1), request });
  });

  const KNOWN = 'known are POST /get /put /set /delete and GET /health /status';
  test.each([
    ['/', {}, 404, `there is no /; ${KNOWN}`],
    ['/GET', { key: 'a' }, 404, `there is no /GET; ${KNOWN}`],
    ['/get?key=a', {}, 404, `there is no /get?key=a; ${KNOWN}`],
    ['/toString', {}, 404, `there is no /toString; ${KNOWN}`],
    ['/get', '', 400, 'the body is not JSON'],
    ['/get', '{"key":"a"', 400, 'the body is not JSON'],
    ['/get', '['.repeat(100_000), 400, 'the body is not JSON'],
    ['/get', 'null', 400, 'the body is not a JSON object'],
    ['/get', ['key'], 400, 'the body is not a JSON object'],
    ['/get', {}, 400, '"key" is missing; /get takes key'],
    ['/put', { key: 'a', value: 'b' }, 400, '"version" is missing; /put takes key, value, version'],
    ['/put', { key: 'a', version: 1 }, 400, '"value" is missing; /put takes key, value, version'],
    ['/get', { key: 'a', version: 1 }, 400, '"version" is unknown; /get takes key'],
    ['/get', { key: 1 }, 400, '"key" is not a text'],
    ['/get', { key: null }, 400, '"key" is not a text'],
    ['/get', { key: '' }, 400, '"key" is empty'],
    ['/set', { key: 'a', value: { b: 1 } }, 400, '"value" is not a text'],
    ['/set', '{"key":"a","value":"\\ud800"}', 400, '"value" has half a surrogate pair in it'],
    ['/put', { key: 'a', value: '', version: '1' }, 400, '"version" is not a whole number from 0 to 2^53-1'],
    ['/put', { key: 'a', value: '', version: -1 }, 400, '"version" is not a whole number from 0 to 2^53-1'],
    ['/put', { key: 'a', value: '', version: 1.5 }, 400, '"version" is not a whole number from 0 to 2^53-1'],
    ['/put', '{"key":"a","value":"","version":9007199254740992}', 400, '"version" is not a whole number from 0 to 2^53-1'],
    ['/get', { key: 'k'.repeat(KEY_BYTES_MAX + 1) }, 400, `"key" is longer than ${KEY_BYTES_MAX} bytes`],
    ['/set', { key: 'k', value: 'ä'.repeat(VALUE_BYTES_MAX / 2 + 1) }, 400, `"value" is longer than ${VALUE_BYTES_MAX} bytes`],
  ])('%s %.60j is refused with what is wrong', (path, body, status, error) => {
    expect(post(path, body)).toEqual({ ok: false, problem: { status, headers: {}, body: JSON.stringify({ error }) } });
  });

  test('that is not a POST is told what to use', () => {
    expect(readHttp({ ...PROGRAM, verb: 'GET', path: '/get', body: new Uint8Array(0) }, 1)).toEqual({
      ok: false,
      problem: { status: 405, headers: { allow: 'POST' }, body: '{"error":"/get takes POST, not GET"}' },
    });
  });

  test('that is too large, or no text, is refused', () => {
    expect(readHttp({ ...PROGRAM, verb: 'POST', path: '/set', body: new Uint8Array(HTTP_BODY_BYTES_MAX + 1) }, 1)).toEqual({
      ok: false,
      problem: tooLarge(),
    });
    expect(tooLarge()).toMatchObject({ status: 413, body: '{"error":"the body is larger than 16777216 bytes"}' });
    const latin = readHttp({ ...PROGRAM, verb: 'POST', path: '/get', body: Uint8Array.of(0x7b, 0xff, 0x7d) }, 1);
    expect(latin).toMatchObject({ ok: false, problem: { status: 400, body: '{"error":"the body is not UTF-8"}' } });
  });

  test('of any verb, path and bytes is a call or a reply between 400 and 499, whose body is JSON', () => {
    const seen = new Set<number>();
    const odd = fc.anything({ maxDepth: 1 });
    const members = fc.record(
      { key: fc.oneof(fc.string(), odd), value: fc.oneof(fc.string(), odd), version: fc.oneof(fc.nat(), odd) },
      { requiredKeys: [] },
    );
    const body = fc.oneof(fc.uint8Array(), fc.json().map(utf8), {
      weight: 4,
      arbitrary: members.map((each) => utf8(JSON.stringify(each) ?? '')),
    });
    const path = fc.oneof({ weight: 6, arbitrary: fc.constantFrom('/get', '/put', '/set', '/delete') }, fc.webPath(), fc.string());
    fc.assert(
      fc.property(fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PATCH'), path, body, (verb, at, bytes) => {
        const read = readHttp({ ...PROGRAM, verb, path: at, body: bytes }, 1);
        seen.add(read.ok ? 200 : read.problem.status);
        if (read.ok) return;
        expect(Math.floor(read.problem.status / 100)).toBe(4);
        expect(JSON.parse(read.problem.body)).toEqual({ error: expect.stringMatching(/./) });
      }),
      { numRuns: 1_000 },
    );
    expect([...seen].sort((a, b) => a - b)).toEqual([200, 400, 404, 405]);
  });
});

describe('a reply', () => {
  const done = (status: 'ok' | 'noKey' | 'versionConflict' | 'sessionExpired', version: number, value = ''): NodeResponse => ({
    kind: 'done',
    id: 1,
    result: { status, version, value: value as ByteString },
  });
  test.each<[HttpMethod, NodeResponse, number, unknown]>([
    ['get', done('ok', 3, '1'), 200, { value: '1', version: 3, err: null }],
    ['get', done('ok', 1, byteStringFromText('ä\n"')), 200, { value: 'ä\n"', version: 1, err: null }],
    ['get', done('noKey', 0), 200, { value: '', version: 0, err: 'NoKey' }],
    ['put', done('ok', 4), 200, { err: null }],
    ['put', done('versionConflict', 4), 200, { err: 'Version' }],
    ['put', done('noKey', 0), 200, { err: 'NoKey' }],
    ['set', done('ok', 4), 200, { err: null }],
    ['delete', done('ok', 4), 200, { err: null }],
    ['delete', done('noKey', 0), 200, { err: 'NoKey' }],
    ['put', done('sessionExpired', 0), 500, { error: 'the session is unknown; nothing was done' }],
    [
      'get',
      { kind: 'notLeader', id: 1, leaderHint: nodeId(2), isUncertain: false },
      200,
      { value: '', version: 0, err: 'WrongLeader', leader: '192.0.2.2:6379', maybe: false },
    ],
    ['put', { kind: 'notLeader', id: 1, leaderHint: NOBODY, isUncertain: true }, 200, { err: 'WrongLeader', leader: null, maybe: true }],
    [
      'put',
      { kind: 'unavailable', id: 1, reason: 'this server is starting' },
      503,
      { error: 'unavailable, nothing was done: this server is starting' },
    ],
    ['put', { kind: 'leader', id: 1, leaderHint: NOBODY }, 500, { error: 'this server answered another question' }],
  ])('to %s of %j', (method, response, status, body) => {
    const reply = httpReply(method, response, addressOf);
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.body)).toEqual(body);
  });

  test('says when to come again where that helps', () => {
    expect(httpReply('get', { kind: 'unavailable', id: 1, reason: 'x' }, addressOf).headers).toEqual({ 'retry-after': '1' });
  });

  test('has the members of the documents, in their order', () => {
    expect(httpReply('get', done('ok', 3, '1'), addressOf).body).toBe('{"value":"1","version":3,"err":null}');
    expect(httpReply('put', done('ok', 4), addressOf).body).toBe('{"err":null}');
  });

  test('tells a value that is not UTF-8 as what it is, not as something like it', () => {
    const reply = httpReply('get', done('ok', 1, '\xff'), addressOf);
    expect(reply.status).toBe(406);
    expect(JSON.parse(reply.body)).toEqual({ error: expect.stringContaining('not UTF-8') });
  });

  test('gives back every text that a request brought, and no bytes that are not text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = post('/set', { key: 'k', value: text });
        if (!read.ok || read.value.request.kind !== 'command') throw new Error('a text is understood');
        const { value } = read.value.request.command;
        expect(bytesOf(value)).toEqual(utf8(text));
        expect(JSON.parse(httpReply('get', done('ok', 1, value), addressOf).body)).toEqual({ value: text, version: 1, err: null });
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const reply = httpReply('get', done('ok', 1, byteStringOf(bytes)), addressOf);
        if (reply.status === 200) expect(utf8((JSON.parse(reply.body) as { value: string }).value)).toEqual(bytes);
        else expect(() => new TextDecoder('utf8', { fatal: true, ignoreBOM: true }).decode(bytes)).toThrow();
      }),
      { numRuns: 1_000 },
    );
  });
});
