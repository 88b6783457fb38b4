import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ROOT } from './tree.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'seedstorm-ci-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
});

interface Part {
  readonly status: number;
  readonly command?: string;
  readonly log?: string;
  /** Titles of failed tests; null for a part that is no list of tests. One more has passed. */
  readonly failed?: readonly string[] | null;
}

/** What .ci/run prints at its end after these parts. */
async function endOf(parts: readonly Part[]): Promise<{ readonly lines: readonly string[]; readonly exitCode: number }> {
  parts.forEach(({ status, command = 'npm run x', log = '', failed = null }, i) => {
    const base = join(directory, `0${i + 1}`);
    writeFileSync(`${base}.part`, `${status}\npart ${i + 1}\n${command}\n`);
    writeFileSync(`${base}.log`, log);
    if (failed === null) return;
    const assertionResults = [{ status: 'passed', fullName: 'fine' }, ...failed.map((fullName) => ({ status: 'failed', fullName }))];
    const file = { name: join(ROOT, 'tests/a.test.ts'), status: failed.length > 0 ? 'failed' : 'passed', message: '', assertionResults };
    writeFileSync(`${base}.json`, JSON.stringify({ numPassedTests: 1, testResults: [file] }));
  });
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, '.ci', 'summary.js'), directory], { cwd: ROOT }, (error, stdout) =>
      resolve({ lines: stdout.trimEnd().split('\n'), exitCode: error === null ? 0 : Number(error.code) }),
    );
  });
}

test('when all is well it is one line', async () => {
  expect(await endOf([{ status: 0 }, { status: 0, failed: [] }])).toEqual({ lines: ['2 passed, 0 failed'], exitCode: 0 });
});

test('a failed test is named, with a command that a shell and a pattern of names understand', async () => {
  expect(await endOf([{ status: 1, failed: ["a room > isn't (left) $1"] }])).toEqual({
    lines: [
      "FAILED  tests/a.test.ts > a room > isn't (left) $1",
      "again   npx vitest run tests/a.test.ts -t 'a room . isn.t .left. .1'",
      '1 passed, 1 failed',
    ],
    exitCode: 1,
  });
});

test('a part that failed without a failed test shows what repeats it: the commands it printed, else the end of its log', async () => {
  const { lines } = await endOf([
    { status: 124, command: 'npm run campaign', log: 'x\nagain   npx seedstorm run a --seed 3\ny\n' },
    { status: 2, command: 'npm run --silent test -- --reporter=json', log: 'src/a.ts: error TS2322\n', failed: [] },
  ]);
  expect(lines).toEqual([
    'FAILED  part 1 (ended after 30 minutes)',
    '        again   npx seedstorm run a --seed 3',
    'again   npm run campaign',
    'FAILED  part 2',
    '        src/a.ts: error TS2322',
    'again   npm run --silent test',
    '1 passed, 2 failed',
  ]);
});

test('of many failures every one is named within forty lines', async () => {
  const failed = Array.from({ length: 150 }, (_, i) => `test ${i}`);
  const { lines } = await endOf([{ status: 1, failed }]);
  expect(lines.length).toBeLessThanOrEqual(40);
  for (const name of failed) expect(lines.join('\n')).toMatch(new RegExp(`> ${name}( \\||$)`, 'm'));
});
