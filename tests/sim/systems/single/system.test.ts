import { describe, expect, test } from 'vitest';
import { singleUnsynced } from '../../../../scenarios/single/single-unsynced.js';
import { single } from '../../../../scenarios/single/single.js';
import { singleLog } from '../../../../scenarios/single/single-log.js';
import { optionsOf, runOptions, runScenario } from '../../../../src/sim/run/run.js';
import { singleSystem, type SingleRunOptions } from '../../../../src/sim/systems/single/system.js';

const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);
const system = singleSystem;

describe('a single server in the simulated world', () => {
  test('counts what it took for good', () => {
    for (const scenario of [single, singleLog])
      expect(runScenario(scenario, 1)).toMatchObject({ verdict: 'pass', commits: expect.any(Number) as number });
    expect(runScenario(singleLog, 1).commits).toBeGreaterThan(50);
  });

  test('loses acknowledged writes to power cuts where it syncs later, and to nothing where it syncs first', () => {
    const withPolicy = (kind: 'always' | null) =>
      SEEDS.map((seed) => {
        const options = optionsOf(singleUnsynced, seed) as SingleRunOptions;
        const { node } = options;
        const changed = kind === null ? options : { ...options, node: { ...node, journal: { ...node.journal, sync: { kind } } } };
        return runOptions({ name: 'single-unsynced', system }, changed, seed).violation?.property ?? 'none';
      });
    expect(withPolicy(null)).toContain('No Acknowledged Write Lost');
    expect(new Set(withPolicy('always'))).toEqual(new Set(['none']));
  });

  test('has clients that tell a first refusal from one after a silence', () => {
    const seen = SEEDS.map((seed) => runScenario(single, seed).moments);
    for (const moment of ['put-met-version-conflict', 'client-was-told-maybe'])
      expect(seen.every((moments) => (moments[moment] ?? 0) > 0)).toBe(true);
  });

  test('refuses options that make no single server', () => {
    const options = optionsOf(single, 1);
    expect(() => runOptions({ name: 'two', system }, { ...options, servers: 2 }, 1)).toThrow('a single server has no peers');
  });
});
