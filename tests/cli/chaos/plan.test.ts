import { describe, expect, test } from 'vitest';
import { scenarios } from '../../../scenarios/index.js';
import { planOf } from '../../../src/cli/chaos/plan.js';
import { PRESETS } from '../../../src/core/proxy/rules.js';
import { UserError } from '../../../src/real/errors.js';
import { systemOf } from '../../../src/sim/run.js';
import type { Scenario } from '../../../src/sim/scenario.js';

const named = (name: string): Scenario => {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
};

describe('a plan for real processes', () => {
  test('is a function of scenario, seed and span', () => {
    expect(planOf(named('partition'), 7, 5_000, null)).toEqual(planOf(named('partition'), 7, 5_000, null));
    expect(planOf(named('partition'), 8, 5_000, null).blows).not.toEqual(planOf(named('partition'), 7, 5_000, null).blows);
  });

  test('lets each family strike that can, however short the run is, and names those that cannot', () => {
    const plan = planOf(named('persist-partition'), 3, 2_000, null);
    expect(new Set(plan.blows.map(({ deed }) => deed))).toEqual(new Set(['partition', 'isolateServer', 'killAll', 'kill']));
    for (const { atMs } of plan.blows.slice(0, 1)) expect(atMs).toBeLessThanOrEqual(1_000);
    expect(plan.left).toEqual([]);
    expect(planOf(named('clock-skew'), 3, 2_000, null).left.length).toBeGreaterThan(0);
  });

  test('is of blows in the order of their time, within the span', () => {
    for (const scenario of scenarios.filter((one) => systemOf(one).name === 'raft')) {
      const { blows } = planOf(scenario, 5, 20_000, null);
      expect(blows.map(({ atMs }) => atMs)).toEqual(blows.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
      for (const { atMs } of blows) expect(atMs).toBeLessThan(20_000);
    }
  });

  test('has the network of the scenario, unless another is wished', () => {
    expect(planOf(named('unreliable'), 1, 1_000, null).clientRules).toEqual({ dropRequestsPermille: 500, dropRepliesPermille: 500, delayMsMin: 0, delayMsMax: 27 });
    expect(planOf(named('basic'), 1, 1_000, null).clientRules).toEqual(PRESETS.reliable);
    expect(planOf(named('basic'), 1, 1_000, 'unreliable').clientRules).toEqual(PRESETS.unreliable);
  });

  test('is refused for a system that has no real processes here', () => {
    const foreign = { ...named('basic'), system: { ...systemOf(named('basic')), name: 'gossip' } };
    expect(() => planOf(foreign, 1, 1_000, null)).toThrow('scenario "basic" is about the system gossip');
    expect(() => planOf(foreign, 1, 1_000, null)).toThrow(UserError);
  });
});
