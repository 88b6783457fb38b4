import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connect, type Client, type ClientSettings } from '../../../src/real/client/client.js';
import { startCluster, type RunningCluster } from '../../../src/real/cluster/cluster.js';
import { eventually, temporaryDirectory } from '../helpers.js';

async function started(servers = 3): Promise<RunningCluster> {
  const cluster = await startCluster({ servers, directory: join(await temporaryDirectory(), 'cluster') });
  onTestFinished(() => cluster.stop());
  return cluster;
}

async function connected(cluster: RunningCluster, settings: Partial<ClientSettings> = {}): Promise<Client> {
  const client = await connect({ servers: cluster.clientAddresses, timeoutMs: 20_000, ...settings });
  onTestFinished(() => client.close());
  return client;
}

/** The number of the leader, which a client only knows by its address. */
async function leaderOf(cluster: RunningCluster, client: Client) {
  const address = await eventually('a leader', () => client.leader());
  const ids = [...cluster.servers.keys()];
  const id = ids[cluster.clientAddresses.indexOf(address)];
  if (id === undefined) throw new Error(`${address} is no server of this cluster`);
  return id;
}

const isQuiet = (client: Client) => client.pools().every(({ open, idle, requests }) => requests === 0 && idle === open);

describe('a client of real processes', () => {
  test('whose leader is killed under load notices nothing but a pause, loses nothing, and has its connections back', async () => {
    const cluster = await started();
    const client = await connected(cluster, { connectionsMax: 2, callsMax: 8 });
    const killed = await leaderOf(cluster, client);
    const acknowledged: string[] = [];
    let isOver = false;
    let openMax = 0;
    const worker = async (name: number): Promise<void> => {
      for (let n = 0; !isOver; n++) {
        await client.set(`w${name}-${n}`, `${n}`);
        acknowledged.push(`w${name}-${n}`);
        openMax = Math.max(openMax, ...client.pools().map(({ open }) => open));
      }
    };
    const workers = Promise.all(Array.from({ length: 8 }, (_, i) => worker(i)));
    await new Promise((resolve) => setTimeout(resolve, 400));
    const before = acknowledged.length;
    await cluster.kill(killed);
    await eventually('writes after the failover', () => (acknowledged.length > before + 50 ? true : null), 20_000);
    isOver = true;
    await workers;
    expect(before).toBeGreaterThan(10);
    expect(openMax).toBeLessThanOrEqual(2);
    expect(await leaderOf(cluster, client)).not.toBe(killed);
    for (const key of acknowledged) expect(await client.get(key), key).not.toBeNull();
    await eventually('all connections given back', () => (isQuiet(client) ? true : null));
  });

  test('goes on when every server was restarted, over new connections', async () => {
    const cluster = await started();
    const client = await connected(cluster);
    await client.set('before', '1');
    await Promise.all([...cluster.servers.keys()].map((id) => cluster.kill(id)));
    const meanwhile = client.set('meanwhile', '2');
    await Promise.all([...cluster.servers.keys()].map((id) => cluster.restart(id)));
    await meanwhile;
    expect((await client.get('before'))?.value.toString()).toBe('1');
    expect((await client.get('meanwhile'))?.value.toString()).toBe('2');
  });

  test('is served by the others while the leader stands still, whose connections are half-open', async () => {
    const cluster = await started();
    const client = await connected(cluster);
    await client.set('k', 'before');
    const paused = await leaderOf(cluster, client);
    cluster.pause(paused);
    try {
      const began = performance.now();
      await client.set('k', 'meanwhile');
      expect(performance.now() - began).toBeLessThan(30_000);
      await eventually('no connection to it', () => {
        const open = client.pools()[[...cluster.servers.keys()].indexOf(paused)]?.open ?? -1;
        return open === 0 ? true : null;
      });
    } finally {
      cluster.resume(paused);
    }
    expect((await client.get('k'))?.value.toString()).toBe('meanwhile');
  });

  test('reads stale where it may, when no majority lives any more', async () => {
    const cluster = await started();
    const client = await connected(cluster, { timeoutMs: 10_000 });
    await client.set('k', 'v');
    const leader = await leaderOf(cluster, client);
    // All three know it: each answers for itself.
    await eventually(
      'all have applied it',
      async () => new Set((await client.status()).map(({ status }) => status?.lastApplied)).size === 1 || null,
    );
    const others = [...cluster.servers.keys()].filter((id) => id !== leader);
    await Promise.all([cluster.kill(leader), cluster.kill(others[0] ?? leader)]);
    expect((await client.get('k', { level: 'stale' }))?.value.toString()).toBe('v');
    await expect(client.get('k', { timeoutMs: 800 })).rejects.toMatchObject({ code: 'SEEDSTORM_TIMEOUT', maybe: false });
  });
});
