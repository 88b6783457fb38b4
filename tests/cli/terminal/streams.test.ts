import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../../src/real/base/ports.js';
import { PROGRAM } from '../run-cli.js';

// Standard streams as cron, systemd, CI and pipelines have them.

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-streams-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lines = join(folder, 'lines');
writeFileSync(lines, 'HELP\n');
const empty = join(folder, 'empty.jsonl');
writeFileSync(empty, '');
const UNKNOWN =
  '{"clientId":1,"op":"acquire","callUs":1,"returnUs":2,"outcome":"ok"}\n{"clientId":2,"op":"acquire","callUs":3,"returnUs":4,"outcome":"ok"}\n';
const broken = join(folder, 'broken.jsonl');
writeFileSync(broken, UNKNOWN);

/** Runs `seedstorm` with redirections of a shell. */
function bash(script: string) {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', `seedstorm() { "${process.execPath}" "${PROGRAM}" "$@"; }; ${script}`], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, SEEDSTORM_DEBUG: '', SEEDSTORM_SERVERS: '127.0.0.1:1', SEEDSTORM_HISTORY: '' },
  });
  return { stdout, stderr, exitCode: status };
}

describe.each([
  ['a file', `< "${lines}"`],
  ['/dev/null', '< /dev/null'],
  ['closed', '<&-'],
])('standard input is %s', (_, redirection) => {
  test.each(['shell --timeout 1s', 'primary --port $PORT', 'replica --port $PORT'])('seedstorm %s', async (words) => {
    const [port] = await freePorts(1);
    const { stdout, stderr, exitCode } = bash(`PORT=${port}; seedstorm ${words} ${redirection}`);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).not.toBe('');
  });

  test('a command that reads it says that there is nothing', () => {
    const { stderr, exitCode } = bash(`seedstorm check - --model lock ${redirection}`);
    expect({ stderr, exitCode }).toEqual({ stderr: expect.stringMatching(/^seedstorm: .*\n$/) as string, exitCode: 2 });
  });
});

describe('standard output', () => {
  test('without a reader is quiet, and the exit code is that of the finding', () => {
    const { stdout, stderr } = bash(`seedstorm check "${broken}" --model lock | true; echo "\${PIPESTATUS[0]}"`);
    expect({ stdout, stderr }).toEqual({ stdout: '1\n', stderr: '' });
    expect(bash(`seedstorm scenarios | head -1; echo "\${PIPESTATUS[0]}"`)).toMatchObject({ stdout: 'scenarios:\n0\n', stderr: '' });
  });

  test('closed from the beginning changes no exit code', () => {
    expect(bash(`seedstorm check "${broken}" --model lock >&-`)).toMatchObject({ stderr: '', exitCode: 1 });
    expect(bash('seedstorm run basic --seed 3 <&- >&- 2>&-')).toMatchObject({ exitCode: 0 });
  });

  test
    .runIf(existsSync('/dev/full'))
    .each(['scenarios', 'run basic --seed 3 --trace', 'shell --timeout 1s', `check "${broken}" --model lock --json`, '--help'])(
    'on a full disk: one line and exit code 2 from seedstorm %s',
    (words) => {
      const { stderr, exitCode } = bash(`seedstorm ${words} < /dev/null > /dev/full`);
      expect(stderr).toMatch(/^seedstorm: standard output cannot be written: ENOSPC.*\n$/);
      expect(exitCode).toBe(2);
    },
  );
});

describe('standard error', () => {
  test.runIf(existsSync('/dev/full'))('that cannot be written stops nothing', () => {
    const { stdout, exitCode } = bash('seedstorm explore basic --seeds 1..2 --jobs 1 2> /dev/full');
    expect(stdout).toMatch(/^passed/);
    expect(exitCode).toBe(0);
    expect(bash('seedstorm run nowhere 2> /dev/full').exitCode).toBe(2);
  });

  test('without a reader stops nothing', () => {
    const { stdout } = bash('seedstorm explore basic --seeds 1..2 --jobs 1 2> >(true); echo $?');
    expect(stdout).toMatch(/^passed/);
    expect(stdout).toMatch(/\n0\n$/);
  });
});
