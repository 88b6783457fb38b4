import { expect, test } from 'vitest';
import { openClient } from '../../src/real/client.js';
import { servedQuorum } from '../../src/real/served-quorum.js';
import type { Served } from '../../src/real/served.js';
import { serversUnderTest } from './real-cluster.js';

test('a client without sessions writes to a system that keeps none', async () => {
  const cluster = await serversUnderTest(3);
  await Promise.all([1, 2, 3].map((id) => cluster.start(id, { system: servedQuorum() as unknown as Served })));
  const client = openClient({ servers: cluster.addresses, sessions: false });
  try {
    expect(await client.set('k', 'eins')).toBe(1);
    expect(await client.put('k', 'zwei', 1)).toEqual({ kind: 'done', version: 2 });
    expect((await client.get('k'))?.value.toString()).toBe('zwei');
  } finally {
    await client.close();
  }
  const withSessions = cluster.client(500);
  await expect(withSessions.set('k', 'drei')).rejects.toThrow(/keeps no sessions; use a client without one/);
  expect((await withSessions.get('k'))?.value.toString()).toBe('zwei');
});
