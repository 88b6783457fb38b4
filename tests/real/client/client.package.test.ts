import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { servedSingle } from '../../../src/real/systems/single.js';
import type { Served } from '../../../src/real/systems/served-system.js';
import { ROOT } from '../../house/tree.js';
import { temporaryDirectory } from '../helpers.js';
import { serversUnderTest } from '../real-cluster.js';

// Somebody else's program, with the package as npm would publish it and nothing of this repository beside.

const run = promisify(execFile);

/** Uses what a user of the library uses, by the names that the package gives it. */
const PROGRAM = `
import {
  connect, ERROR_CODES, MaybeError, NotDoneError, openClient, SeedstormError,
  type Bytes, type CallOptions, type Client, type ClientSettings, type ErrorCode, type Found, type Lock, type LockSettings,
  type PoolReport, type PutOutcome, type ReadLevel, type ReadOptions, type ServerStatus, type Spread,
} from 'seedstorm/client';

const settings: ClientSettings = { servers: [process.argv[2] ?? ''], timeoutMs: 5_000, spread: 'least-loaded' satisfies Spread };
const client: Client = await connect(settings);
const key: Bytes = 'k';
await client.set(key, 'hello', { timeoutMs: 1_000 } satisfies CallOptions);
const found: Found | null = await client.get(key, { level: 'stale' satisfies ReadLevel } satisfies ReadOptions);
const outcome: PutOutcome = await client.put(key, 'again', found?.version ?? 0);
const lock: Lock = client.lock('door', { owner: 'me' } satisfies LockSettings);
const token: number = await lock.acquire({ signal: AbortSignal.timeout(5_000) });
await lock.release();
const statuses: readonly ServerStatus[] = await client.status();
const pools: readonly PoolReport[] = client.pools();
await client.close();

const nobody = openClient({ servers: ['127.0.0.1:1'], timeoutMs: 100 });
const code: ErrorCode | null = await nobody.get(key).then(() => null, (error: unknown) => {
  if (!(error instanceof SeedstormError)) throw error;
  return error instanceof NotDoneError && !(error instanceof MaybeError) ? error.code : ERROR_CODES.internal;
});
await nobody.close();
console.log(JSON.stringify([found?.value.toString(), outcome, token, statuses[0]?.status?.system, pools.length, code]));
`;

test("the packed library type-checks and runs in somebody else's program, under plain Node", { timeout: 600_000 }, async () => {
  const folder = await temporaryDirectory();
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: ROOT });
  const modules = join(folder, 'app', 'node_modules');
  mkdirSync(join(modules, 'seedstorm'), { recursive: true });
  const { name, version, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    dependencies: Record<string, string>;
  };
  await run('tar', ['-xzf', join(folder, `${name}-${version}.tgz`), '-C', join(modules, 'seedstorm'), '--strip-components=1']);
  mkdirSync(join(modules, '@types'));
  for (const dependency of [...Object.keys(dependencies), '@types/node', 'undici-types'])
    symlinkSync(join(ROOT, 'node_modules', dependency), join(modules, dependency));
  writeFileSync(join(folder, 'app', 'package.json'), '{ "private": true, "type": "module" }');
  writeFileSync(join(folder, 'app', 'app.ts'), PROGRAM);

  const cwd = join(folder, 'app');
  const checked = await run(
    process.execPath,
    [
      join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
      '--strict',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      '--types',
      'node',
      'app.ts',
    ],
    { cwd },
  ).catch((error: unknown) => ({ stdout: String((error as { stdout: unknown }).stdout) }));
  expect(checked.stdout).toBe('');

  const { start, addresses } = await serversUnderTest(1);
  await start(1, { system: servedSingle({ store: 'memory' }) as unknown as Served });
  const { stdout, stderr } = await run(process.execPath, ['app.js', addresses[0] ?? ''], { cwd });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(['hello', { kind: 'done', version: 2 }, 1, 'single', 1, 'SEEDSTORM_TIMEOUT']);
});
