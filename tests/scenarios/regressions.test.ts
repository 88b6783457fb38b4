import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { scenarios } from '../../scenarios/index.js';
import { regressions } from '../../scenarios/regressions/index.js';
import { runScenario } from 'seedstorm/sim';
import type { Mutant } from '../sabotage/mutant.js';
import { REGRESSION_BUGS } from '../sabotage/mutants/regressions.js';

const FOLDER = new URL('../../scenarios/regressions/', import.meta.url);
const HUNT = fileURLToPath(new URL('../sabotage/hunt.mjs', import.meta.url));

interface Hunted {
  readonly isFound: boolean;
  readonly runs: number;
  readonly property?: string;
}

/** Lives the seeds of a regression with its bug planted, in a process of its own. Needs a build. */
function hunt(mutant: Mutant): Promise<Hunted> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [HUNT, JSON.stringify(mutant)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, problems] = ['', ''];
    child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (problems += bytes.toString()));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(JSON.parse(out) as Hunted) : reject(new Error(problems))));
  });
}

test('every file of the folders is a regression under its own name', () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .map((path) => basename(path))
    .filter((file) => file.endsWith('.ts') && !['index.ts', 'regression.ts'].includes(file));
  expect(files.map((file) => `regression-${file.replace('.ts', '')}`).toSorted()).toEqual(regressions.map(({ name }) => name).toSorted());
});

test('no regression has the name of a scenario, and the property of each is one that can be broken', () => {
  const names = new Set(scenarios.map(({ name }) => name));
  const invariants = readFileSync(new URL('../../docs/INVARIANTS.md', import.meta.url), 'utf8');
  for (const { name, property } of regressions) {
    expect(names.has(name)).toBe(false);
    expect(invariants).toContain(`\n| ${property} |`);
  }
});

describe.each(regressions)('$name', (regression) => {
  const { name, title, wrong, fix, seeds, options } = regression;

  test('says what was wrong and what was changed, and draws nothing', () => {
    expect(title).toMatch(/^[A-Z].*\.$/);
    expect(wrong.length).toBeGreaterThan(100);
    expect(fix).toMatch(/\((core|sim|real)\/[\w/-]+\.ts\)\.$/);
    const noDraws = null as never;
    expect(JSON.parse(JSON.stringify(options(noDraws)))).toEqual(options(noDraws));
    // A world is small: the most that one was found to need is that a server is restarted while another stands still and a third waits for its disk.
    expect(options(noDraws).faults.length).toBeLessThanOrEqual(4);
  });

  test('holds now, for each seed that once failed', () => {
    expect(seeds.length).toBeGreaterThan(0);
    for (const seed of seeds) expect(runScenario(regression, seed)).toMatchObject({ verdict: 'pass', seed });
  });

  test('fails again with the bug put back, for each of them, by the property that it broke', async () => {
    const mutant = REGRESSION_BUGS.find((bug) => bug.name === name) as Mutant;
    expect(mutant.edits.length).toBeGreaterThan(0);
    expect(await hunt(mutant)).toMatchObject({ isFound: true, runs: seeds.length, property: regression.property });
  });
});
