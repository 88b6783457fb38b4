/**
 * `npm run package`: writes the reference of the API from the docstrings, packs, and looks at the tarball as a user gets
 * it: publint, "are the types wrong", links of its documents, maps, doors. Exit code 1 when anything is wrong.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { doorsOf, readTree, ROOT } from '../house/tree.js';
import { documentProblems, fileProblems } from './problems.js';
import { pack } from './pack.js';

/** What a tool says is wrong, null when it is content. */
function tool(name: string, words: readonly string[]): string | null {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'node_modules', name), ...words], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  return status === 0 ? null : `${name} ${words.join(' ')}\n${stdout}${stderr}`;
}

// A type in a public signature that cannot be imported is a warning of the reference, and here an error.
const problems = [tool('typedoc/bin/typedoc', ['--treatWarningsAsErrors', '--logLevel', 'Warn'])];
const { directory, tarball, unpacked } = pack();
try {
  problems.push(tool('publint/src/cli.js', ['run', tarball, '--strict']));
  problems.push(tool('@arethetypeswrong/cli/dist/index.js', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']));
  const tree = readTree(unpacked, () => false);
  problems.push(...fileProblems(tree), ...documentProblems(tree));
  const reference = join(unpacked, 'docs', 'api', 'README.md');
  const page = existsSync(reference) ? readFileSync(reference, 'utf8') : null;
  if (page === null) problems.push('the package has no docs/api/README.md');
  for (const [door] of doorsOf(tree)) {
    if (page === null || door === 'seedstorm') continue;
    const name = door.replace('seedstorm/', '');
    if (!page.includes(name)) problems.push(`docs/api/README.md does not speak of ${door}`);
  }
  console.log(`${tarball.split('/').at(-1)}: ${tree.size} files`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

const wrong = problems.filter((problem) => problem !== null);
for (const problem of wrong) console.error(problem);
console.log(wrong.length === 0 ? 'the package is sound' : `${wrong.length} problems`);
process.exitCode = wrong.length === 0 ? 0 : 1;
