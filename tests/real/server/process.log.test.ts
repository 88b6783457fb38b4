import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../../src/real/base/ports.js';
import { eventually, temporaryDirectory } from '../helpers.js';
import { clientOf, startNode } from '../node-process.js';

const program = fileURLToPath(new URL('../../../bin/seedstorm.js', import.meta.url));

/** A server whose standard error goes where a shell sends it; killed at the end. */
async function serverWith(redirection: string) {
  const ports = await freePorts(2);
  const words = ['node', '--system', 'single', '--store', 'memory', '--id', '1', '--peers', `1=127.0.0.1:${ports[0]}:${ports[1]}`];
  // exec keeps the number.
  const script = `(echo $BASHPID; exec "$0" "$@" --log-level debug) ${redirection}`;
  const shell: ChildProcess = spawn('bash', ['-c', script, process.execPath, program, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [first] = (await once(shell.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const pid = Number.parseInt(first.toString(), 10);
  onTestFinished(() => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  });
  const client = clientOf(ports);
  await eventually('an answer', () =>
    client.set('k', 'v', { timeoutMs: 500 }).then(
      () => true,
      () => null,
    ),
  );
  return { client, pid, shell };
}

describe('the log of a server process', () => {
  test.runIf(existsSync('/dev/full'))('on a full disk ends nothing', async () => {
    const { client, pid } = await serverWith('2> /dev/full');
    for (let i = 0; i < 20; i++) await client.set('k', `${i}`);
    expect(process.kill(pid, 0)).toBe(true);
  });

  test('whose reader has gone ends nothing', async () => {
    const { client, pid, shell } = await serverWith('2> >(head -1 > /dev/null)');
    for (let i = 0; i < 20; i++) await client.set('k', `${i}`);
    process.kill(pid, 'SIGTERM');
    expect((await once(shell, 'exit'))[0]).toBe(0);
  });

  test('whose reader does not read neither stops it nor keeps it', async () => {
    const { client, pid, shell } = await serverWith('2> >(exec sleep 60 > /dev/null)');
    for (let i = 0; i < 20; i++) await client.set('k', `${i}`);
    process.kill(pid, 'SIGTERM');
    expect((await once(shell, 'exit'))[0]).toBe(0);
  });

  test('has no line for each of many concurrent reads', async () => {
    const ports = await freePorts(2);
    const server = await startNode(join(await temporaryDirectory(), 'data'), ports);
    const client = clientOf(ports);
    await client.set('k', 'v');
    const before = server.lines.length;
    await Promise.all(Array.from({ length: 500 }, () => client.get('k')));
    expect(server.lines.slice(before)).toEqual([]);
  });

  test('is held to a rate, and says what it left out', async () => {
    const ports = await freePorts(2);
    const server = await startNode(join(await temporaryDirectory(), 'data'), ports, { system: 'single' });
    for (let i = 0; i < 100; i++) await fetch(`http://127.0.0.1:${ports[1]}/`).catch(() => undefined);
    const last = await eventually('what was left out', () => server.lines.find((line) => line.includes('left out')) ?? null);
    expect(last).toMatch(/ warn {2}left out \d+ more lines like: closing the connection of client/);
    expect(server.lines.length).toBeLessThan(50);
  });

  test('tells of SIGHUP, which does not end the server', async () => {
    const ports = await freePorts(2);
    const server = await startNode(join(await temporaryDirectory(), 'data'), ports, { system: 'single' });
    server.child.kill('SIGHUP');
    await eventually('the line', () => (server.lines.some((line) => line.includes('SIGHUP: going on')) ? true : null));
    await clientOf(ports).set('k', 'v');
  });
});
