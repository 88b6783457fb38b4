import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from '../house/tree.js';
import { PROGRAM, seedstorm } from './run-cli.js';

// The built program as a child process: what a shell sees.
const TIMEOUT = { timeout: 60_000 };
const VERSION = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const event = (process: number, type: string, f: string, value: string) =>
  `{:process ${process}, :type :${type}, :f :${f}, :value ${value}}`;
const HONEST = [
  event(0, 'invoke', 'write', '1'),
  event(0, 'ok', 'write', '1'),
  event(1, 'invoke', 'read', 'nil'),
  event(1, 'ok', 'read', '1'),
].join('\n');
const STALE = [
  HONEST,
  event(0, 'invoke', 'write', '2'),
  event(0, 'ok', 'write', '2'),
  event(1, 'invoke', 'read', 'nil'),
  event(1, 'ok', 'read', '1'),
].join('\n');

describe('wrong use and bad input are one line and exit code 2, never a stack trace', TIMEOUT, () => {
  test.each<readonly [words: readonly string[], line: RegExp]>([
    [[], /say what to do: seedstorm --help lists the commands/],
    [['frobnicate'], /unknown command "frobnicate"; known: explore, run/],
    [['exlpore'], /did you mean "explore"\?/],
    [['run'], /<scenario> is missing; use: seedstorm run <scenario>/],
    [['set', 'k'], /<value> is missing; use: seedstorm set <key> <value>.*; a word that begins with "-" stands behind "--"/],
    [['set', 'k', '-abc'], /<value> is missing; .*; a word that begins with "-" stands behind "--"/],
    [['run', '-'], /unknown scenario "-"/],
    [['explore', '-'], /unknown scenario "-"/],
    [['replay', '-', '--seed', '1'], /unknown scenario "-"/],
    [['stories', '-'], /unknown scenario "-"/],
    [['chaos', '-'], /unknown scenario "-"/],
    [['run', '--', '--sede'], /unknown scenario "--sede"/],
    [['wal', 'verify', '-'], /- cannot be read/],
    [['check', '-', '--model', 'kv'], /standard input holds no operation/],
    [['help', 'frobnicate'], /unknown command "frobnicate"/],
    [['run', 'leader-falure'], /unknown scenario "leader-falure"; did you mean "leader-failure"\? known: basic, leader-failure/],
    [['run', 'basic', '--seed', '-1'], /a seed is a whole number from 0 to 9007199254740991, not "-1"/],
    [['run', 'basic', '--seed', '007'], /not "007"/],
    [['run', 'basic', '--seed', '1e9'], /not "1e9"/],
    [['run', 'basic', '--seed', '9007199254740992'], /not "9007199254740992"/],
    [['run', 'basic', '--seed', '1.5'], /not "1.5"/],
    [['run', 'basic', '--seed'], /not enough arguments following: seed/],
    [['run', 'basic', '--seed', '1', '--seed', '2'], /--seed was given more than once/],
    [['run', 'basic', '--sede', '1'], /unknown argument: sede/],
    [['run', 'basic', '--trace', '--json'], /--trace and --story print lines and --json one object/],
    [['explore', '--seeds', '5..1'], /the first seed comes before the last/],
    [['explore', '--seeds', '1-5'], /seeds are written A\.\.B/],
    [['explore', '--for', '60'], /--for takes a time with its unit/],
    [['explore', '--shard', '3/2'], /a shard is written i\/n/],
    [['explore', '--jobs', '0'], /--jobs takes a whole number from 1 to 256/],
    [['explore', 'basic', 'basic'], /scenario "basic" was named twice/],
    [['explore', 'no-such-story'], /unknown scenario "no-such-story"/],
    [['replay', 'basic'], /missing required argument: seed/],
    [['replay', 'basic', '--seed', '1', '--from', '9', '--until', '8'], /--until 8 comes before --from 9/],
    [['check', join(folder, 'absent.jsonl'), '--model', 'kv'], /absent\.jsonl cannot be read/],
    [['check', file('empty.jsonl', ''), '--model', 'kv'], /holds no operation/],
    [['check', file('torn.jsonl', '{"op":'), '--model', 'kv'], /torn\.jsonl, line 1: /],
    [['check', file('honest.edn', HONEST), '--model', 'kvv'], /unknown model "kvv"; did you mean "kv"\?/],
    [['check', file('honest.edn', HONEST), '--model', 'register', '--format', 'xml'], /unknown format "xml"/],
    [['cluster', '--servers', '0'], /--servers takes a whole number from 1 to 9/],
    [['cluster', '--base-port', 'http'], /--base-port takes a whole number/],
    [['node', '--id', '1', '--peers', 'somewhere', '--data', folder], /"somewhere" is not a server/],
    [['node', '--id', '2', '--peers', '1=localhost:7201:7101', '--data', folder], /--id 2 is not in --peers/],
    [['proxy', '--route', '7001'], /"7001" is not a route/],
    [['proxy', '--route', '7001=7101', '--delay', '9..3'], /"delay 9 3" is no rule: usage: delay/],
    [['proxy', '--route', '7001=7101', '--drop-requests', 'half'], /"drop requests half" is no rule/],
    [['chaos', 'nowhere'], /unknown scenario "nowhere"/],
    [['chaos', 'basic', '--for', 'long'], /--for takes a time with its unit/],
    [['chaos', 'basic', '--data', folder], /cannot be made: it is there already/],
    [['chaos', 'basic', '--history', join(folder, 'no', 'h.jsonl')], /h\.jsonl cannot be written/],
    [['get', 'key', '--servers', 'nowhere'], /"nowhere" is not an address/],
    [['get', 'key', '--timeout', 'soon'], /--timeout takes a time with its unit/],
    [['put', 'key', 'value', '1', '--version', '2'], /give the version once/],
    [['put', 'key', 'two', 'words'], /the version is a whole number from 0 to \d+, not "words"; quote a value of several words/],
    [['promote', 'nowhere'], /"nowhere" is not an address/],
    [['put', 'key', 'value', '--version', 'one'], /--version takes a whole number/],
    [['bench', 'everything'], /invalid values/],
    [['bench', 'engine', '--peers', 'mongo'], /--peers takes etcd, redis .*not "mongo"/],
    [['bench', 'sim', '--peers', 'etcd'], /--peers is nothing for bench sim/],
    [['wal', 'verify', join(folder, 'absent')], /absent cannot be read/],
    [['wal', 'verify', folder], /holds no write-ahead log/],
  ])('seedstorm %j', async (words, line) => {
    const { exitCode, stdout, stderr } = await seedstorm(words);
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  test('with SEEDSTORM_DEBUG=1 the stack is there for whoever wants it', async () => {
    const { exitCode, stderr } = await seedstorm(['run', 'nowhere'], { env: { SEEDSTORM_DEBUG: '1' } });
    expect(stderr).toMatch(/\n +at /);
    expect(exitCode).toBe(2);
  });
});

describe('help', TIMEOUT, () => {
  const commands = [
    'explore',
    'run',
    'replay',
    'scenarios',
    'stories',
    'check',
    'cluster',
    'node',
    'proxy',
    'chaos',
    'shell',
    'get',
    'set',
    'put',
    'delete',
    'status',
    'promote',
    'bench',
    'wal',
  ];

  test('lists every command', async () => {
    const { exitCode, stdout } = await seedstorm(['--help']);
    for (const name of commands) expect(stdout).toContain(`seedstorm ${name}`);
    expect(exitCode).toBe(0);
  });

  test.each(commands)('of %s has at least two examples', async (name) => {
    const { exitCode, stdout } = await seedstorm([name, '--help']);
    const examples = stdout.split('Examples:')[1] ?? '';
    expect(examples.match(new RegExp(`^ +seedstorm ${name}\\b`, 'gm'))?.length).toBeGreaterThanOrEqual(2);
    expect(exitCode).toBe(0);
  });

  test('is there for who asks for it in words', async () => {
    expect((await seedstorm(['help'])).stdout).toBe((await seedstorm(['--help'])).stdout);
    expect((await seedstorm(['help', 'run'])).stdout).toBe((await seedstorm(['run', '--help'])).stdout);
  });

  test('the version is that of the package', async () => {
    expect(await seedstorm(['-v'])).toMatchObject({ exitCode: 0, stdout: `${VERSION}\n`, stderr: '' });
    expect(await seedstorm(['--version'])).toMatchObject({ exitCode: 0, stdout: `${VERSION}\n`, stderr: '' });
  });
});

describe('--json prints one JSON object on standard output and nothing else', TIMEOUT, () => {
  async function json(
    ...words: readonly string[]
  ): Promise<{ readonly exitCode: number | null; readonly object: Record<string, unknown> }> {
    // Forced colour must not reach what a program reads.
    const { exitCode, stdout, stderr } = await seedstorm([...words, '--json'], { env: { FORCE_COLOR: '3' } });
    expect(stderr).toBe('');
    expect(stdout.endsWith('\n') && !stdout.trimEnd().includes('\n') && !stdout.includes('\u001b')).toBe(true);
    return { exitCode, object: JSON.parse(stdout) as Record<string, unknown> };
  }

  test('run', async () => {
    const { exitCode, object } = await json('run', 'basic', '--seed', '7');
    expect(exitCode).toBe(0);
    expect(object).toMatchObject({
      verdict: 'pass',
      scenario: 'basic',
      seed: 7,
      digest: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      events: expect.any(Number) as number,
      simulatedMs: expect.any(Number) as number,
      wallMs: expect.any(Number) as number,
    });
    expect(object).not.toHaveProperty('violation');
  });

  test('explore', async () => {
    const { exitCode, object } = await json('explore', 'basic', '--seeds', '1..3', '--jobs', '1', '--rerun', '100');
    expect(exitCode).toBe(0);
    expect(object).toMatchObject({
      verdict: 'pass',
      scenario: 'basic',
      runs: 3,
      rechecked: 3,
      failures: [],
      nonDeterminism: [],
      neverSeen: [],
    });
    for (const name of ['seed', 'digest', 'events', 'simulatedMs', 'wallMs']) expect(object).toHaveProperty(name);
  });

  test('check, of standard input', async () => {
    const { exitCode, stdout } = await seedstorm(['check', '-', '--model', 'register', '--format', 'edn', '--json'], { stdin: STALE });
    expect({ exitCode, verdict: (JSON.parse(stdout) as { verdict: string }).verdict }).toEqual({ exitCode: 1, verdict: 'violation' });
  });

  test('check', async () => {
    const good = await json('check', file('honest.edn', HONEST), '--model', 'register');
    expect(good).toMatchObject({ exitCode: 0, object: { verdict: 'pass', operations: 2 } });
    const bad = await json('check', file('stale.edn', STALE), '--model', 'register');
    expect(bad).toMatchObject({ exitCode: 1, object: { verdict: 'violation', operations: 4, culprit: { op: 'read' } } });
  });
});

describe('explore', TIMEOUT, () => {
  test('gives the same report in one process and in two, shard by shard', async () => {
    const facts = async (...words: string[]) => {
      const { stdout } = await seedstorm(['explore', 'basic', '--seeds', '1..4', '--json', ...words]);
      const { runs, events, commits, simulatedMs } = JSON.parse(stdout) as Record<string, number>;
      return { runs, events, commits, simulatedMs };
    };
    const whole = await facts('--jobs', '1');
    expect(await facts('--jobs', '2')).toEqual(whole);
    const halves = [await facts('--shard', '1/2'), await facts('--shard', '2/2')];
    expect(halves.map(({ runs }) => runs)).toEqual([2, 2]);
    expect(halves.reduce((sum, { events }) => sum + (events ?? 0), 0)).toBe(whole.events);
  });

  test('shows progress on standard error and ends with what to try next', async () => {
    const { stdout, stderr, exitCode } = await seedstorm(['explore', 'basic', '--seeds', '1..2']);
    expect(stderr).toMatch(/2\/2 runs · 0 failed · .* events\/s · .* simulated · \d+ moments seen/);
    expect(stdout).toMatch(/^passed {2}2 runs of 1 scenario/);
    expect(stdout).toContain('npx seedstorm run leader-failure --seed 42 --trace');
    expect(stdout).toContain('npx seedstorm cluster --servers 3');
    expect(exitCode).toBe(0);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends on %s with the report so far, and does not look like one that passed', async (signal) => {
    let isAsked = false;
    const { stdout, stderr, exitCode } = await seedstorm(['explore', 'basic', 'swarm', '--seeds', '1..5000', '--jobs', '1'], {
      onStderr: (text, kill) => {
        if (!isAsked && text.includes('runs')) kill(signal);
        isAsked = true;
      },
    });
    expect(stdout).toMatch(/^stopped after \d+ of 10 000 runs: every property held so far/);
    expect(stderr).toMatch(/^stopping: runs that have begun come to their end/m);
    expect(exitCode).toBe(130);
  });
});

describe('a transcript', TIMEOUT, () => {
  test('is the same twice, without colour, and ends in the verdict', async () => {
    const words = ['run', 'basic', '--seed', '3', '--trace'];
    const withoutWallTime = (text: string) => text.replace(/^ran.*$/m, '');
    const [first, second] = [await seedstorm(words), await seedstorm(words)];
    expect(withoutWallTime(first.stdout)).toBe(withoutWallTime(second.stdout));
    expect(first.stdout).toMatch(/^ +ms {2}at +takes +does$/m);
    expect(first.stdout).not.toContain('\u001b');
    expect(first.stdout).toMatch(/^passed {2}basic seed 3/m);
  });

  test('may lose its reader: a closed pipe is quiet', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'run', 'basic', '--seed', '3', '--trace'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.once('data', () => child.stdout.destroy());
    const exitCode = await new Promise((resolve) => child.once('close', resolve));
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });

  test('can be cut to a window, with how the servers stood at its end', async () => {
    const { stdout, exitCode } = await seedstorm(['replay', 'basic', '--seed', '3', '--from', '2000', '--until', '2100']);
    const moments = [...stdout.matchAll(/^ *(\d+)\.\d{3}  /gm)].map((match) => Number(match[1]));
    expect(moments.length).toBeGreaterThan(0);
    expect(Math.min(...moments)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...moments)).toBeLessThanOrEqual(2_100);
    expect(stdout).toMatch(/^s1 {2}(leader|follower) of term \d+/m);
    expect(exitCode).toBe(0);
  });
});
