import { describe, expect, test } from 'vitest';
import { CHECK_DEFAULTS } from '../../../src/sim/checkers/linearizability.js';
import { PROGRAM, seedstorm } from '../run-cli.js';

const TIMEOUT = { timeout: 60_000 };

/** Appends of which nobody knows whether they took effect, and a read of an odd length that no sum of even ones explains: every choice must be tried. */
function hopeless(appends: number): string {
  const lines = Array.from({ length: appends }, (_, i) => ({
    clientId: i,
    key: 'k',
    op: 'append',
    value: 'aa'.repeat(i + 3),
    callUs: i,
    outcome: 'unknown',
  }));
  const read = {
    clientId: 999,
    key: 'k',
    op: 'get',
    callUs: 20_000,
    returnUs: 30_000,
    outcome: 'ok',
    resultValue: 'a'.repeat(((appends * appends) / 2) | 1),
  };
  return [...lines, read].map((line) => JSON.stringify(line)).join('\n');
}

describe('check', TIMEOUT, () => {
  test('reads the example of its own help, and tells the true default of its bound', async () => {
    const { stdout } = await seedstorm(['check', '--help']);
    const example = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .join('\n');
    expect(Math.max(...example.split('\n').map((line) => line.length))).toBeLessThan(80);
    expect(await seedstorm(['check', '-', '--model', 'lock'], { stdin: example })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^passed/) as string,
    });
    expect(stdout.replace(/\s+/g, ' ')).toContain(`[default: ${CHECK_DEFAULTS.stepsMax}, some seconds]`);
  });

  test('says which flag bounds it', async () => {
    const { stdout, exitCode } = await seedstorm(['check', '-', '--model', 'text', '--steps', '50'], { stdin: hopeless(24) });
    expect(stdout).toMatch(
      /^unknown {2}key "k" was not decided within \d+ steps\n\nread {4}25 operations as jsonl\nnext {4}--steps 500 allows ten times as many\n$/,
    );
    expect(exitCode).toBe(5);
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
    const stdin = [1, 2]
      .map((clientId) => JSON.stringify({ clientId, op: 'acquire', callUs: clientId, returnUs: clientId + 5, outcome: 'ok' }))
      .join('\n');
    const { stdout, exitCode } = await seedstorm(['check', '-', '--model', 'lock'], { stdin });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^failed {2}not linearizable\n/);
    expect(stdout).toContain('  then it is: held by c1');
    expect(stdout).not.toContain('""');
  });

  describe('of events', () => {
    const event = (process: number, type: string, f: string, value: string) =>
      `{:process ${process} :type :${type} :f :${f} :value ${value}}\n`;
    const pairs =
      event(0, 'invoke', 'write', '[0 4]') +
      event(0, 'ok', 'write', '[0 4]') +
      event(0, 'invoke', 'write', '[1 7]') +
      event(0, 'ok', 'write', '[1 7]') +
      event(0, 'invoke', 'read', 'nil') +
      event(0, 'ok', 'read', '[0 4]');
    const check = (stdin: string, ...words: string[]) => seedstorm(['check', '-', '--model', 'register', ...words], { stdin });

    test('a verdict that hangs on what pairs are is not given', async () => {
      expect(await check(pairs)).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringContaining('say --independent for [key value]') as string,
      });
      expect(await check(pairs, '--independent')).toMatchObject({ exitCode: 0 });
      expect(await check(pairs, '--no-independent')).toMatchObject({ exitCode: 1 });
    });

    test('the value at first can be said', async () => {
      const source = event(0, 'invoke', 'read', 'nil') + event(0, 'ok', 'read', '0') + event(-1, 'invoke', 'read', 'nil');
      expect(await check(source)).toMatchObject({ exitCode: 1 });
      expect(await check(source, '--initial', '0')).toMatchObject({ exitCode: 0 });
      expect(await check(source, '--initial', 'zero')).toMatchObject({
        exitCode: 2,
        stderr: 'seedstorm: --initial zero: it is a symbol of EDN; a text is written "zero", a keyword :zero\n',
      });
      expect(await seedstorm(['check', '-', '--model', 'lock', '--initial', '0'], { stdin: source })).toMatchObject({ exitCode: 2 });
    });

    test('the culprit is told by its lines, and what was passed over is counted', async () => {
      const source =
        '{:process :nemesis :type :info :f :kill :value {"n1" 1}}\n' +
        event(3, 'invoke', 'write', '1') +
        event(4, 'invoke', 'read', 'nil') +
        event(4, 'ok', 'read', '9');
      const { stdout, exitCode } = await check(source);
      expect(exitCode).toBe(1);
      expect(stdout).toBe(`failed  not linearizable

This answer (line 4; called on line 3) tells of a value that nobody can have written by then:
  c4   event 2 .. 3         read -> 9
  then it is: empty

read    2 operations as edn; not counted: events of the nemesis (1)
`);
      const { stdout: json } = await check(source, '--json');
      expect(JSON.parse(json)).toMatchObject({
        verdict: 'violation',
        format: 'edn',
        culprit: { clientId: 4, line: 3, answerLine: 4, resultValue: 9 },
        passedOver: { 'events of the nemesis': 1 },
        assumed: [],
      });
    });
  });

  test.each([
    ['/nowhere/h.jsonl', 'there is no such file'],
    ['/', 'it is a directory'],
    [`${PROGRAM}/h.jsonl`, 'a part of its path is a file, not a directory'],
  ])('%s is refused in words', async (path, why) => {
    const { stderr, exitCode } = await seedstorm(['check', path, '--model', 'kv']);
    expect({ stderr, exitCode }).toEqual({ stderr: `seedstorm: ${path} cannot be read: ${why}\n`, exitCode: 2 });
  });

  test('a mistyped field is answered with those there are', async () => {
    const { stderr, exitCode } = await seedstorm(['check', '-', '--model', 'kv'], { stdin: '{"client":1}' });
    expect(stderr).toBe(
      'seedstorm: standard input, line 1: unknown field "client"; did you mean "clientId"? known: clientId, key, op, value, version, expected, callUs, returnUs, outcome, resultValue, resultVersion\n',
    );
    expect(exitCode).toBe(2);
  });
});
