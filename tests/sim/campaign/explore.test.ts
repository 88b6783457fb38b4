import { describe, expect, test } from 'vitest';
import { explore } from '../../../src/sim/campaign/explore.js';
import type { ExploreOptions } from '../../../src/sim/campaign/campaign.js';

const module = new URL('../../../scenarios/index.ts', import.meta.url);
const options: ExploreOptions = {
  module,
  scenarios: ['basic', 'partition'],
  firstSeed: 1,
  lastSeed: 2,
  forMs: null,
  jobs: 1,
  shard: { index: 1, count: 1 },
  recheckOneIn: 2,
  failuresMax: 1,
  onProgress: null,
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
    await expect(explore({ ...options, scenarios: ['nonsense'] })).rejects.toThrow(
      /no scenario is called "nonsense"; there are basic, leader-failure/,
    );
  });

  test('ends when nothing new is seen any more, without any other end', async () => {
    const report = await explore({ ...options, scenarios: ['basic'], lastSeed: null, recheckOneIn: 0, untilQuiet: 1 });
    expect(report).toMatchObject({ verdict: 'pass', quietSeeds: 1 });
    expect(report.runs).toBeGreaterThan(1);
    await expect(explore({ ...options, lastSeed: null })).rejects.toThrow(/a campaign has an end/);
  });

  test.each<readonly [what: object, line: string]>([
    [{ scenarios: [] }, 'explore: scenarios is empty: name one, or leave it out for all of the module'],
    [{ firstSeed: 3, lastSeed: 2 }, 'explore: lastSeed, 2, is before firstSeed, 3'],
    [{ shard: { index: 0, count: 1 } }, 'explore: shard.index is a whole number, 1 or more, not 0'],
    [{ shard: { index: 2, count: 1 } }, 'explore: shard.index is at most shard.count, 1, not 2'],
    [{ shard: { index: 1, of: 1 } }, 'explore: shard.count is a whole number, 1 or more, not undefined'],
    [{ firstSeed: 1, lastSeed: 1, shard: { index: 2, count: 2 } }, 'explore: none of the seeds 1 to 1 falls to shard 2 of 2'],
    [{ jobs: 0 }, 'explore: jobs is a whole number, 1 or more, not 0'],
    [{ runLimitMs: 0 }, 'explore: runLimitMs is above 0, not 0'],
  ])('%o is refused in one line, and never passes without a run', async (what, line) => {
    await expect(explore({ module, ...what })).rejects.toThrow(new RangeError(line));
  });

  test('needs nothing but a module: all else has defaults', async () => {
    const controller = new AbortController();
    const report = await explore({ module, scenarios: ['basic'], signal: controller.signal, onProgress: () => controller.abort() });
    expect(report).toMatchObject({ runs: 1, runsPlanned: 100 });
    expect((await explore({ module, scenarios: ['basic'], forMs: 1, recheckOneIn: 0 })).runs).toBe(1);
  });

  test('ends when it is told to', async () => {
    const controller = new AbortController();
    const report = await explore({ ...options, lastSeed: 50, signal: controller.signal, onProgress: () => controller.abort() });
    expect(report.runs).toBe(1);
  });
});
