import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { seedstorm } from '../run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'seedstorm-chaos-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function chaos(...words: readonly string[]): Promise<Record<string, unknown>> {
  const { exitCode, stdout, stderr } = await seedstorm(['chaos', ...words, '--json']);
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as Record<string, unknown>;
  expect(report, stdout).toMatchObject({ verdict: 'pass' });
  expect(exitCode).toBe(0);
  return report;
}

describe('each scenario of the harness holds in real processes', () => {
  test.each([
    ['basic', []],
    ['concurrent', []],
    ['leader-failure', ['killLeader']],
    ['persist', ['killAll']],
    ['partition', ['partition']],
    ['unreliable', []],
    ['many-partitions', ['partition']],
    ['persist-concurrent', ['killAll']],
    ['persist-partition', ['killAll', 'partition']],
  ])('%s', async (scenario, deeds) => {
    const report = await chaos(scenario, '--for', '2500ms', '--seed', '1');
    for (const deed of deeds) expect(Object.keys(report['blows'] as object)).toContain(deed);
    expect(report['operations']).toBeGreaterThan(5);
    expect(report['directory']).toBeNull();
  });

  test('and over an unreliable network, where half of all requests and replies are lost', async () => {
    const report = await chaos('concurrent', '--for', '2500ms', '--network', 'unreliable');
    expect((report['messages'] as { dropped: number }).dropped).toBeGreaterThan(10);
  });
});

test('what the clients saw, the data and the logs are kept when that is wished', async () => {
  const history = join(folder, 'h.jsonl');
  const data = join(folder, 'data');
  await chaos('basic', '--for', '1s', '--history', history, '--data', data);
  expect(await seedstorm(['check', history, '--model', 'kv'])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(data, 'history.jsonl'), 'utf8')).toBe(readFileSync(history, 'utf8'));
  expect(readFileSync(join(data, 'servers.log'), 'utf8')).toMatch(/^s1 /m);
  expect(existsSync(join(data, 'cluster', 'server-1'))).toBe(true);
});

test('for a person it says what was lived', async () => {
  const { exitCode, stdout } = await seedstorm(['chaos', 'basic', '--for', '1s']);
  expect(stdout).toMatch(/^passed {2}basic seed 1, in real processes: Nothing fails, and every client is served\.\nlived {3}\d servers, /);
  expect(exitCode).toBe(0);
});
