import { createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../../src/real/base/ports.js';
import { servedQuorum } from '../../../src/real/systems/quorum.js';
import { servedSimpleElection } from '../../../src/real/systems/simple-election.js';
import { servedSingle } from '../../../src/real/systems/single.js';
import { servedRaft, type Served } from '../../../src/real/systems/served-system.js';
import { serversUnderTest } from '../../real/real-cluster.js';
import { seedstorm } from '../run-cli.js';

// The built program, at servers of this process or at none.

describe.concurrent('a client command where nobody listens', () => {
  const nobody = async (): Promise<string> => (await freePorts(2)).map((port) => `127.0.0.1:${port}`).join(',');

  test('says after a second whom it tries and for how long, and gives up after two with one line that says what to do', async () => {
    const servers = await nobody();
    const beganMs = performance.now();
    const { exitCode, stdout, stderr } = await seedstorm(['set', 'k', 'v', '--servers', servers]);
    expect(performance.now() - beganMs).toBeLessThan(30_000);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    const words = servers.replace(',', ', ');
    expect(stderr.split('\n')).toEqual([
      `no answer yet from ${words}; trying for 10.0 s in all (--timeout says otherwise)`,
      `not done: nobody answers at ${words}: start servers with "seedstorm cluster", or name others by --servers`,
      '',
    ]);
  });

  test('goes on for as long as it is told: servers may be about to start', async () => {
    const beganMs = performance.now();
    const { exitCode, stdout, stderr } = await seedstorm(['get', 'k', '--servers', await nobody(), '--timeout', '3s', '--json']);
    expect(performance.now() - beganMs).toBeGreaterThan(3_000);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      done: false,
      reason: 'notDone',
      message: expect.stringContaining('seedstorm cluster') as string,
    });
    expect(stderr).toMatch(/^no answer yet from .*; trying for 3\.0 s in all\n$/);
  });

  test('that asks how they are says so at once', async () => {
    const { exitCode, stderr } = await seedstorm(['status', '--servers', await nobody()]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^nobody answers at .*: start servers with "seedstorm cluster"/);
  });

  test('in a shell gives up as soon, and the shell goes on', async () => {
    const { exitCode, stdout, stderr } = await seedstorm(['shell', '--servers', await nobody()], { stdin: 'GET k\nEXIT\n' });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Error: not done: nobody answers at .*\n(.*\n)*seedstorm> EXIT/);
    expect(stderr).toMatch(/^no answer yet from /);
  });
});

test('where somebody listens and does not answer, a command goes on to the end of its time', async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const { exitCode, stderr } = await seedstorm(['get', 'k', '--servers', `127.0.0.1:${port}`, '--timeout', '700ms']);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^not done: .*the time is over.*\n$/);
});

test.each([
  ['single', 1, servedSingle({ store: 'memory' })],
  ['quorum', 3, servedQuorum()],
  ['simple-election', 3, servedSimpleElection({ heartbeatMs: 50, timeoutMs: 250 })],
  ['raft', 3, servedRaft()],
])('every client command works with the system %s, and nobody needs to know which it is', async (name, servers, system) => {
  const { start, addresses } = await serversUnderTest(servers);
  await Promise.all(Array.from({ length: servers }, (_, i) => start(i + 1, { system: system as unknown as Served })));
  const run = async (...words: readonly string[]) => {
    const { exitCode, stdout, stderr } = await seedstorm([...words, '--servers', addresses.join(',')]);
    return [exitCode, stdout.trim(), stderr.trim()];
  };
  expect(await run('set', 'k', 'hello world')).toEqual([0, 'ok, version 1', '']);
  expect(await run('put', 'k', 'again', '1')).toEqual([0, 'ok, version 2', '']);
  const [status, deleted] = await Promise.all([run('status'), run('delete', 'other')]);
  expect(deleted).toEqual([1, '', 'no such key']);
  expect(status[1]).toMatch(new RegExp(`^${addresses[0]}  ${name} s1 .*keys 1`));
});
