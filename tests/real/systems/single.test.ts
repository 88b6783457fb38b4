import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { NodeId } from '../../../src/core/base/units.js';
import { freePorts } from '../../../src/real/base/ports.js';
import type { Served } from '../../../src/real/systems/served-system.js';
import { servedSingle } from '../../../src/real/systems/single.js';
import { eventually, temporaryDirectory } from '../helpers.js';
import { ask, serversUnderTest } from '../real-cluster.js';

const program = fileURLToPath(new URL('../../../bin/seedstorm.js', import.meta.url));

/** A single server as a process of its own. */
async function startProcess(dataDirectory: string | null, ports: readonly number[], words: readonly string[]) {
  const own = [
    '--system',
    'single',
    '--id',
    '1',
    '--peers',
    `1=127.0.0.1:${ports[0]}:${ports[1]}`,
    ...(dataDirectory === null ? [] : ['--data', dataDirectory]),
    '--http-port',
    `${ports[2]}`,
  ];
  const child = spawn(
    process.execPath,
    [
      program,
      'node',
      ...own,
      ...(dataDirectory === null || existsSync(dataDirectory) || words.includes('memory') ? [] : ['--new']),
      ...words,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const closed = once(child, 'close');
  await eventually('an open port, or an end', async () => {
    if (child.exitCode !== null) return true;
    return ask(ports[1] ?? 0, 'STATUS\n').then(
      ([line = '']) => (line.includes('role=single') ? true : null),
      () => null,
    );
  });
  return {
    lines,
    end: async (signal: NodeJS.Signals) => {
      child.kill(signal);
      return (await closed)[0] as number | null;
    },
  };
}

describe('a single server in a process of its own', () => {
  test.each(['always', '50ms', 'never'])('has every answered write when it was killed and started again; sync: %s', async (sync) => {
    const ports = await freePorts(3);
    const directory = join(await temporaryDirectory(), 'data');
    const first = await startProcess(directory, ports, ['--sync', sync]);
    expect(first.lines.some((line) => line.includes('a power cut may take'))).toBe(sync !== 'always');
    const sets = Array.from({ length: 200 }, (_, i) => `SET k${i} value ${i}\n`).join('');
    expect(await ask(ports[1] ?? 0, `${sets}GET k7\nWHO_IS_LEADER\n`)).toEqual([
      ...Array<string>(200).fill('OK'),
      'VALUE value 7',
      `LEADER 127.0.0.1:${ports[1]}`,
    ]);
    await first.end('SIGKILL');

    const again = await startProcess(directory, ports, ['--sync', sync]);
    expect(again.lines.join('\n')).toContain('entries up to 200');
    const reply = await fetch(`http://127.0.0.1:${ports[2]}/get`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"key":"k199"}',
    });
    expect(await reply.json()).toEqual({ value: 'value 199', version: 1, err: null });
    expect(await again.end('SIGTERM')).toBe(0);
  });

  test('keeps nothing in memory only, and says so', async () => {
    const ports = await freePorts(3);
    const first = await startProcess(null, ports, ['--store', 'memory', '--listen', '0.0.0.0']);
    const where = `single, server 1 of 1 of cluster 1, clients 0.0.0.0:${ports[1]}, peers 0.0.0.0:${ports[0]}, HTTP 0.0.0.0:${ports[2]}, announced as 127.0.0.1, data in memory`;
    await eventually('the line that says where it is', () => (first.lines.join('\n').includes(`ready: ${where}`) ? true : null));
    expect(first.lines.join('\n')).toContain('all data ends with this process');
    expect(await ask(ports[1] ?? 0, 'WHO_IS_LEADER\n')).toEqual([`LEADER 127.0.0.1:${ports[1]}`]);
    expect(await ask(ports[1] ?? 0, 'SET a 1\nGET a\nDELETE a\nDELETE a\n')).toEqual(['OK', 'VALUE 1', 'OK', 'NOT_FOUND']);
    await first.end('SIGTERM');
    // A directory that is named all the same is left alone.
    const directory = join(await temporaryDirectory(), 'data');
    await startProcess(directory, ports, ['--store', 'memory']);
    expect(await ask(ports[1] ?? 0, 'GET a\n')).toEqual(['NOT_FOUND']);
    await expect(readdir(directory)).rejects.toThrow(/ENOENT/);
  });

  test('does not start without a directory for its log, and says so in one line', async () => {
    const ports = await freePorts(3);
    const { lines } = await startProcess(null, ports, []);
    expect(lines).toEqual([expect.stringMatching(/--data is missing: give the flag, the variable SEEDSTORM_DATA/)]);
  });

  test('does not start on the directory of a server of another system, and says why in one line', async () => {
    const cluster = await serversUnderTest(1);
    const raft = await cluster.start(1);
    await eventually('a leader', async () =>
      (await cluster
        .client()
        .set('a', 'b')
        .catch(() => null)) === 1
        ? true
        : null,
    );
    await raft.stop();
    await expect(cluster.start(1, { system: servedSingle() as unknown as Served })).rejects.toThrow(
      /this directory belongs to a server of the system raft, not single/,
    );
  });
});

test('a stop in good order ends with what the system asks of the disk', async () => {
  const cluster = await serversUnderTest(1);
  const served = servedSingle();
  const lastWords = [{ kind: 'append', path: 'last-words', bytes: Buffer.from('bye') }] as const;
  const system = {
    ...served,
    machine: (clusterId: number, members: readonly NodeId[]) => ({ ...served.machine(clusterId, members), closing: () => lastWords }),
  } as unknown as Served;
  const server = await cluster.start(1, { system });
  await server.stop();
  expect(await readFile(join(cluster.directory, '1', 'last-words'), 'utf8')).toBe('bye');
});

test('a server of the client library needs no cluster: sessions work on one server', async () => {
  const cluster = await serversUnderTest(1);
  await cluster.start(1, { system: servedSingle({ sync: 20 }) as unknown as Served });
  const client = cluster.client();
  expect(await client.set('a', 'eins')).toBe(1);
  expect(await client.put('a', 'zwei', 1)).toEqual({ kind: 'done', version: 2 });
  expect((await client.get('a'))?.value.toString()).toBe('zwei');
  const [status] = await client.status();
  expect(status?.status).toMatchObject({ role: 'single', sessionCount: 1, keyCount: 1 });
});
