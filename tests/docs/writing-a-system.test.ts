import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freePorts } from '../../src/real/base/ports.js';
import { ROOT } from '../house/tree.js';
import { blocksOf, changed, codeLines, difference, type Block } from './guide.js';

/**
 * docs/WRITING-A-SYSTEM.md, followed in a project of its own, in which `seedstorm` is what npm would install:
 * the built package and nothing else of this tree. Only the ports are others, for tests share a machine.
 */
const GUIDE = readFileSync(join(ROOT, 'docs', 'WRITING-A-SYSTEM.md'), 'utf8');
const project = mkdtempSync(join(tmpdir(), 'seedstorm-guide-'));
const servers: ChildProcess[] = [];
/** A reader reads no more. */
const STORY_LINES_MAX = 25;
const PORTS = ['7101', '7102', '7103', '7201', '7202', '7203'] as const;
const ports = new Map<string, number>();

function portsReplaced(text: string): string {
  return text.replace(/\b7[12]0[123]\b/g, (port) => String(ports.get(port)));
}

afterAll(() => {
  for (const server of servers) server.kill('SIGKILL');
  rmSync(project, { recursive: true, force: true });
});

test('a reader who follows the guide sees what it says', { timeout: 1_200_000 }, async () => {
  const free = await freePorts(PORTS.length);
  PORTS.forEach((port, i) => ports.set(port, free[i] ?? 0));
  install();
  const files = new Map<string, string>();
  const exploredLines: number[] = [];
  for (const block of blocksOf(GUIDE)) {
    if (block.kind === 'command') {
      if (block.command.startsWith('npx seedstorm explore'))
        exploredLines.push([...files].reduce((sum, [name, text]) => sum + (name.endsWith('.ts') ? codeLines(text) : 0), 0));
      await follow(block);
      continue;
    }
    const text = block.kind === 'file' ? block.text : changed(files.get(block.name) ?? '', block);
    files.set(block.name, text);
    writeFileSync(join(project, block.name), portsReplaced(text));
  }
  expect([...files.keys()]).toEqual(['tsconfig.json', 'register.ts', 'scenarios.ts', 'durable-register.ts', 'serve.ts']);
  expect(exploredLines).toHaveLength(4);
  expect(exploredLines[0]).toBeLessThan(100);
  expect(GUIDE).toContain(`have ${exploredLines[0] ?? 0} lines`);
  expect(servers).toHaveLength(3);
});

/** What the commands of npm in the guide come to. */
function install(): void {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'guide', version: '1.0.0', type: 'module' }));
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
  symlinkSync(ROOT, join(project, 'node_modules', 'seedstorm'));
  for (const name of ['typescript', '@types/node']) symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
}

/** Runs one command of the guide, and compares what it prints. */
async function follow({ command, shown }: Extract<Block, { readonly kind: 'command' }>): Promise<void> {
  const [program = '', ...words] = command.split(' ');
  if (program === 'npm') return;
  if (program === 'kill') return kill(command);
  if (program === 'node') return startServers(command);
  if (program === 'printf') return expect(difference(shown, await saidOver(command)), command).toBeNull();
  expect(program, command).toBe('npx');
  const [tool = '', ...rest] = words;
  const path = { tsc: 'node_modules/typescript/bin/tsc', seedstorm: 'node_modules/seedstorm/bin/seedstorm.js' }[tool];
  const output = outputOf([path ?? tool, ...rest]);
  expect(difference(shown, output), command).toBeNull();
  if (!rest.includes('--story')) return;
  const lines = output.trimEnd().split('\n');
  const begin = lines.findIndex((line) => line.startsWith('story '));
  expect(lines.slice(begin + 1).length, 'lines of the story').toBeLessThanOrEqual(STORY_LINES_MAX);
}

/** Standard output, whatever the exit code: a campaign that finds something does not end with 0. */
function outputOf(words: readonly string[]): string {
  try {
    return execFileSync(process.execPath, words, {
      cwd: project,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
      maxBuffer: 1 << 26,
    });
  } catch (error) {
    const { status, stdout, stderr } = error as { readonly status: number | null; readonly stdout: string; readonly stderr: string };
    if (status === 1 && words[0]?.endsWith('seedstorm.js') === true) return stdout;
    throw new Error(`${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`, { cause: error });
  }
}

/** `node program argument & …`: each in the background, until each takes connections. */
async function startServers(command: string): Promise<void> {
  for (const job of command
    .split('&')
    .map((part) => part.trim())
    .filter((part) => part !== '')) {
    const [, ...words] = job.split(' ');
    servers.push(spawn(process.execPath, words, { cwd: project, stdio: 'ignore' }));
  }
  for (const port of PORTS.slice(0, 3)) await expect.poll(() => answers(ports.get(port) ?? 0), { timeout: 120_000 }).toBe(true);
}

/** `kill -9 %n`: the n-th job of the shell. */
async function kill(command: string): Promise<void> {
  const job = /^kill -9 %(\d)$/.exec(command);
  const server = servers[Number(job?.[1]) - 1];
  expect(server, command).toBeDefined();
  const gone = new Promise((resolve) => server?.once('exit', resolve));
  server?.kill('SIGKILL');
  await gone;
}

/** `printf '…' | nc -q 1 127.0.0.1 port`: says these lines, closes its half and takes the answers. */
async function saidOver(command: string): Promise<string> {
  const [, text = '', port = ''] = /^printf '(.*)' \| nc -q 1 127\.0\.0\.1 (\d+)$/.exec(command) ?? [];
  return talk(ports.get(port) ?? 0, text.replaceAll('\\n', '\n'));
}

async function answers(port: number): Promise<boolean> {
  return (await talk(port, 'GET nothing\n').catch(() => '')) === 'NOT_FOUND\n';
}

function talk(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let said = '';
    socket.setEncoding('utf8').on('data', (more: string) => (said += more));
    socket.once('error', reject);
    socket.once('close', () => resolve(said));
    socket.end(text);
  });
}
