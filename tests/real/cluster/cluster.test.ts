import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { openClient } from '../../../src/real/client/client.js';
import { startCluster, type ClusterSettings, type RunningCluster } from '../../../src/real/cluster/cluster.js';
import { UserError } from '../../../src/real/base/errors.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { eventually, leaderOf, temporaryDirectory } from '../helpers.js';

const program = fileURLToPath(new URL('../../../bin/seedstorm.js', import.meta.url));

async function started(settings: Partial<ClusterSettings> = {}): Promise<RunningCluster> {
  const cluster = await startCluster({ servers: 3, directory: await temporaryDirectory(), ...settings });
  onTestFinished(() => cluster.stop());
  return cluster;
}

function clientOf(cluster: RunningCluster) {
  const client = openClient({ servers: cluster.clientAddresses, timeoutMs: 20_000 });
  onTestFinished(() => client.close());
  return client;
}

const leader = (cluster: RunningCluster) => eventually('a leader', () => leaderOf(clientOf(cluster)));

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a cluster of real processes', () => {
  test('goes on when its leader is killed, and takes it back', async () => {
    const cluster = await started();
    const client = clientOf(cluster);
    await client.set('before', '1');
    const killed = await leader(cluster);
    await cluster.kill(killed);
    expect(cluster.pidOf(killed)).toBeNull();
    await client.set('meanwhile', '2');
    expect((await client.get('before'))?.value.toString()).toBe('1');
    await cluster.restart(killed);
    await eventually('three equal stores', async () => {
      const digests = (await client.status()).map(({ status }) => status?.digest);
      return new Set(digests).size === 1 && digests[0] !== undefined ? true : null;
    });
  });

  test('that is killed as a whole, again and again, has lost nothing acknowledged', async () => {
    const cluster = await started();
    const client = clientOf(cluster);
    const ids = [...cluster.servers.keys()];
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 30 }, (_, i) => client.set(`k${round}-${i}`, `v${i}`)));
      await Promise.all(ids.map((id) => cluster.kill(id)));
      await Promise.all(ids.map((id) => cluster.restart(id)));
    }
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 30; i++) expect((await client.get(`k${round}-${i}`))?.value.toString()).toBe(`v${i}`);
    }
  });

  test('that is stopped and started in the same directory is the same cluster', async () => {
    const directory = await temporaryDirectory();
    const first = await started({ directory });
    await clientOf(first).set('k', 'v');
    await first.stop();
    await first.ended;
    const second = await started({ directory });
    expect(second.clusterId).toBe(first.clusterId);
    expect((await clientOf(second).get('k'))?.value.toString()).toBe('v');
  });

  test('refuses to start where the data of a server that was founded is gone: an acknowledged write could be lost', async () => {
    const directory = await temporaryDirectory();
    const first = await started({ directory });
    await clientOf(first).set('a', '1');
    // Acknowledged by two servers: with one of them blank, the blank one and the one that was down would be a majority without it.
    await first.kill(nodeId(3));
    await clientOf(first).set('acked', '2');
    await first.stop();
    await rm(join(directory, 'server-1'), { recursive: true });
    await expect(started({ directory })).rejects.toThrow(/server-1 holds no data, and server 1 has run before: bring its data back/);
    await mkdir(join(directory, 'server-1'));
    await expect(started({ directory })).rejects.toThrow(UserError);
  });

  test('does not take a server back whose data is gone while the others run', async () => {
    const directory = await temporaryDirectory();
    const cluster = await started({ directory });
    await cluster.kill(nodeId(2));
    await rm(join(directory, 'server-2'), { recursive: true });
    await expect(cluster.restart(nodeId(2))).rejects.toThrow(/server 2 did not start: .*there is none; it holds no data/);
  });

  test('goes on with a founding that was not seen to end', async () => {
    const directory = await temporaryDirectory();
    const first = await started({ directory });
    await clientOf(first).set('k', 'v');
    await first.stop();
    const record = join(directory, 'cluster.json');
    await writeFile(record, (await readFile(record, 'utf8')).replace('[1,2,3]', '[1]'));
    await rm(join(directory, 'server-3'), { recursive: true });
    const second = await started({ directory });
    expect((await clientOf(second).get('k'))?.value.toString()).toBe('v');
    expect(await readFile(record, 'utf8')).toContain('"founded":[1,2,3]');
  });

  test('stops within a moment, a paused server included', async () => {
    const cluster = await started();
    const pids = [1, 2, 3].map((id) => cluster.pidOf(nodeId(id)) ?? 0);
    cluster.pause(nodeId(2));
    const began = performance.now();
    await cluster.stop();
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('is not started over a busy port: one line names it, and no process stays', async () => {
    const [base = 0] = await freePorts(1);
    const squatter = createServer().listen(base + 2, '127.0.0.1');
    onTestFinished(() => void squatter.close());
    await once(squatter, 'listening');
    const start = started({ basePort: base });
    await expect(start).rejects.toThrow(UserError);
    await expect(start).rejects.toThrow(`client port 127.0.0.1:${base + 2} cannot be used: it is already in use`);
  });

  test('is not started in the directory of a larger one, or of something else', async () => {
    const directory = await temporaryDirectory();
    const first = await started({ directory });
    await first.stop();
    await expect(started({ directory, servers: 5 })).rejects.toThrow(`${directory} holds a cluster of 3 servers, not 5`);
    await writeFile(join(directory, 'cluster.json'), '{"servers":');
    await expect(started({ directory })).rejects.toThrow(/does not describe a cluster/);
    await expect(started({ servers: 0 })).rejects.toThrow(/1 to 9 servers/);
  });
});

describe('the cluster command', () => {
  test('ends with exit code 0 on Ctrl-C, and its servers with it', async () => {
    const { child, pids } = await commandUp();
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('takes its servers along when it is killed', async () => {
    const { child, pids } = await commandUp();
    expect(pids.filter(isAlive)).toEqual(pids);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await eventually('the servers end', () => (pids.some(isAlive) ? null : true));
  });
});

async function commandUp() {
  const [base = 0] = await freePorts(1);
  const directory = await temporaryDirectory();
  const child = spawn(process.execPath, [program, 'cluster', '--servers', '3', '--data', directory, '--base-port', String(base)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  await eventually('the cluster says that it is up', () => (said.includes('Ctrl-C') ? true : null), 20_000);
  const pids = [...said.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
  expect(pids).toHaveLength(3);
  expect(await readFile(join(directory, 'cluster.json'), 'utf8')).toContain('"servers":3');
  return { child, pids };
}
