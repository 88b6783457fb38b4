// The end of a run of .ci/run: each failed test with the command that repeats it, at most LINES_MAX lines of them,
// and the line "N passed, N failed". Exit code 1 when anything failed. Logs are cut from the top, so the names come last.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const LINES_MAX = 36;
/** Of a part that is no list of tests: how much of the end of its log is shown. */
const LOG_LINES = 6;
const NAME_CHARACTERS_MAX = 160;

/** What became of the parts whose files stand in this directory: how many passed and failed, and the lines about failures. */
export function summary(directory) {
  let passed = 0;
  let failed = 0;
  const failures = [];
  for (const file of readdirSync(directory)
    .filter((name) => name.endsWith('.part'))
    .sort()) {
    const base = join(directory, file.replace(/\.part$/, ''));
    const [status, name, command] = readFileSync(`${base}.part`, 'utf8').split('\n');
    const report = existsSync(`${base}.json`) ? JSON.parse(readFileSync(`${base}.json`, 'utf8')) : null;
    const broken = report === null ? [] : failuresIn(report);
    passed += report === null ? (status === '0' ? 1 : 0) : report.numPassedTests;
    failed += broken.length;
    failures.push(...broken);
    // Lint, types, a file that does not load, a campaign: the command failed, and no test did.
    if (status === '0' || broken.length > 0) continue;
    failed += 1;
    const log = existsSync(`${base}.log`) ? readFileSync(`${base}.log`, 'utf8').trimEnd().split('\n') : [];
    const again = log.filter((line) => line.startsWith('again ')).slice(0, LOG_LINES);
    failures.push({
      name: `${name}${status === '124' ? ' (ended after 30 minutes)' : ''}`,
      again: command.split(' -- ')[0],
      log: again.length > 0 ? again : log.slice(-LOG_LINES),
    });
  }
  return { passed, failed, lines: linesOf(failures) };
}

function failuresIn({ testResults }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const tests = assertionResults.filter((test) => test.status === 'failed');
    const again = (title) => `npx vitest run ${file} -t '${title.replace(/[^\w ,:/-]/g, '.')}'`;
    if (tests.length === 0 && status === 'failed')
      return [{ name: `${file} does not load: ${message.split('\n')[0]}`, again: `npx vitest run ${file}`, log: [] }];
    return tests.map(({ fullName }) => ({ name: `${file} > ${fullName}`.slice(0, NAME_CHARACTERS_MAX), again: again(fullName), log: [] }));
  });
}

/** Names with commands where there is room, else names alone, and at the worst several on a line: none is left out. */
function linesOf(failures) {
  const long = failures.flatMap(({ name, again, log }) => [
    `FAILED  ${name}`,
    ...log.map((line) => `        ${line.slice(0, NAME_CHARACTERS_MAX)}`),
    `again   ${again}`,
  ]);
  if (long.length <= LINES_MAX) return long;
  const each = Math.ceil(failures.length / LINES_MAX);
  return Array.from({ length: Math.ceil(failures.length / each) }, (_, i) => {
    const names = failures.slice(i * each, (i + 1) * each).map(({ name }) => name);
    return `FAILED  ${names.join(' | ')}`;
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { passed, failed, lines } = summary(process.argv[2]);
  for (const line of lines) console.log(line);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
