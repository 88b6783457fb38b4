import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { seedstorm } from '../cli/run-cli.js';
import { isSkipped, nodeProgram, OTHER_VERSIONS } from './node-versions.js';

type Digests = Readonly<Record<string, string>>;

const LIST = fileURLToPath(new URL('digests.js', import.meta.url));
const GOLDEN = fileURLToPath(new URL('golden.json', import.meta.url));

/** The digests under a program of Node with such flags, by `digests.js` with such words. */
async function digestsUnder(node: string, flags: readonly string[] = [], words: readonly string[] = []): Promise<Digests> {
  const { stdout } = await promisify(execFile)(node, [...flags, LIST, ...words]);
  return JSON.parse(stdout) as Digests;
}

/** With it the engine only interprets: no optimising compiler whose arithmetic could differ. Slow, so half of the list must do. */
const JITLESS = ['--jitless'];
const HALF = ['--half'];

function golden(): Digests {
  expect(existsSync(GOLDEN), 'npm run golden writes the file').toBe(true);
  return JSON.parse(readFileSync(GOLDEN, 'utf8')) as Digests;
}

/** What `digests.js --half --third N` must print. The scenarios stand in one order in both files. */
function thirdOfHalf(digests: Digests, third: number): Digests {
  return Object.fromEntries(Object.entries(half(digests)).filter((_, place) => place % 3 === third));
}

/** The rest of the report of `run --json`, without the one field that is a fact about this machine. */
async function reportUnder(node: string, seed: number): Promise<object> {
  const { stdout, exitCode, stderr } = await seedstorm(['run', 'leader-failure', '--seed', String(seed), '--json'], { node });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return { ...(JSON.parse(stdout) as object), wallMs: 0 };
}

/** What `digests.js --half` must print. */
function half(digests: Digests): Digests {
  const entries = Object.entries(digests).filter(([name]) => name.endsWith(' 42'));
  expect(entries.length).toBe(Object.keys(digests).length / 2);
  return Object.fromEntries(entries);
}

describe('same seed, same run as the golden digests say (a wished change of behaviour: npm run golden, and say why in the commit)', () => {
  test('in this version of Node', async () => {
    expect(await digestsUnder(process.execPath)).toEqual(golden());
  });

  test('without a compiler, --jitless', async () => {
    expect(await digestsUnder(process.execPath, JITLESS, HALF)).toEqual(half(golden()));
  });

  test('in two processes of their own instead of this one', async () => {
    expect(await digestsUnder(process.execPath, [], [...HALF, '--workers'])).toEqual(half(golden()));
  });

  test('and another seed is another run', () => {
    const all = Object.values(golden());
    expect(all.length).toBeGreaterThan(0);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe.each(OTHER_VERSIONS)('under Node %d', (version) => {
  const isAbsent = isSkipped(version);
  if (isAbsent) console.warn(`Node ${version} is not tested: "npm ci --prefix tests/node-versions" installs it`);

  test.skipIf(isAbsent)('it is that version', async () => {
    const { stdout } = await promisify(execFile)(nodeProgram(version), ['--version']);
    expect(stdout).toMatch(new RegExp(`^v${version}\\.`));
  });

  test.skipIf(isAbsent)('every digest is golden', async () => {
    expect(await digestsUnder(nodeProgram(version))).toEqual(golden());
  });

  // Each scenario is lived without a compiler here (above, under this version) and under one of the others, which share the list.
  test.skipIf(isAbsent)('every digest of its third of the list is golden without a compiler, too', async () => {
    const third = OTHER_VERSIONS.indexOf(version);
    expect(await digestsUnder(nodeProgram(version), JITLESS, [...HALF, '--third', String(third)])).toEqual(thirdOfHalf(golden(), third));
  });

  test.skipIf(isAbsent)('the command line says the same, digest and all', async () => {
    expect(await reportUnder(nodeProgram(version), 42)).toEqual(await reportUnder(process.execPath, 42));
  });
});
