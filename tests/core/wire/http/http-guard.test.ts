import { describe, expect, test } from 'vitest';
import { foreignRequest, nameOf, wrongType } from '../../../../src/core/wire/http/http-guard.js';
import { readHttp } from '../../../../src/core/wire/http/http.js';

const NAMES = ['db.example', 'store'];
const asked = (host: string | undefined, origin?: string) => foreignRequest({ host, origin, contentType: undefined }, NAMES);

describe('who asks over HTTP', () => {
  test.each([
    'localhost',
    'LOCALHOST:8080',
    'a.localhost:1',
    '127.0.0.1:8080',
    '192.0.2.7',
    '[::1]:8080',
    '[::ffff:127.0.0.1]',
    'db.example:8080',
    'DB.Example.',
    'store',
  ])('may name the host %s', (host) => {
    expect(asked(host)).toBeNull();
    expect(asked(host, `http://${host}`)).toBeNull();
  });

  test.each([
    ['evil.example:8080', 'evil.example'],
    ['127.0.0.1.evil.example', '127.0.0.1.evil.example'],
    ['localhost.evil.example', 'localhost.evil.example'],
    ['xlocalhost', 'xlocalhost'],
    ['b.db.example', 'b.db.example'],
    ['Rebound.Example.:80', 'rebound.example'],
  ])('may not name the host %s: a name can be made to point here', (host, name) => {
    expect(asked(host)).toEqual({
      status: 403,
      error: `the host "${name}" is none of this server's; use its address, or start it with --http-hosts ${name}`,
    });
    expect(asked(host, `http://${host}`)).toMatchObject({ status: 403 });
  });

  test.each(['', 'a b', 'user@localhost', 'localhost/x', 'localhost:', '[::1', 'a:b:c', '::1'])('must name a host: %j is none', (host) => {
    expect(asked(host)).toEqual({ status: 400, error: 'the field Host is no host:port' });
  });

  test('must name one at all', () => {
    expect(asked(undefined)).toEqual({ status: 400, error: 'the field Host is missing' });
  });

  test.each(['http://evil.example', 'null', '', 'http://localhost:3000', 'https://localhost:8080', 'http://localhost'])(
    'is no page of %j',
    (origin) => {
      expect(asked('localhost:8080', origin)).toEqual({ status: 403, error: `a web page of ${origin} may not ask this server` });
    },
  );

  test('is not told back at any length', () => {
    expect(asked('x'.repeat(10_000))?.error.length).toBeLessThan(400);
    expect(asked('localhost', 'x'.repeat(10_000))?.error.length).toBeLessThan(400);
  });
});

test.each([
  ['application/json', null],
  ['Application/JSON; charset=utf-8', null],
  [undefined, 'the content type must be application/json'],
  ['text/plain', 'the content type must be application/json, not "text/plain"'],
  ['application/x-www-form-urlencoded', 'the content type must be application/json, not "application/x-www-form-urlencoded"'],
  ['application/jsonp', 'the content type must be application/json, not "application/jsonp"'],
  ['text/plain; application/json', 'the content type must be application/json, not "text/plain; application/json"'],
])('the content type %j is answered with %j', (contentType, error) => {
  expect(wrongType({ host: 'localhost', origin: undefined, contentType })).toEqual(error === null ? null : { status: 415, error });
});

test('a request is looked at in this order: who asks, what, how, and of what type', () => {
  const parts = { host: 'evil.example', origin: undefined, contentType: undefined, verb: 'GET', path: '/none', body: new Uint8Array(0) };
  const statusOf = (changed: Partial<typeof parts>, names: readonly string[] = []) => {
    const read = readHttp({ ...parts, ...changed }, 1, names);
    return read.ok ? 200 : read.problem.status;
  };
  expect(statusOf({})).toBe(403);
  expect(statusOf({}, ['evil.example'])).toBe(404);
  expect(statusOf({ host: 'localhost' })).toBe(404);
  expect(statusOf({ host: 'localhost', path: '/get' })).toBe(405);
  expect(statusOf({ host: 'localhost', path: '/get', verb: 'POST' })).toBe(415);
  expect(nameOf('A.Example.')).toBe('a.example');
});
