import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../house/tree.js';
import { blocksOf, changed, difference, type Block } from './guide.js';

/** docs/TESTING-YOUR-SYSTEM.md, followed in a project of its own, in which `seedstorm` is what npm would install. */
const GUIDE = readFileSync(join(ROOT, 'docs', 'TESTING-YOUR-SYSTEM.md'), 'utf8');
const LINES_MAX = 40;
const project = mkdtempSync(join(tmpdir(), 'seedstorm-testing-'));

afterAll(() => rmSync(project, { recursive: true, force: true }));

test('a reader who follows the guide sees what it says', { timeout: 600_000 }, () => {
  install();
  const files = new Map<string, string>();
  let commands = 0;
  for (const block of blocksOf(GUIDE)) {
    if (block.kind === 'command') {
      commands += follow(block) ? 1 : 0;
      continue;
    }
    const text = block.kind === 'file' ? block.text : changed(files.get(block.name) ?? '', block);
    files.set(block.name, text);
    writeFileSync(join(project, block.name), text);
    if (block.name.endsWith('.test.ts')) expect(text.split('\n').length - 1, block.name).toBeLessThanOrEqual(LINES_MAX);
  }
  expect(commands).toBe(7);
  // What the guide ends with is well typed, too.
  expect(outputOf(['node_modules/typescript/bin/tsc', '-p', '.'])).toBe('');
});

/** What the commands of npm in the guide come to. */
function install(): void {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'guide', version: '1.0.0', type: 'module' }));
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, 'seedstorm'), { recursive: true });
  mkdirSync(join(modules, '@types'));
  cpSync(join(ROOT, 'dist', 'src'), join(modules, 'seedstorm', 'dist', 'src'), { recursive: true });
  copyFileSync(join(ROOT, 'package.json'), join(modules, 'seedstorm', 'package.json'));
  for (const name of ['vitest', 'typescript', '@types/node', 'seedrandom', 'sorted-btree'])
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
}

/** Runs one command of the guide, and compares what it prints. */
function follow({ command, shown }: Extract<Block, { readonly kind: 'command' }>): boolean {
  const [program, ...words] = command.split(' ');
  if (program === 'npm') return false;
  expect([program, words.shift()], command).toEqual(['npx', 'vitest']);
  // Where all is well the first seeds say so as well as all of them.
  const passes = shown.some((line) => / Test Files .* passed/.test(line));
  const output = outputOf(['node_modules/vitest/vitest.mjs', ...words], passes ? { SEEDSTORM_SEEDS: '30' } : {});
  expect(difference(shown, output), `${command}\n${output}`).toBeNull();
  return true;
}

/** What a program prints, without colours, in a terminal of 80 columns. */
function outputOf(words: readonly string[], environment: Readonly<Record<string, string>> = {}): string {
  const { VITEST: _, ...outside } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: project,
    encoding: 'utf8',
    env: { ...outside, ...environment, NO_COLOR: '1', COLUMNS: '80' },
  });
  return `${stdout}${stderr}`
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
