import { afterEach, expect, test, vi } from 'vitest';
import { freePorts } from '../../../src/real/base/ports.js';
import { ShellNode } from '../../../src/real/server/shell-node.js';

const open: ShellNode[] = [];
afterEach(async () => {
  for (const node of open.splice(0)) await node.close();
});

async function start(role: 'primary' | 'replica', port: number): Promise<ShellNode> {
  const node = await ShellNode.open(role, { host: '127.0.0.1', port });
  open.push(node);
  return node;
}

test('thousands of writes reach replicas that joined before, between and after them', async () => {
  const [port = 0, ...others] = await freePorts(4);
  const primary = await start('primary', port);
  const replicas: ShellNode[] = [];
  for (const [round, other] of others.entries()) {
    const replica = await start('replica', other);
    replicas.push(replica);
    await replica.join(`127.0.0.1:${port}`);
    // Not waited for one by one: most are on their way at once.
    await Promise.all(Array.from({ length: 3_000 }, (_, i) => primary.put(`k${i % 500}`, `${round} ${i}\nwith a line feed`)));
  }
  for (const replica of replicas) {
    await vi.waitFor(async () => expect(await replica.get('k499')).toBe('2 2999\nwith a line feed'), 60_000);
    expect(await replica.get('k0')).toBe('2 2500\nwith a line feed');
  }
});

test('a replica finds its primary again, in its new life, and holds what that holds', async () => {
  const [port = 0, other = 0] = await freePorts(2);
  const first = await start('primary', port);
  await first.put('a', 'first life');
  const replica = await start('replica', other);
  await replica.join(`127.0.0.1:${port}`);
  expect(await replica.get('a')).toBe('first life');

  await first.close();
  expect(await replica.get('a')).toBe('first life');
  const second = await start('primary', port);
  await second.put('b', 'second life');
  await vi.waitFor(async () => expect(await replica.get('b')).toBe('second life'), 60_000);
  expect(await replica.get('a')).toBeNull();
});

test('a dead replica holds no write up', async () => {
  const [port = 0, other = 0] = await freePorts(2);
  const primary = await start('primary', port);
  const replica = await start('replica', other);
  await replica.join(`127.0.0.1:${port}`);
  await replica.close();
  const begunMs = performance.now();
  for (let i = 0; i < 2_000; i++) await primary.put('a', String(i));
  expect(performance.now() - begunMs).toBeLessThan(60_000);
  expect(await primary.get('a')).toBe('1999');
});

test('a key or value that is too long is refused in one line', async () => {
  const [port = 0] = await freePorts(1);
  const primary = await start('primary', port);
  await expect(primary.put('k'.repeat(65_537), 'v')).rejects.toThrow('a key has 1 to 65536 bytes');
  await expect(primary.put('k', 'v'.repeat(8_388_609))).rejects.toThrow('the value is longer than 8388608 bytes');
  await primary.put('umlaut ä', 'größer');
  expect(await primary.get('umlaut ä')).toBe('größer');
});
