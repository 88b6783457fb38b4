import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { openClient, type Client } from '../../src/real/client/client.js';
import { eventually } from './helpers.js';

const program = fileURLToPath(new URL('../../bin/seedstorm.js', import.meta.url));

/** A server process of a test, gone with it. */
export interface NodeProcess {
  readonly child: ChildProcess;
  /** Its standard error, by lines. */
  readonly lines: readonly string[];
  exitCode(): Promise<number | null>;
}

/** How a server process of a test is started, where it differs from the usual. */
export interface NodeProcessChoices {
  /** What a shell does first, such as `ulimit -n 50;`. */
  readonly first?: string;
  /** What runs the server instead of the shell itself, such as `unshare --pid --fork`. */
  readonly under?: readonly string[];
  readonly more?: readonly string[];
  readonly system?: 'raft' | 'single';
  /** What says that it is up, or was refused. */
  readonly until?: string;
}

/** Starts `seedstorm node` as a cluster of one, founded where its directory is not there, and waits until it is up or has ended. */
export async function startNode(
  dataDirectory: string,
  [peerPort, clientPort]: readonly number[],
  { first = '', under = [], more = [], system = 'raft', until }: NodeProcessChoices = {},
): Promise<NodeProcess> {
  const words = [...under, process.execPath, program, 'node', '--id', '1', '--system', system];
  words.push('--peers', `1=127.0.0.1:${peerPort}:${clientPort}`, '--data', dataDirectory);
  words.push(...more, ...(existsSync(dataDirectory) || more.includes('--new') ? [] : ['--new']));
  const child = spawn('sh', ['-c', `${first} exec "$@"`, 'sh', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const exit = once(child, 'close');
  const word = until ?? (system === 'raft' ? 'leader-elected' : ' ready: ');
  await eventually('a server that is up, or an end', () =>
    lines.some((line) => line.includes(word)) || child.exitCode !== null ? true : null,
  );
  return { child, lines, exitCode: async () => (await exit)[0] as number | null };
}

export function clientOf(ports: readonly number[], timeoutMs = 30_000): Client {
  const client = openClient({ servers: [`127.0.0.1:${ports[1]}`], timeoutMs });
  onTestFinished(() => client.close());
  return client;
}

/** What runs a program as process 1 of a PID namespace of its own, which dies with it; null where that is not permitted. */
export function ownPidNamespace(): readonly string[] | null {
  const words = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
  const tried = spawnSync('unshare', [...words.slice(1), 'true'], { stdio: 'ignore' });
  return tried.status === 0 ? words : null;
}
