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

async function digestsUnder(node: string): Promise<Digests> {
  const { stdout } = await promisify(execFile)(node, [LIST]);
  return JSON.parse(stdout) as Digests;
}

/** The rest of the report of `run --json`, without the one field that is a fact about this machine. */
async function reportUnder(node: string, seed: number): Promise<object> {
  const { stdout, exitCode, stderr } = await seedstorm(['run', 'leader-failure', '--seed', String(seed), '--json'], { node });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return { ...(JSON.parse(stdout) as object), wallMs: 0 };
}

const here = digestsUnder(process.execPath);

describe('same seed, same run', () => {
  test('in two processes', async () => {
    expect(await digestsUnder(process.execPath)).toEqual(await here);
  });

  test('as yesterday: the golden digests stand (a wished change of behaviour: npm run golden, and say why in the commit)', async () => {
    expect(existsSync(GOLDEN), 'npm run golden writes the file').toBe(true);
    expect(await here).toEqual(JSON.parse(readFileSync(GOLDEN, 'utf8')));
  });

  test('and another seed is another run', async () => {
    const all = Object.values(await here);
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

  test.skipIf(isAbsent)('every digest is the same', async () => {
    expect(await digestsUnder(nodeProgram(version))).toEqual(await here);
  });

  test.skipIf(isAbsent)('the command line says the same, digest and all', async () => {
    expect(await reportUnder(nodeProgram(version), 42)).toEqual(await reportUnder(process.execPath, 42));
  });
});
