// `npm start` after `npm ci`: builds only what is not built yet, since even a compiler with nothing to do takes seconds.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const timeOf = (path) => statSync(new URL(path, root), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const newestIn = (folder) =>
  Math.max(
    timeOf(folder),
    ...readdirSync(new URL(`${folder}/`, root), { withFileTypes: true, recursive: true }).map(
      (entry) => statSync(`${entry.parentPath ?? entry.path}/${entry.name}`).mtimeMs,
    ),
  );

const newest = Math.max(timeOf('tsconfig.json'), timeOf('package-lock.json'), ...['src', 'scenarios', 'bench'].map(newestIn));
if (timeOf('dist/.tsbuildinfo') < newest) {
  const { status } = spawnSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  process.exitCode = status ?? 1;
}
