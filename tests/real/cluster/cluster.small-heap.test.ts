import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startCluster } from '../../../src/real/cluster/cluster.js';
import { openClient } from '../../../src/real/client/client.js';
import { eventually, temporaryDirectory } from '../helpers.js';

/** More than the logs that a server keeps in memory may have, less than what is written. */
const HEAP_MB = 192;
const WRITES = 250;

test('three servers with small heaps bear more than fits in them, written over one key, and start again with equal contents', async () => {
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = `--max-old-space-size=${HEAP_MB}`;
  onTestFinished(() => {
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  });
  const cluster = await startCluster({ servers: 3, directory: join(await temporaryDirectory(), 'cluster') });
  onTestFinished(() => cluster.stop());
  const pids = [...cluster.servers.keys()].map((id) => cluster.pidOf(id));
  const client = openClient({ servers: cluster.clientAddresses, timeoutMs: 60_000 });
  onTestFinished(() => client.close());
  const valueOf = (i: number): string => `${i} `.padEnd(1_000_000, 'v');
  for (let i = 0; i < WRITES; i++) await client.set('k', valueOf(i));
  expect([...cluster.servers.keys()].map((id) => cluster.pidOf(id))).toEqual(pids);

  const restarts = [...cluster.servers.keys()].map(async (id) => {
    await cluster.kill(id);
    await cluster.restart(id);
  });
  await Promise.all(restarts);
  expect((await client.get('k'))?.value.toString()).toBe(valueOf(WRITES - 1));
  await eventually(
    'equal stores',
    async () => {
      const all = await client.status();
      return all.every(({ status }) => status !== null) &&
        new Set(all.map(({ status }) => `${status?.lastApplied} ${status?.digest}`)).size === 1
        ? true
        : null;
    },
    60_000,
  );
}, 900_000);
