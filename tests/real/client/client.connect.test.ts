import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  connect,
  ERROR_CODES,
  MaybeError,
  NotDoneError,
  SeedstormError,
  type Client,
  type ClientSettings,
} from '../../../src/real/client/client.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { eventually } from '../helpers.js';
import { agreeing, done, scripted } from '../scripted.js';

async function connected(settings: ClientSettings): Promise<Client> {
  const client = await connect(settings);
  onTestFinished(() => client.close());
  return client;
}

/** What a call rejected with, as a program sees it. */
async function rejection(call: Promise<unknown>): Promise<{ readonly code: string; readonly maybe: boolean; readonly cause: unknown }> {
  const error: unknown = await call.then(
    () => 'it was done',
    (reason: unknown) => reason,
  );
  if (!(error instanceof NotDoneError) && !(error instanceof MaybeError)) throw new Error(`no typed error: ${String(error)}`);
  return { code: error.code, maybe: error.maybe, cause: error.cause };
}

/** Accepts connections and never says a word. */
async function mute(): Promise<string> {
  const server = createServer((socket) => void socket.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

const isQuiet = (client: Client) => client.pools().every(({ open, idle, requests }) => requests === 0 && idle === open);

describe('connect', () => {
  test('waits for the first server that answers, and takes addresses as one text', async () => {
    const [port = 0] = await freePorts(1);
    const good = await scripted(1, agreeing);
    const client = await connect(`127.0.0.1:${port}, ${good.address}`);
    onTestFinished(() => client.close());
    expect(await client.set('k', 'v')).toBe(1);
  });

  test('waits for a server that is still to come', async () => {
    const [port = 0] = await freePorts(1);
    const waiting = connect({ servers: [`127.0.0.1:${port}`], timeoutMs: 5_000 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await scripted(1, agreeing, 'c', port);
    await (await waiting).close();
  });

  test('rejects with a code when nobody answers in time, or nobody waits any more', async () => {
    const [port = 0] = await freePorts(1);
    expect(await rejection(connect({ servers: [`127.0.0.1:${port}`], timeoutMs: 200 }))).toMatchObject({
      code: 'SEEDSTORM_UNREACHABLE',
      maybe: false,
    });
    const signal = AbortSignal.timeout(100);
    expect(await rejection(connect({ servers: [await mute()] }, { signal }))).toMatchObject({
      code: 'SEEDSTORM_ABORTED',
      cause: signal.reason as unknown,
    });
  });

  test.each([
    [{ connectionsMax: 0 }, 'connectionsMax is a whole number, 1 or more, not 0'],
    [{ callsMax: 1.5 }, 'callsMax is a whole number, 1 or more, not 1.5'],
    [{ extraConnectionsMax: -1 }, 'extraConnectionsMax is a whole number, 0 or more, not -1'],
    [{ idleMsMax: 0 }, 'idleMsMax is a whole number, 1 or more, not 0'],
    [{ spread: 'widely' as never }, 'spread is one of random, round-robin, least-loaded, not "widely"'],
    [{ level: 'fresh' as never }, 'a read\'s level is linearizable or stale, not "fresh"'],
    [{ timeoutMS: 5 } as never, 'a client has no option "timeoutMS"; did you mean timeoutMs?'],
    [{ retries: 5 } as never, 'a client has no option "retries"; known are servers, timeoutMs,'],
    [{ servers: ['nonsense'] }, '"nonsense" is not an address: expected host:port'],
  ])('refuses %j with one line', async (settings, line) => {
    const refused = connect({ servers: ['127.0.0.1:1'], ...settings });
    await expect(refused).rejects.toThrow(line);
    await expect(refused).rejects.toThrow(SeedstormError);
    await expect(refused).rejects.toMatchObject({ code: ERROR_CODES.badArgument });
  });
});

describe('a call that is aborted', () => {
  const registers = (request: Parameters<typeof agreeing>[0]) => request.kind === 'command' && request.command.op === 'registerClient';

  test('before it begins sends nothing', async () => {
    let requests = 0;
    const server = await scripted(1, (request) => {
      requests += request.kind === 'whoIsLeader' ? 0 : 1;
      return agreeing(request);
    });
    const client = await connected({ servers: [server.address] });
    const reason = new Error('no longer wanted');
    for (const call of [
      client.set('k', 'v', { signal: AbortSignal.abort(reason) }),
      client.get('k', { signal: AbortSignal.abort(reason) }),
    ]) {
      expect(await rejection(call)).toEqual({ code: 'SEEDSTORM_ABORTED', maybe: false, cause: reason });
    }
    expect(requests).toBe(0);
  });

  test.each([
    ['while it connects', () => null, 'mute', false],
    [
      'while its session is registered',
      (request: Parameters<typeof agreeing>[0]) => (registers(request) ? null : agreeing(request)),
      'speaking',
      false,
    ],
    [
      'after it was sent',
      (request: Parameters<typeof agreeing>[0]) => (request.kind === 'command' && !registers(request) ? null : agreeing(request)),
      'speaking',
      true,
    ],
  ] as const)('%s rejects at once and says what is known', async (_when, script, kind, isMaybe) => {
    const server = await scripted(1, script);
    const other = kind === 'mute' ? await mute() : server.address;
    const { openClient } = await import('../../../src/real/client/client.js');
    const client = openClient({ servers: [other], timeoutMs: 8_000 });
    onTestFinished(() => client.close());
    const controller = new AbortController();
    const call = rejection(client.set('k', 'v', { signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 150));
    const began = performance.now();
    controller.abort('enough');
    expect(await call).toEqual({ code: 'SEEDSTORM_ABORTED', maybe: isMaybe, cause: 'enough' });
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  test('in the queue never begins, and the call before it is not disturbed', async () => {
    const keys: string[] = [];
    const server = await scripted(1, (request) => {
      if (request.kind === 'command' && request.command.op === 'set') keys.push(request.command.key);
      return request.kind === 'command' && request.command.key === 'slow' ? null : agreeing(request);
    });
    const client = await connected({ servers: [server.address], callsMax: 1 });
    const controller = new AbortController();
    const slow = client.set('slow', '1', { timeoutMs: 700 }).catch((error: unknown) => error);
    const queued = rejection(client.set('queued', '2', { signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    expect(await queued).toMatchObject({ code: 'SEEDSTORM_ABORTED', maybe: false });
    expect(await slow).toBeInstanceOf(MaybeError);
    expect(keys).not.toContain('queued');
    expect(await client.set('after', '3')).toBe(1);
  });

  test('leaves no connection behind that is lent for ever', async () => {
    const server = await scripted(1, (request, socket) => {
      setTimeout(() => {
        if (!socket.destroyed) server.answer(socket, agreeing(request));
      }, 30);
      return null;
    });
    const client = await connected({ servers: [server.address], connectionsMax: 3 });
    const calls = Array.from({ length: 60 }, (_, i) => {
      const signal = AbortSignal.timeout(1 + i * 4);
      return (i % 2 === 0 ? client.get('k', { signal }) : client.set('k', 'v', { signal })).then(
        () => 'done',
        (error: unknown) => (error as NotDoneError).code,
      );
    });
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['SEEDSTORM_ABORTED', 'done']));
    await eventually('all connections given back', () => (isQuiet(client) ? true : null));
    expect(client.pools()[0]?.open).toBeLessThanOrEqual(3);
    expect(await client.get('k')).not.toBeNull();
  });
});

describe('a call that takes too long', () => {
  test('says so with a code, and whether it may have been done', async () => {
    const server = await scripted(1, (request) =>
      request.kind === 'command' && request.command.op !== 'registerClient' ? null : request.kind === 'query' ? null : agreeing(request),
    );
    const client = await connected({ servers: [server.address] });
    expect(await rejection(client.set('k', 'v', { timeoutMs: 300 }))).toMatchObject({ code: 'SEEDSTORM_TIMEOUT', maybe: true });
    expect(await rejection(client.get('k', { timeoutMs: 300 }))).toMatchObject({ code: 'SEEDSTORM_TIMEOUT', maybe: false });
    expect(await rejection(client.get('k', { timeoutMs: 0 }))).toMatchObject({ code: 'SEEDSTORM_BAD_ARGUMENT', maybe: false });
  });

  test('because the session expired and an attempt was lost says that', async () => {
    let sets = 0;
    const server = await scripted(1, (request, socket) => {
      if (request.kind !== 'command' || request.command.op === 'registerClient') return agreeing(request);
      sets += 1;
      if (sets > 1) return { ...done(request.id), result: { status: 'sessionExpired', version: 0, value: '' as never } };
      socket.destroy();
      return null;
    });
    const client = await connected({ servers: [server.address] });
    expect(await rejection(client.set('k', 'v'))).toMatchObject({ code: 'SEEDSTORM_SESSION_EXPIRED', maybe: true });
  });

  test('of a client that was closed', async () => {
    const server = await scripted(1, agreeing);
    const client = await connected({ servers: [server.address] });
    await client.close();
    expect(await rejection(client.get('k'))).toMatchObject({ code: 'SEEDSTORM_CLOSED', maybe: false });
  });
});

describe('a stale read', () => {
  test.each([
    ['round-robin', true],
    ['least-loaded', true],
    ['random', false],
  ] as const)('is spread over the servers %s, and needs no leader', async (spread, isEven) => {
    const asked = [0, 0, 0];
    const servers = await Promise.all(
      [0, 1, 2].map((i) =>
        scripted(i + 1, (request) => {
          if (request.kind !== 'query') return agreeing(request);
          asked[i] = (asked[i] ?? 0) + 1;
          return request.level === 'stale'
            ? done(request.id, 4)
            : { kind: 'notLeader', id: request.id, leaderHint: 0 as never, isUncertain: false };
        }),
      ),
    );
    const client = await connected({ servers: servers.map(({ address }) => address), spread });
    for (let i = 0; i < 60; i++) expect((await client.get('k', { level: 'stale' }))?.version).toBe(4);
    expect(asked.reduce((sum, n) => sum + n)).toBe(60);
    if (isEven) expect(asked).toEqual([20, 20, 20]);
    else for (const n of asked) expect(n).toBeGreaterThan(5);
    expect(await rejection(client.get('k', { timeoutMs: 200 }))).toMatchObject({ code: 'SEEDSTORM_TIMEOUT' });
  });

  test('goes past a server that is gone, and may be the level of the whole client', async () => {
    const [port = 0] = await freePorts(1);
    const good = await scripted(2, (request) => (request.kind === 'query' && request.level !== 'stale' ? null : agreeing(request)));
    const client = await connected({ servers: [`127.0.0.1:${port}`, good.address], level: 'stale' });
    for (let i = 0; i < 10; i++) expect(await client.get('k')).not.toBeNull();
    expect(await rejection(client.get('k', { level: 'linearizable', timeoutMs: 200 }))).toMatchObject({ code: 'SEEDSTORM_TIMEOUT' });
  });
});
