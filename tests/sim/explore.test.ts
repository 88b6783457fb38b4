import { describe, expect, test } from 'vitest';
import { explore } from '../../src/sim/explore.js';
import type { ExploreOptions } from '../../src/sim/campaign.js';

const module = new URL('../../scenarios/index.ts', import.meta.url);
const options: ExploreOptions = {
  module, scenarios: ['basic', 'partition'], firstSeed: 1, lastSeed: 2, forMs: null, jobs: 1,
  shard: { index: 1, count: 1 }, recheckOneIn: 2, failuresMax: 1, onProgress: null,
};

describe('a campaign', () => {
  test('runs each seed with each scenario, some of them twice with the same digest', async () => {
    const report = await explore(options);
    expect(report).toMatchObject({ verdict: 'pass', runs: 4, failures: [], nonDeterminism: [] });
    expect(report.rechecked).toBeGreaterThan(0);
    expect(report.events).toBeGreaterThan(1_000);
    expect(report.moments['leader-elected']).toBeGreaterThan(0);
    expect(report.shapes).toBeGreaterThan(20);
  });

  test('refuses a scenario that is not there, and names those that are', async () => {
    await expect(explore({ ...options, scenarios: ['nonsense'] })).rejects.toThrow(/no scenario is called "nonsense"; there are basic, leader-failure/);
  });

  test('ends when nothing new is seen any more, without any other end', async () => {
    const report = await explore({ ...options, scenarios: ['basic'], lastSeed: null, recheckOneIn: 0, untilQuiet: 1 });
    expect(report).toMatchObject({ verdict: 'pass', quietSeeds: 1 });
    expect(report.runs).toBeGreaterThan(1);
    await expect(explore({ ...options, lastSeed: null })).rejects.toThrow(/a campaign has an end/);
  });

  test('ends when it is told to', async () => {
    const controller = new AbortController();
    const report = await explore({ ...options, lastSeed: 50, signal: controller.signal, onProgress: () => controller.abort() });
    expect(report.runs).toBe(1);
  });
});
