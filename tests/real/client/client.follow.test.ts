import { expect, onTestFinished, test } from 'vitest';
import { openClient } from '../../../src/real/client/client.js';
import { eventually } from '../helpers.js';
import { serversUnderTest } from '../real-cluster.js';

test('a client that was given one server of three, which does not lead, asks it where the leader is, and goes with the next one', async () => {
  const cluster = await serversUnderTest(3);
  const running = await cluster.startAll();
  const all = cluster.client();
  await all.set('k', 'before');
  const leader = await eventually('a leader', async () => {
    const place = cluster.addresses.indexOf((await all.leader()) ?? '');
    return place === -1 ? null : place;
  });
  const one = openClient({ servers: [cluster.addresses[(leader + 1) % 3] ?? ''], timeoutMs: 20_000 });
  onTestFinished(() => one.close());
  expect((await one.get('k'))?.value.toString()).toBe('before');
  await one.set('k', 'by way of a follower');
  expect((await one.get('k'))?.value.toString()).toBe('by way of a follower');
  await one.get('k', { level: 'stale' });
  await running[leader]?.stop();
  await one.set('k', 'under the next leader');
  expect((await one.get('k'))?.value.toString()).toBe('under the next leader');
  expect((await all.get('k'))?.value.toString()).toBe('under the next leader');
}, 60_000);
