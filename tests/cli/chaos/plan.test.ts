import { describe, expect, test } from 'vitest';
import { scenarios } from '../../../scenarios/index.js';
import { planOf } from '../../../src/cli/chaos/plan.js';
import { PRESETS } from '../../../src/core/proxy/rules.js';
import { UserError } from '../../../src/real/base/errors.js';
import type { AnyScenario } from '../../../src/sim/run/scenario.js';

const named = (name: string): AnyScenario => {
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

  test.each(['rolling-restart', 'slow-server', 'crash-loop', 'clogged', 'promoted-replica'])(
    'is refused where none of its faults can be done: %s',
    (name) => {
      expect(() => planOf(named(name), 1, 1_000, null)).toThrow(/^nothing of this scenario can be done to processes: /);
    },
  );

  test('is of blows in the order of their time, within the span', () => {
    for (const name of ['leader-failure', 'partition', 'power-cut', 'persist-partition', 'swarm', 'clock-skew']) {
      const scenario = named(name);
      const { blows } = planOf(scenario, 5, 20_000, null);
      expect(blows.map(({ atMs }) => atMs)).toEqual(blows.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
      for (const { atMs } of blows) expect(atMs).toBeLessThan(20_000);
    }
  });

  test('has the network of the scenario, unless another is wished', () => {
    expect(planOf(named('unreliable'), 1, 1_000, null).clientRules).toEqual({
      dropRequestsPermille: 500,
      dropRepliesPermille: 500,
      delayMsMin: 0,
      delayMsMax: 27,
    });
    expect(planOf(named('basic'), 1, 1_000, null).clientRules).toEqual(PRESETS.reliable);
    expect(planOf(named('basic'), 1, 1_000, 'unreliable').clientRules).toEqual(PRESETS.unreliable);
  });

  test.each([
    ['basic', ['--system', 'raft'], true],
    ['single', ['--system', 'single', '--store', 'memory'], false],
    ['primary-replica', ['--system', 'primary-replica', '--primary', '1', '--sync', 'always'], true],
    ['quorum-write-all', ['--system', 'quorum', '--write-quorum', '3'], true],
    ['quorum-stale', ['--system', 'quorum', '--write-quorum', '1', '--read-quorum', '1'], true],
    ['simple-election-lost-write', ['--system', 'simple-election', '--heartbeat', '50ms', '--election-timeout', '250ms'], true],
    ['lock-single', ['--system', 'single', '--store', 'memory'], false],
    ['lock-raft', ['--system', 'raft'], true],
  ])('carries the options of %s to its servers', (name, words, keepsFiles) => {
    const { system } = planOf(named(name), 1, 1_000, null);
    expect(system.words.slice(0, words.length)).toEqual(words);
    expect(system.keepsFiles).toBe(keepsFiles);
  });

  test('has the clients of the scenario: what they want, whom they ask, and whether they have sessions', () => {
    const habitsOf = (name: string) => planOf(named(name), 1, 1_000, null).habits;
    expect(habitsOf('basic')).toEqual({ wants: 'values', asks: 'leader' });
    expect(habitsOf('primary-replica')).toEqual({ wants: 'values', asks: 'first' });
    expect(habitsOf('stale-read')).toEqual({ wants: 'values', asks: 'anyone' });
    expect(habitsOf('lock-raft')).toEqual({ wants: 'locks', asks: 'leader' });
    expect(new Set(planOf(named('quorum'), 1, 1_000, null).sessions)).toEqual(new Set([false]));
    expect(new Set(planOf(named('quorum-write-all'), 1, 1_000, null).sessions)).toEqual(new Set([true]));
  });

  test('names what a power cut would take and a kill does not', () => {
    expect(planOf(named('single-unsynced'), 1, 1_000, null).left).toEqual(['what powerCut takes from the cache of the kernel']);
  });

  test('is refused for a system that has no real processes here', () => {
    expect(() => planOf(named('naive-join'), 1, 1_000, null)).toThrow(
      'scenario "naive-join" is about naive-primary-replica, a machine that lives in the simulator only: chaos has real servers of raft, single, primary-replica, quorum, simple-election',
    );
    expect(() => planOf(named('clock-lease'), 1, 1_000, null)).toThrow(UserError);
  });
});
