import { describe, expect, test } from 'vitest';
import { atLeast, atMost, benchBars } from '../../bench/bars.js';
import { benchFaults } from '../../bench/faults.js';
import { benchSim } from '../../bench/sim.js';

// How fast this machine is today is no matter of tests: only that what should be measured is.

describe('bench sim', () => {
  test('tells the cost over time of a full run too, and its tenths make up the whole', () => {
    const result = benchSim({ profile: 'full', servers: 3, seed: 1, seconds: 2, rounds: 1, bareEvents: 1_000 });
    expect(result.heapMiB).toHaveLength(10);
    expect(result.lastTenthOverFirst).toBeGreaterThan(0);
  });

  test('sets every bar of the simulator beside what it measured', () => {
    const { bars, runs } = benchBars({ seed: 1, seconds: 1, rounds: 1, bareEvents: 1_000 });
    expect(runs.map(({ profile, servers }) => `${profile} ${servers}`)).toEqual(['core 5', 'full 5', 'core 3', 'core 9']);
    expect(bars.map(({ atLeast: least, atMost: most }) => least ?? most)).toEqual([800_000, 12, 0.9, 350_000, 150, 0.9, 1.3]);
    for (const { measured, held, atLeast: least, atMost: most } of bars) {
      expect(measured).toBeGreaterThan(0);
      expect(held).toBe(least === undefined ? measured <= (most ?? 0) : measured >= least);
    }
  });

  test('a bar is held by the very figure', () => {
    expect([atLeast('a', 5, 5).held, atLeast('a', 5, 4.99).held, atMost('a', 5, 5).held, atMost('a', 5, 5.01).held]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

test('bench faults: families that never strike change nothing, and what they cost is told', () => {
  const result = benchFaults(1, 1);
  expect(result.families).toBeGreaterThan(40);
  expect(result.listedOverAbsent).toBeGreaterThan(0);
  expect(benchFaults(1, 1).digest).toBe(result.digest);
});
