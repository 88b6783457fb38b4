import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../house/tree.js';

/** A project of a user's: what npm would install, and test files that a real vitest runs. */
const project = mkdtempSync(join(tmpdir(), 'seedstorm-door-'));

beforeAll(() => {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'door', version: '1.0.0', type: 'module' }));
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, 'seedstorm'), { recursive: true });
  cpSync(join(ROOT, 'dist', 'src'), join(modules, 'seedstorm', 'dist', 'src'), { recursive: true });
  copyFileSync(join(ROOT, 'package.json'), join(modules, 'seedstorm', 'package.json'));
  for (const name of ['vitest', 'seedrandom', 'sorted-btree']) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  const fixtures = join(ROOT, 'tests', 'vitest', 'projects');
  const counter = readFileSync(join(fixtures, 'counter.ts'), 'utf8');
  writeFileSync(join(project, 'counter.ts'), counter.replace('../../../src/core/index.js', 'seedstorm/core'));
  for (const name of ['counter', 'broken']) copyFileSync(join(fixtures, `${name}.door.ts`), join(project, `${name}.test.ts`));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** What vitest prints, without colours. */
function vitest(words: readonly string[], environment: Readonly<Record<string, string>> = {}): string {
  const { VITEST: _, ...outside } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...words], {
    cwd: project,
    encoding: 'utf8',
    env: { ...outside, ...environment, NO_COLOR: '1', COLUMNS: '80' },
  });
  return stdout + stderr;
}

/** The part of an output that tells of one failing test. */
function failureOf(output: string, name: string): string {
  const [, told = ''] = output.split(new RegExp(`^ FAIL  .* > ${name}$`, 'm'));
  return told.split('⎯⎯⎯⎯⎯⎯')[0] ?? '';
}

test('a failing seed says what broke, tells a short story, and how to see it again', { timeout: 240_000 }, () => {
  const output = vitest(['counter.test.ts']);
  const told = failureOf(output, 'a gossip counter > seeds 1 to 10');
  expect(told).toMatch(/^Violation: every acknowledged add is counted: s1: expected \d+ to be greater\n {2}than or equal to \d+$/m);
  const broad = told.split('\n').filter((line) => line.length > 80 && !line.startsWith('  again') && !/^ +(\d+)?\|/.test(line));
  expect(broad).toEqual([]);
  expect(told).toMatch(/^ {2}seed 1 at [\d ]+ ms of world time, after [\d ]+ events$/m);
  expect(told).toMatch(/^ +\d+\.\d {2}c\d asks s1: add 1$/m);
  expect(told).toMatch(/^ +\d+\.\d {2}\* .*s1.*$/m);
  expect(told).toContain('again   SEEDSTORM_SEED=1 npx vitest run counter.test.ts -t "a gossip counter"');
  expect(told).toContain('expect(total(state), name');
  expect(told.split('\n').length).toBeLessThan(30);

  const [, path = ''] = /^ {2}trace {3}(.*)$/m.exec(told) ?? [];
  expect(readFileSync(join(project, path), 'utf8')).toContain('? add 1');

  // A further failure is told in a few lines.
  expect(failureOf(output, 'a gossip counter > seeds 11 to 20').trim().split('\n')).toHaveLength(3);
  expect(output.split('\n').length).toBeLessThan(120);

  const again = vitest(['counter.test.ts', '-t', 'a gossip counter'], { SEEDSTORM_SEED: '1' });
  expect(failureOf(again, 'a gossip counter > seed 1')).toBe(told);
});

test('what a machine or a world does wrong is told as what it is', { timeout: 240_000 }, () => {
  const output = vitest(['broken.test.ts']);
  expect(failureOf(output, 'never kills anybody > some seed sees server-killed')).toContain('server-killed: seen in none of 3 seeds');
  expect(output).toMatch(/Tests +6 failed \| 5 passed/);
  expect(failureOf(output, 'a step that throws > seed 1')).toContain('that request is too much');
  expect(failureOf(output, 'a step that throws > seed 1')).toContain('broken.test.ts:');
  expect(failureOf(output, 'a step that never ends > seed 1')).toMatch(/s\d did not come back from step\(state, request .*within 0\.3 s/);
  expect(failureOf(output, 'an answer too many > seed 1')).toContain('A request is answered at most once');
  expect(failureOf(output, 'a message to itself > seed 1')).toContain('sends a message to itself');
  const sums = failureOf(output, 'a register of sums > seed 1');
  expect(sums).toMatch(/Linearizability: no order of the calls explains what s\d told\s+c\d/);
});
