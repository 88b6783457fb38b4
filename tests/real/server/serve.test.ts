import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import type { Machine } from '../../../src/core/machine.js';
import type { NodeRequest, NodeResponse } from '../../../src/core/wire/protocol.js';
import { answerDone } from '../../../src/core/wire/key-value.js';
import { jsonCodec } from '../../../src/core/wire/http/json-codec.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { served, startServer } from '../../../src/real/server/serve.js';
import { openClient } from '../../../src/real/client/client.js';
import { seedstorm } from '../../cli/run-cli.js';
import { ROOT } from '../../house/tree.js';

/** Finds in every key how often it was asked. */
const asked: Machine<number, string, NodeRequest, NodeResponse> = {
  init: () => ({ state: 0, effects: [] }),
  step: (state, input) =>
    input.kind === 'request' ? { state: state + 1, effects: [answerDone(input, `${state + 1}` as never)] } : { state, effects: [] },
  wakeAt: () => null,
};
const own = { name: 'asked', machine: () => asked, codec: jsonCodec(['']) };

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-serve-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that ends with `serve`, with these words behind it. */
function program(...words: readonly string[]): Promise<{ readonly exitCode: number | null; readonly stderr: string }> {
  const door = pathToFileURL(join(ROOT, 'dist', 'src', 'real', 'server', 'serve.js')).href;
  const code = `const { serve } = await import(${JSON.stringify(door)});
    const machine = () => ({ init: () => ({ state: 0, effects: [{ kind: 'stop', reason: 'it has had enough' }] }), step: (state) => ({ state, effects: [] }), wakeAt: () => null });
    const [id, servers] = process.argv.slice(1);
    await serve({ name: 'own', machine, codec: null }, { id, servers: servers ?? '', dataDirectory: ${JSON.stringify(join(folder, 'program'))} });`;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, '--', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('close', (exitCode) => resolve({ exitCode, stderr }));
  });
}

describe("a server of a system of one's own", () => {
  test('answers clients, and says of itself what the host must know', async () => {
    const [peerPort = 0, clientPort = 0] = await freePorts(2);
    const servers = new Map([[nodeId(1), { host: '127.0.0.1', peerPort, clientPort }]]);
    const server = await startServer({
      id: nodeId(1),
      clusterId: 1,
      servers,
      dataDirectory: join(folder, 'one'),
      past: 'none',
      system: served(own),
    });
    const client = openClient({ servers: [`127.0.0.1:${clientPort}`] });
    expect((await client.get('k'))?.value.toString()).toBe('1');
    expect((await client.get('k'))?.value.toString()).toBe('2');
    await client.close();
    await server.stop();
    expect(await server.ended).toBeNull();
  });

  test('whose machine knows no sessions and no status serves the client library and the command line at once', async () => {
    // It answers as the guide's register does: what it does not know is unavailable, which a client tries again.
    const register: Machine<string, string, NodeRequest, NodeResponse> = {
      init: () => ({ state: '', effects: [] }),
      step: (state, input) => {
        if (input.kind !== 'request') return { state, effects: [] };
        const { request, connection } = input;
        if (request.kind === 'query') return { state, effects: [answerDone(input, state as never)] };
        if (request.kind === 'command' && request.command.op === 'set')
          return { state: request.command.value, effects: [answerDone(input, null)] };
        const response = { kind: 'unavailable', id: request.id, reason: 'it takes GET and SET' } as const;
        return { state, effects: [{ kind: 'respond', connection, response }] };
      },
      wakeAt: () => null,
    };
    const [peerPort = 0, clientPort = 0] = await freePorts(2);
    const server = await startServer({
      id: nodeId(1),
      clusterId: 1,
      servers: new Map([[nodeId(1), { host: '127.0.0.1', peerPort, clientPort }]]),
      dataDirectory: join(folder, 'register'),
      past: 'none',
      system: served({
        name: 'register',
        machine: () => register,
        codec: jsonCodec(['']),
        status: (state) => ({ keyCount: state === '' ? 0 : 1 }),
      }),
    });
    const at = `127.0.0.1:${clientPort}`;
    expect(await seedstorm(['set', 'lamp', 'on', '--servers', at, '--timeout', '5s'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await seedstorm(['get', 'lamp', '--servers', at])).toMatchObject({ exitCode: 0, stdout: 'on\n' });
    expect(await seedstorm(['status', '--servers', at])).toMatchObject({
      exitCode: 0,
      stdout: `${at}  register s1 server       keys 1\n`,
      stderr: '',
    });
    await server.stop();
  });

  test('counts as started when it has read its files', () => {
    expect(served(own).isRecovering(0)).toBe(false);
    expect(served({ ...own, isRecovering: (state: number) => state === 0 }).isRecovering(0)).toBe(true);
  });

  test.each([
    [['1', 'nonsense'], 2, 'own: "nonsense" is not a server: expected id=host:peerPort:clientPort\n'],
    [['', '1=127.0.0.1:7201:7101'], 2, 'own: "" is not a server id: expected 1 to 65535\n'],
    [['2', '1=127.0.0.1:7201:7101'], 2, 'own: server 2 is not in the list of servers: 1\n'],
  ])('ends with one line for the words %j', async (words, exitCode, stderr) => {
    expect(await program(...words)).toEqual({ exitCode, stderr });
  });

  test('ends with the reason of a machine that stopped at its start', async () => {
    const [peerPort = 0, clientPort = 0] = await freePorts(2);
    const { exitCode, stderr } = await program('1', `1=127.0.0.1:${peerPort}:${clientPort}`);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('it has had enough');
    expect(stderr).not.toContain('    at ');
  });
});
