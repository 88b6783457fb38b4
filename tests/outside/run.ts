/**
 * `npm run test:outside`: a project outside the repository that installs the packed tarball, compiles against its types, and runs
 * tests written with its door, under the oldest and the newest vitest that it supports. Exit code 1 when one is not as expected.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blocksOf, changed } from '../docs/guide.js';
import { nodeProgram } from '../determinism/node-versions.js';
import { ROOT } from '../house/tree.js';
import { pack } from '../package/pack.js';

/** The ends of the peer range `^4.1 || ^5`, and the Node that each runs under: vitest 5 needs a newer one than seedstorm does. */
const VITESTS = [
  { version: '4.1.0', nodeMin: 20 },
  { version: '5.1.2', nodeMin: 22 },
] as const;
const FIXTURES = join(ROOT, 'tests', 'vitest', 'projects');
const GUIDE = join(ROOT, 'docs', 'TESTING-YOUR-SYSTEM.md');

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** A Node that is new enough: this one, or one of tests/node-versions. */
function nodeFor(nodeMin: number): string | null {
  if (Number(process.versions.node.split('.')[0]) >= nodeMin) return process.execPath;
  return [22, 24].map(nodeProgram).find((program) => existsSync(program)) ?? null;
}

function install(project: string, tarball: string, vitest: string): void {
  const manifest = {
    name: 'outside',
    version: '1.0.0',
    private: true,
    type: 'module',
    dependencies: { seedstorm: `file:${tarball}` },
    devDependencies: { vitest, typescript: '6.0.3', '@types/node': '22.19.1' },
  };
  const options = {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** A counter that forgets when it is killed, tested with kills, which must be found, and without, which must pass; and the guide's files. */
function writeTests(project: string): readonly string[] {
  writeFileSync(
    join(project, 'counter.ts'),
    readFileSync(join(FIXTURES, 'counter.ts'), 'utf8').replace('../../../src/core/index.js', 'seedstorm/core'),
  );
  copyFileSync(join(FIXTURES, 'counter.door.ts'), join(project, 'counter.killed.test.ts'));
  const killed = readFileSync(join(FIXTURES, 'counter.door.ts'), 'utf8');
  const left = killed
    .replace(/, faults\.kill\(\{[^}]*\}\)/, '')
    .replace(`, 'server-killed'`, '')
    .replace('seeds: 100', 'seeds: 20');
  if (left === killed) throw new Error('the test of the counter kills nobody');
  writeFileSync(join(project, 'counter.alive.test.ts'), left);
  if (!existsSync(GUIDE)) return [];
  const guide = join(project, 'guide');
  mkdirSync(guide);
  const files = new Map<string, string>();
  for (const block of blocksOf(readFileSync(GUIDE, 'utf8'))) {
    if (block.kind === 'file') files.set(block.name, block.text);
    else if (block.kind === 'change') files.set(block.name, changed(files.get(block.name) ?? '', block));
  }
  for (const [name, text] of files) if (name.endsWith('.ts')) writeFileSync(join(guide, name), text);
  return [...files.keys()].filter((name) => name.endsWith('.test.ts')).map((name) => `guide/${name}`);
}

function run(node: string, project: string, words: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(node, words, {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', COLUMNS: '100' },
  });
  return { status, output: stdout + stderr };
}

/** What is not as it should be with this vitest, one entry each. */
function problemsWith(vitest: string, node: string, tarball: string): readonly string[] {
  const project = mkdtempSync(join(tmpdir(), 'seedstorm-outside-'));
  const problems: string[] = [];
  const expectation = (what: string, isMet: boolean, { output }: Ended): void => {
    console.log(`${isMet ? 'ok  ' : 'FAIL'}  vitest ${vitest}: ${what}`);
    if (!isMet) problems.push(`vitest ${vitest}: ${what}\n${output.split('\n').slice(-60).join('\n')}`);
  };
  try {
    install(project, tarball, vitest);
    const guideTests = writeTests(project);
    const types = run(node, project, ['node_modules/typescript/bin/tsc', '-p', '.']);
    expectation('the tests compile against the types of the package', types.status === 0, types);
    const test = (...words: readonly string[]): Ended => run(node, project, ['node_modules/vitest/vitest.mjs', 'run', ...words]);
    const alive = test('counter.alive.test.ts');
    expectation('a counter that nobody kills passes', alive.status === 0, alive);
    const killed = test('counter.killed.test.ts');
    const isTold =
      killed.output.includes('every acknowledged add is counted') && /again +SEEDSTORM_SEED=1 npx vitest run/.test(killed.output);
    expectation('a counter that forgets is found, with a story and the command that runs it again', killed.status === 1 && isTold, killed);
    for (const file of guideTests) {
      const ended = test(file);
      expectation(`${file} passes as the guide leaves it`, ended.status === 0, ended);
    }
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
  return problems;
}

const { directory, tarball } = pack();
const problems: string[] = [];
try {
  for (const { version, nodeMin } of VITESTS) {
    const node = nodeFor(nodeMin);
    if (node !== null) problems.push(...problemsWith(version, node, tarball));
    else if (process.env['CI'] === undefined)
      console.warn(`skipped  vitest ${version}: it needs Node ${nodeMin}; npm run test:nodes installs one`);
    else problems.push(`vitest ${version} needs Node ${nodeMin}, and tests/node-versions has none`);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
for (const problem of problems) console.error(`\n${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
