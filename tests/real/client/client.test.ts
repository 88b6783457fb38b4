import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../../../src/core/wire/limits.js';
import { MaybeError, NotDoneError, openClient } from '../../../src/real/client/client.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { eventually } from '../helpers.js';
import { done, scripted } from '../scripted.js';

function client(servers: readonly string[], timeoutMs = 30_000) {
  const opened = openClient({ servers, timeoutMs });
  onTestFinished(() => opened.close());
  return opened;
}

describe('a client', () => {
  test('follows a hint to the number of a server that it only knew by address', async () => {
    const asked: number[] = [];
    const leader = await scripted(30, ({ id }) => {
      asked.push(30);
      return done(id, 7);
    });
    const follower = (number: number) =>
      scripted(number, ({ id }) => {
        asked.push(number);
        return { kind: 'notLeader', id, leaderHint: nodeId(30), isUncertain: false };
      });
    const all = [await follower(10), await follower(20), leader];
    const opened = client(all.map(({ address }) => address));
    expect(await opened.set('k', 'v')).toBe(7);
    asked.length = 0;
    expect(await opened.set('k', 'v')).toBe(7);
    expect(asked).toEqual([30]);
  });

  test('says maybe when a write was sent and the connection broke, and nobody answers again', async () => {
    let commands = 0;
    const server = await scripted(1, (request, socket) => {
      if (request.kind === 'command' && request.command.op === 'registerClient') return done(request.id, 5);
      commands += 1;
      socket.destroy();
      return null;
    });
    await expect(client([server.address], 1_000).set('k', 'v')).rejects.toThrow(MaybeError);
    expect(commands).toBeGreaterThan(1);
  });

  test('says not done when nobody could be reached, and when a read was not answered', async () => {
    const [port = 0] = await freePorts(1);
    const unreached = client([`127.0.0.1:${port}`], 300).set('k', 'v');
    await expect(unreached).rejects.toThrow(NotDoneError);
    await expect(unreached).rejects.toThrow(`no connection to 127.0.0.1:${port}: nobody listens there`);
    const deaf = await scripted(1, () => null);
    await expect(client([deaf.address], 800).get('k')).rejects.toThrow(NotDoneError);
  });

  test('says whose address it would need when it was given only those of followers', async () => {
    const follower = await scripted(1, ({ id }) => ({ kind: 'notLeader', id, leaderHint: nodeId(3), isUncertain: false }));
    await expect(client([follower.address], 300).set('k', 'v')).rejects.toThrow(
      /says that server 3 leads, and none of the given addresses/,
    );
  });

  test('turns to another server at once when one refuses connections, or breaks them', async () => {
    const [port = 0] = await freePorts(1);
    const good = await scripted(2, ({ id }) => done(id));
    const bad = await scripted(3, (_, socket) => {
      socket.destroy();
      return null;
    });
    const began = performance.now();
    expect(await client([`127.0.0.1:${port}`, bad.address, good.address]).get('k')).not.toBeNull();
    expect(performance.now() - began).toBeLessThan(450);
  });

  test('holds on to the cluster that answered first', async () => {
    const asked = new Set<string>();
    const ofCluster = (name: string, id: number) =>
      scripted(
        id,
        (request) => {
          asked.add(name);
          return { kind: 'unavailable', id: request.id, reason: 'starting' };
        },
        name,
      );
    const servers = [await ofCluster('one', 1), await ofCluster('two', 2)];
    await expect(
      client(
        servers.map(({ address }) => address),
        800,
      ).get('k'),
    ).rejects.toThrow(NotDoneError);
    expect(asked.size).toBe(1);
  });

  test('that is closed ends its connections, and settles what is under way honestly', async () => {
    const server = await scripted(1, (request) =>
      request.kind === 'command' && request.command.op === 'registerClient' ? done(request.id, 5) : null,
    );
    const opened = client([server.address]);
    const write = opened.set('k', 'v').catch((error: unknown) => error);
    const read = opened.get('k').catch((error: unknown) => error);
    await eventually('both connections', () => (server.sockets.size === 2 ? true : null));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await opened.close();
    expect(await write).toBeInstanceOf(MaybeError);
    expect(await read).toBeInstanceOf(NotDoneError);
    await expect(opened.get('k')).rejects.toThrow('the client is closed');
    await eventually('no connection', () => (server.sockets.size === 0 ? true : null));
  });

  test('refuses what no server would take, before anything is sent', async () => {
    const opened = client(['127.0.0.1:1']);
    await expect(opened.get('')).rejects.toThrow(NotDoneError);
    await expect(opened.get('x'.repeat(KEY_BYTES_MAX + 1))).rejects.toThrow(/a key has 1 to/);
    await expect(opened.set('k', new Uint8Array(VALUE_BYTES_MAX + 1))).rejects.toThrow(/a value has at most/);
    await expect(opened.put('k', 'v', -1)).rejects.toThrow(/the version is a whole number/);
    await expect(opened.put('k', 'v', 1.5)).rejects.toThrow(NotDoneError);
    expect(() => openClient({ servers: [] })).toThrow(NotDoneError);
    expect(() => openClient({ servers: ['nonsense'] })).toThrow(NotDoneError);
    expect(() => openClient({ servers: ['a:1'], timeoutMs: 0 })).toThrow(NotDoneError);
  });

  test('tells null for a server that does not say how it is', async () => {
    const [port = 0] = await freePorts(1);
    const deaf = await scripted(1, () => null);
    const status = await client([`127.0.0.1:${port}`, deaf.address], 300).status();
    expect(status.map((one) => one.status)).toEqual([null, null]);
  });
});
