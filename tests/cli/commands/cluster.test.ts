import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PROGRAM, seedstorm, type Ended } from '../run-cli.js';

// A whole cluster of real processes through the command line, as the README walks through it.
const BASE_PORT = 14_300;
const folder = mkdtempSync(join(tmpdir(), 'seedstorm-cluster-'));
const words = ['cluster', '--servers', '3', '--data', join(folder, 'cluster'), '--base-port', String(BASE_PORT)];
const env = { SEEDSTORM_SERVERS: [1, 2, 3].map((i) => `127.0.0.1:${BASE_PORT + i}`).join(',') };
const client = (...call: readonly string[]): Promise<Ended> => seedstorm(call, { env });

let running: ChildProcess | null = null;
afterAll(() => {
  running?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the cluster and resolves with what it printed once it is up. */
function start(): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    running = child;
    let said = '';
    const onText = (text: string): void => {
      said += text;
      if (said.includes('Ctrl-C stops')) resolve(said);
    };
    child.stdout.setEncoding('utf8').on('data', onText);
    child.stderr.setEncoding('utf8').on('data', onText);
    child.once('close', () => reject(new Error(`the cluster ended: ${said}`)));
  });
}

function stop(): Promise<number | null> {
  return new Promise((resolve) => {
    running?.once('close', resolve);
    running?.kill('SIGINT');
    running = null;
  });
}

/** What a server answers to text lines, up to so many lines of answer. */
function lines(port: number, text: string, count: number): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let said = '';
    socket.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
      if (said.split('\n').length > count) socket.destroy();
    });
    socket.once('close', () => resolve(said.trimEnd().split(/\r?\n/)));
    socket.once('error', reject);
  });
}

test('a cluster serves, is restarted, and has kept everything', async () => {
  const greeting = await start();
  expect(greeting).toContain(`server 1  clients 127.0.0.1:${BASE_PORT + 1}`);

  expect(await client('set', 'k', 'hello world')).toMatchObject({ exitCode: 0, stdout: 'ok, version 1\n' });
  expect(await client('get', 'k')).toMatchObject({ exitCode: 0, stdout: 'hello world\n' });
  expect(await client('put', 'k', 'x')).toMatchObject({ exitCode: 1, stderr: 'not written: the key has version 1, not 0\n' });
  expect(await client('put', 'k', 'x', '1')).toMatchObject({ exitCode: 0, stdout: 'ok, version 2\n' });
  expect(await client('put', 'grüße', 'wörld', '--version', '0', '--json')).toMatchObject({
    exitCode: 0,
    stdout: '{"done":true,"version":1}\n',
  });
  expect(await client('delete', 'k')).toMatchObject({ exitCode: 0 });
  expect(await client('get', 'k')).toMatchObject({ exitCode: 1, stdout: '', stderr: 'no such key\n' });
  expect(await client('get', 'k', '--json')).toMatchObject({ exitCode: 1, stdout: '{"found":false,"value":null,"version":null}\n' });

  // Words that look like options are words of the user's own.
  expect(await client('set', '-', '-')).toMatchObject({ exitCode: 0, stdout: 'ok, version 1\n' });
  expect(await client('get', '-')).toMatchObject({ exitCode: 0, stdout: '-\n' });
  expect(await client('put', '-', '1', '--', '--stale')).toMatchObject({ exitCode: 2 });
  expect(await client('put', '--', '-', '--stale', '1')).toMatchObject({ exitCode: 0, stdout: 'ok, version 2\n' });
  expect(await client('get', '--', '-')).toMatchObject({ exitCode: 0, stdout: '--stale\n' });
  expect(await client('delete', '-')).toMatchObject({ exitCode: 0, stdout: 'ok\n' });

  const { servers } = JSON.parse((await client('status', '--json')).stdout) as { servers: { status: { leaderId: number } | null }[] };
  expect(servers.map(({ status }) => status?.leaderId)).toEqual(servers.map(() => servers[0]?.status?.leaderId));
  const leader = await lines(BASE_PORT + 1, 'WHO_IS_LEADER\n', 1);
  expect(leader[0]).toMatch(new RegExp(`^LEADER 127\\.0\\.0\\.1:${BASE_PORT + servers[0]!.status!.leaderId}$`));

  const second = await seedstorm(words);
  expect(second).toMatchObject({ exitCode: 2, stdout: '' });
  expect(second.stderr.trimEnd().split('\n')).toHaveLength(1);

  expect(await stop()).toBe(0);
  for (const id of [1, 2, 3]) {
    const checked = await seedstorm(['wal', 'verify', join(folder, 'cluster', `server-${id}`), '--json']);
    expect(JSON.parse(checked.stdout)).toMatchObject({ verdict: 'pass', nodeId: id, problem: null });
  }
  expect(await client('get', 'k', '--timeout', '300ms')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^not done: /) as string,
  });

  await start();
  expect(await client('get', 'grüße')).toMatchObject({ exitCode: 0, stdout: 'wörld\n' });
  expect(await client('get', 'k')).toMatchObject({ exitCode: 1 });
  expect(await stop()).toBe(0);
});

test('the files of a server can be listed record by record', async () => {
  const { exitCode, stdout } = await seedstorm(['wal', 'dump', join(folder, 'cluster', 'server-1')]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^clean-stop +0 {2}cleanStop +cluster \d+ server 1, the log ends in file \d+ at byte \d+$/m);
  expect(stdout).toMatch(/^wal-0+1\.log +0 {2}head +cluster \d+ server 1 of 1, 2, 3, system raft, the first file/m);
  expect(stdout).toMatch(/ entries +1\.\.1 of term \d+/);
});
