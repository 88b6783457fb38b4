import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../../src/real/base/ports.js';
import { PROGRAM } from '../run-cli.js';
import { Wire } from '../../real/real-cluster.js';

/** A server of text that answers each line with what it was. */
let server: Server;
let running: ChildProcess | null = null;
let ports: readonly number[] = [];

beforeAll(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (bytes) => socket.write(bytes));
    socket.on('end', () => socket.end());
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ports = await freePorts(3);
});

afterAll(() => {
  running?.kill('SIGKILL');
  server.close();
});

/** Starts the proxy; resolves with what it has said once it is open. */
function start(...words: readonly string[]): Promise<{ readonly child: ChildProcess; readonly said: () => string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, 'proxy', ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
    running = child;
    let text = '';
    const onText = (piece: string): void => {
      text += piece;
      if (text.includes('Ctrl-C stops')) resolve({ child, said: () => text });
    };
    child.stdout.setEncoding('utf8').on('data', onText);
    child.stderr.setEncoding('utf8').on('data', onText);
    child.once('close', (code) => reject(new Error(`the proxy ended with ${code}: ${text}`)));
  });
}

async function said(port: number, text: string): Promise<string> {
  const wire = new Wire(port);
  wire.end(text);
  return wire.untilClosed(4_000);
}

describe('seedstorm proxy', () => {
  test('passes, loses and heals, as it is told on its control port and on standard input', async () => {
    const [listen = 0, control = 0, other = 0] = ports;
    const target = (server.address() as { port: number }).port;
    const { child, said: all } = await start(
      '--route',
      `c1:s1@${listen}=${target}`,
      '--route',
      `c2:s1@${other}=${target}`,
      '--control',
      String(control),
    );
    expect(all()).toBe('2 routes open; a line "help" lists the commands, Ctrl-C stops\n');
    expect(await said(listen, 'hello\n')).toBe('hello\n');

    expect(await said(control, 'cut c1\nshow\nexplode\n')).toBe(
      'OK\ndrop requests 0\ndrop replies 0\ndelay 0 0\ncut c1\nOK\nERROR "explode" is no command: help lists them\n',
    );
    const lost = new Wire(listen);
    lost.write('lost\n');
    expect(await said(other, 'untouched\n')).toBe('untouched\n');
    expect(lost.text).toBe('');

    child.stdin?.write('heal\ndrop replies 100\n');
    await lost.untilClosed(4_000);
    expect(await said(listen, 'lost too\n')).toBe('');
    child.stdin?.end('preset reliable\n');
    await expect.poll(() => said(listen, 'back\n')).toBe('back\n');

    expect(await said(control, 'POST / HTTP/1.1\r\nHost: a\r\n\r\ncut c1\n')).toBe(
      'ERROR this port takes lines of text, not HTTP; the connection is closed\n',
    );
    expect(await said(control, 'x'.repeat(2_000))).toBe('ERROR line too long: more than 1024 bytes\n');
    child.kill('SIGTERM');
    const [code] = (await once(child, 'close')) as [number];
    running = null;
    expect(code).toBe(0);
    expect(all()).toMatch(/stopped: \d+ connections, \d+ messages passed, [1-9]\d* lost\n$/);
  });
});
