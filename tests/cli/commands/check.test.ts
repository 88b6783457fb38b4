import { describe, expect, test } from 'vitest';
import { CHECK_DEFAULTS } from '../../../src/sim/checkers/linearizability.js';
import { seedstorm } from '../run-cli.js';

const TIMEOUT = { timeout: 60_000 };

/** Appends of which nobody knows whether they took effect, and a read of an odd length that no sum of even ones explains: every choice must be tried. */
function hopeless(appends: number): string {
  const lines = Array.from({ length: appends }, (_, i) => ({ clientId: i, key: 'k', op: 'append', value: 'aa'.repeat(i + 3), callUs: i, outcome: 'unknown' }));
  const read = { clientId: 999, key: 'k', op: 'get', callUs: 20_000, returnUs: 30_000, outcome: 'ok', resultValue: 'a'.repeat(((appends * appends) / 2) | 1) };
  return [...lines, read].map((line) => JSON.stringify(line)).join('\n');
}

describe('check', TIMEOUT, () => {
  test('reads the example of its own help, and tells the true default of its bound', async () => {
    const { stdout } = await seedstorm(['check', '--help']);
    const example = stdout.split('\n').filter((line) => line.startsWith('{')).join('\n');
    expect(Math.max(...example.split('\n').map((line) => line.length))).toBeLessThan(80);
    expect(await seedstorm(['check', '-', '--model', 'lock'], { stdin: example })).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^passed/) as string });
    expect(stdout.replace(/\s+/g, ' ')).toContain(`[default: ${CHECK_DEFAULTS.stepsMax}, some seconds]`);
  });

  test('says which flag bounds it', async () => {
    const { stdout, exitCode } = await seedstorm(['check', '-', '--model', 'text', '--steps', '50'], { stdin: hopeless(24) });
    expect(stdout).toMatch(/^unknown {2}key "k" was not decided within \d+ steps\nnext {4}--steps 500 allows ten times as many\n$/);
    expect(exitCode).toBe(2);
  });

  test('reads a long history from a pipe that is slow to fill', async () => {
    const line = JSON.stringify({ clientId: 1, op: 'acquire', callUs: 1, outcome: 'unknown' });
    const stdin = `${line}\n`.repeat(20_000);
    expect(await seedstorm(['check', '-', '--model', 'lock'], { stdin })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('tells how far it came when it is stopped', async () => {
    let isAsked = false;
    const { stdout, stderr, exitCode } = await seedstorm(['check', '-', '--model', 'text', '--steps', '900000000000'], {
      stdin: hopeless(60),
      onStderr: (_text, kill) => {
        if (!isAsked) kill('SIGINT');
        isAsked = true;
      },
    });
    expect(stderr).toMatch(/M of at most 900000\.0M steps · 0 of 1 key linearizable/);
    expect(stdout).toMatch(/^stopped after [\d ]+ steps in .* s: 0 of 1 key linearizable, the others not decided\n$/);
    expect(exitCode).toBe(130);
  });

  test('a lock that stands alone has no name', async () => {
    const stdin = [1, 2].map((clientId) => JSON.stringify({ clientId, op: 'acquire', callUs: clientId, returnUs: clientId + 5, outcome: 'ok' })).join('\n');
    const { stdout, exitCode } = await seedstorm(['check', '-', '--model', 'lock'], { stdin });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^failed {2}not linearizable\n/);
    expect(stdout).toContain('  then it is: held by client 1');
    expect(stdout).not.toContain('""');
  });

  test('a mistyped field is answered with those there are', async () => {
    const { stderr, exitCode } = await seedstorm(['check', '-', '--model', 'kv'], { stdin: '{"client":1}' });
    expect(stderr).toBe('seedstorm: standard input, line 1: unknown field "client"; did you mean "clientId"? known: clientId, key, op, value, version, expected, callUs, returnUs, outcome, resultValue, resultVersion\n');
    expect(exitCode).toBe(2);
  });
});
