import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openClient } from '../../../src/real/client/client.js';
import { exitFor } from '../../../src/real/server/process.js';
import { UserError } from '../../../src/real/base/errors.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { eventually, temporaryDirectory } from '../helpers.js';

const program = fileURLToPath(new URL('../../../bin/seedstorm.js', import.meta.url));

/** A cluster of one, as a process under a shell's limits. */
async function nodeProcess(
  dataDirectory: string,
  ports: readonly number[],
  limit = '',
  more: readonly string[] = existsSync(dataDirectory) ? [] : ['--new'],
) {
  const words = [
    process.execPath,
    program,
    'node',
    '--id',
    '1',
    '--peers',
    `1=127.0.0.1:${ports[0]}:${ports[1]}`,
    '--data',
    dataDirectory,
    ...more,
  ];
  const child = spawn('sh', ['-c', `${limit} exec "$@"`, 'sh', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const exit = once(child, 'close');
  await eventually('a leader, or an end', () =>
    lines.some((line) => line.includes('leader-elected')) || child.exitCode !== null ? true : null,
  );
  return { child, lines, exitCode: async () => (await exit)[0] as number | null };
}

function clientOf(ports: readonly number[], timeoutMs = 30_000) {
  const client = openClient({ servers: [`127.0.0.1:${ports[1]}`], timeoutMs });
  onTestFinished(() => client.close());
  return client;
}

describe('a server process', () => {
  test('that cannot write any more ends with exit code 1 and a last line that says why, and has lost nothing', async () => {
    const ports = await freePorts(2);
    const directory = join(await temporaryDirectory(), 'data');
    const first = await nodeProcess(directory, ports, 'ulimit -f 200;');
    const client = clientOf(ports, 1_000);
    const done: string[] = [];
    for (let i = 0; i < 100; i++) {
      const isDone = await client.set(`k${i}`, 'x'.repeat(5_000)).then(
        () => true,
        () => false,
      );
      if (!isDone) break;
      done.push(`k${i}`);
    }
    expect(done.length).toBeGreaterThan(5);
    expect(done.length).toBeLessThan(100);
    expect(await first.exitCode()).toBe(1);
    expect(first.lines.at(-1)).toMatch(/ error ended: append of wal-\S+ failed: the file would be larger than it may be/);

    await nodeProcess(directory, ports);
    const again = clientOf(ports);
    for (const key of done) expect((await again.get(key))?.value.length).toBe(5_000);
  });

  test('is founded with --new, once: an empty directory is refused without it, and one with data is refused with it', async () => {
    const ports = await freePorts(2);
    const directory = join(await temporaryDirectory(), 'data');
    const refused = async (more: readonly string[], words: RegExp): Promise<void> => {
      const server = await nodeProcess(directory, ports, '', more);
      expect(await server.exitCode()).toBe(2);
      expect(server.lines.filter((line) => line.startsWith('seedstorm:')).join()).toMatch(words);
    };
    await refused([], /data directory \S+: there is none; it holds no data\..* start it with --new/);
    expect(existsSync(directory)).toBe(false);

    const founded = await nodeProcess(directory, ports, '', ['--new']);
    founded.child.kill('SIGKILL');
    await founded.exitCode();
    await refused(['--new'], /data directory \S+: it holds the data of a server that has run before/);

    const again = await nodeProcess(directory, ports, '', []);
    again.child.kill('SIGTERM');
    expect(await again.exitCode()).toBe(0);
    for (const name of await readdir(directory)) await rm(join(directory, name));
    await refused([], /data directory \S+: it holds no data/);
  });

  test('that clients leave no descriptor to still opens the next files of its log', async () => {
    const ports = await freePorts(2);
    const directory = join(await temporaryDirectory(), 'data');
    const server = await nodeProcess(directory, ports, 'ulimit -n 200;');
    expect(server.lines.join('\n')).toMatch(/this process may open 200 files, so a port takes \d+ connections of clients instead of 4096/);
    const crowd = Array.from({ length: 400 }, () => createConnection({ host: '127.0.0.1', port: ports[1] ?? 0 }));
    onTestFinished(() => crowd.forEach((socket) => socket.destroy()));
    for (const socket of crowd) socket.on('error', () => undefined).write('GET a\n');
    const client = clientOf(ports, 20_000);
    // Three segments.
    for (let i = 0; i < 40; i++) await client.set(`k${i}`, 'x'.repeat(1_000_000));
    expect((await readdir(directory)).filter((name) => name.startsWith('wal-')).length).toBeGreaterThan(2);
    expect(server.child.exitCode).toBe(null);
  }, 60_000);

  test('ends with exit code 0 on SIGTERM', async () => {
    const server = await nodeProcess(join(await temporaryDirectory(), 'data'), await freePorts(2));
    server.child.kill('SIGTERM');
    expect(await server.exitCode()).toBe(0);
    expect(server.lines.at(-1)).toMatch(/ info {2}stopped$/);
  });

  test('that meets another one in its directory ends with exit code 2 and one line', async () => {
    const directory = join(await temporaryDirectory(), 'data');
    const first = await nodeProcess(directory, await freePorts(2));
    const second = await nodeProcess(directory, await freePorts(2));
    expect(await second.exitCode()).toBe(2);
    expect(second.lines).toEqual([`seedstorm: data directory ${directory} is in use by process ${first.child.pid}`]);
  });
});

describe('exitFor', () => {
  test("tells a user's mistake from everything else", () => {
    expect(exitFor(new UserError('port 1 is busy'))).toEqual({ line: 'port 1 is busy', exitCode: 2 });
    expect(exitFor(new TypeError('x is not a function'))).toEqual({ line: 'unexpected: x is not a function', exitCode: 1 });
  });
});
