import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { seedstorm } from '../cli/run-cli.js';
import { digestsUnder, golden, HALF, half, thirdOfHalf } from './golden.js';
import { isSkipped, nodeProgram, OTHER_VERSIONS } from './node-versions.js';

/** With it the engine only interprets: no optimising compiler whose arithmetic could differ. Slow, so half of the list must do. */
const JITLESS = ['--jitless'];

/** The rest of the report of `run --json`, without the one field that is a fact about this machine. */
async function reportUnder(node: string, seed: number): Promise<object> {
  const { stdout, exitCode, stderr } = await seedstorm(['run', 'leader-failure', '--seed', String(seed), '--json'], { node });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return { ...(JSON.parse(stdout) as object), wallMs: 0 };
}

test('every digest is golden without a compiler, --jitless', async () => {
  expect(await digestsUnder(process.execPath, JITLESS, HALF)).toEqual(half(golden()));
});

describe.each(OTHER_VERSIONS)('under Node %d', (version) => {
  const isAbsent = isSkipped(version);
  if (isAbsent) console.warn(`Node ${version} is not tested: "npm ci --prefix tests/node-versions" has not installed it here`);

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
