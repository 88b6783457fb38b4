import { describe, expect, test } from 'vitest';
import { ERROR_CODES, MaybeError, NotDoneError } from '../../../src/real/client/client.js';
import { servedQuorum } from '../../../src/real/systems/quorum.js';
import { servedSingle } from '../../../src/real/systems/single.js';
import type { Served } from '../../../src/real/systems/served-system.js';
import { serversUnderTest } from '../real-cluster.js';
import { scripted } from '../scripted.js';

async function single() {
  const cluster = await serversUnderTest(1);
  await cluster.start(1, { system: servedSingle({ store: 'memory' }) as unknown as Served });
  return cluster;
}

describe('a lock', () => {
  test.each([
    ['single', 1, servedSingle({ store: 'memory' })],
    ['quorum', 3, servedQuorum()],
  ])('over %s is held by one at a time, with a token that grows', async (_name, servers, system) => {
    const cluster = await serversUnderTest(servers);
    await Promise.all(Array.from({ length: servers }, (_, i) => cluster.start(i + 1, { system: system as unknown as Served })));
    let holders = 0;
    const tokens: number[] = [];
    await Promise.all(
      ['a', 'b', 'c'].map(async (owner) => {
        const lock = cluster.client().lock('door', { owner, pollMs: 1, pollMsMax: 5 });
        for (let turn = 0; turn < 3; turn++) {
          tokens.push(await lock.acquire());
          holders += 1;
          expect(holders).toBe(1);
          await new Promise((resolve) => setTimeout(resolve, 2));
          holders -= 1;
          expect(await lock.release()).toBe(true);
        }
      }),
    );
    expect(tokens).toHaveLength(9);
    expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => a - b));
  });

  test('that somebody holds is waited for until the time is over, and certainly not held then', async () => {
    const { client } = await single();
    const [mine, other] = [client().lock('door'), client().lock('door')];
    await mine.acquire();
    await expect(other.acquire({ timeoutMs: 100 })).rejects.toMatchObject({ code: ERROR_CODES.timeout, maybe: false });
    expect(await other.release()).toBe(false);
    await expect(mine.acquire()).rejects.toMatchObject({ code: ERROR_CODES.badArgument });
    expect(await mine.release()).toBe(true);
    expect(await other.acquire()).toBeGreaterThan(1);
  });

  test('that is not waited for any more is given back if it comes after all', async () => {
    const { client } = await single();
    const [mine, other, third] = [client().lock('door'), client().lock('door', { pollMs: 1, pollMsMax: 5 }), client().lock('door')];
    await mine.acquire();
    const waiting = new AbortController();
    const acquiring = other.acquire({ signal: waiting.signal });
    waiting.abort(new Error('enough'));
    await expect(acquiring).rejects.toMatchObject({ code: ERROR_CODES.aborted, cause: new Error('enough') });
    await mine.release();
    expect(await third.acquire({ timeoutMs: 5_000 })).toBeGreaterThan(1);
    await expect(other.acquire({ signal: AbortSignal.abort() })).rejects.toThrow(NotDoneError);
  });

  test('whose put is not answered may be held: that is said', async () => {
    const server = await scripted(1, (request, socket) => {
      if (request.kind === 'query') return { kind: 'done', id: request.id, result: { status: 'noKey', version: 0, value: '' as never } };
      socket.destroy();
      return null;
    });
    const { openClient } = await import('../../../src/real/client/client.js');
    const client = openClient({ servers: [server.address] });
    const lock = client.lock('door');
    await expect(lock.acquire({ timeoutMs: 300 })).rejects.toThrow(MaybeError);
    const pending = expect(lock.acquire()).rejects.toMatchObject({ code: ERROR_CODES.closed, maybe: true });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await client.close();
    await pending;
    await expect(lock.release()).rejects.toThrow(NotDoneError);
  });

  test.each([
    [{ owner: 'a/b' }, /name without "\/"/],
    [{ pollMs: 0 }, /pollMs is a number of milliseconds/],
    [{ pollMs: 50, pollMsMax: 10 }, /pollMsMax \(10\) is not less than pollMs/],
  ])('is not made with settings that make none: %j', async (settings, line) => {
    const { client } = await single();
    expect(() => client().lock('door', settings)).toThrow(line);
  });
});
