import { describe, expect, test } from 'vitest';
import { BEYOND, beyondClockBound } from '../../../scenarios/clock/beyond-clock-bound.js';
import { clockLease, leaseRun, ORDINARY_PPM } from '../../../scenarios/clock/clock-lease.js';
import { leaseSystem } from '../../../scenarios/machines/lease-system.js';
import { fault, type RunReport, runScenario, type AnyScenario } from 'seedstorm/sim';

/** In each way of leaving the bound one seed in two or more finds two holders, and one in eight or more a stale read. */
const HOLDERS_WITHIN = 12;
const STALE_READS_WITHIN = 60;

type Way = keyof typeof BEYOND;
const WAYS = Object.keys(BEYOND) as Way[];

const worldOf = (way: Way, watchesHolders: boolean, properties: readonly string[]): AnyScenario => ({
  ...beyondClockBound,
  system: leaseSystem({ watchesHolders }),
  finding: { properties, lesson: 'A test.' },
  options: (draws) => BEYOND[way](leaseRun(draws, ORDINARY_PPM), draws),
});

/** The first of some seeds with a finding. Every other one must hold. */
function firstFound(scenario: AnyScenario, seeds: number): RunReport | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    const report = runScenario(scenario, seed);
    if (report.verdict === 'found') return report;
    expect(report.violation).toBeUndefined();
  }
  return undefined;
}

describe('clocks that leave the bound which leases trust', () => {
  test.each(WAYS)('by %s: two servers hold the lease at once', (way) => {
    expect(firstFound(worldOf(way, true, ['Single Holder']), HOLDERS_WITHIN)?.violation?.message).toMatch(/^s\d and s\d both believe/);
  });

  test.each(WAYS)('by %s: clients see it as stale reads, and as nothing else', (way) => {
    const staleReads = ['Version Monotonicity', 'Linearizability'];
    expect(staleReads).toContain(firstFound(worldOf(way, false, staleReads), STALE_READS_WITHIN)?.violation?.property);
  });
});

test('the same parted holders under clocks that keep the bound: nothing is found', () => {
  const within: AnyScenario = { ...beyondClockBound, options: (draws) => leaseRun(draws, ORDINARY_PPM) };
  for (let seed = 1; seed <= HOLDERS_WITHIN; seed++) expect(runScenario(within, seed).verdict).toBe('pass');
});

test('the lease system refuses what it cannot live through', () => {
  const struck = (name: Parameters<typeof fault>[0]): AnyScenario => ({
    ...clockLease,
    options: (draws) => ({ ...leaseRun(draws, ORDINARY_PPM), faults: [fault(name, [1, 2], [1, 2])] }),
  });
  expect(() => runScenario(struck('kill'), 1)).toThrow('may not be struck by kill');
  expect(() => runScenario(struck('clockJump'), 1)).toThrow("declare 'uneven' or leave the fault out");
  expect(() => runScenario({ ...clockLease, options: (draws) => ({ ...leaseRun(draws, ORDINARY_PPM), isCodecUsed: true }) }, 1)).toThrow(
    'isCodecUsed is false',
  );
});
