import { type Draws, fault, type RunOptions, scenario } from 'seedstorm/sim';
import { leaseRun, ORDINARY_PPM, PARTINGS } from './clock-lease.js';
import { leaseSystem, type LeaseNodeOptions } from '../machines/lease-system.js';

type LeaseRun = RunOptions<LeaseNodeOptions>;

/** A clock that gains or loses a fifth of its time, where the leases trust it to 200 parts in a million. */
const WILD_PPM = 200_000;

/** The ways in which clocks leave the bound that leases trust. Each world takes one of them. */
export const BEYOND = {
  /** They run too fast and too slow. */
  rates: (run, draws) => ({
    ...run,
    clockRatePpmMax: WILD_PPM,
    clocks: run.clocks.map(({ offsetUs }, i) => ({ offsetUs, ratePpm: draws.oneOf(`wild rate ${i}`, [-WILD_PPM, WILD_PPM]) })),
    faults: [...PARTINGS, fault('clockRate', [500, 3_000], [0, 0])],
  }),
  /** They jump ahead, so that a server takes back its word too soon. */
  jumps: (run) => ({ ...run, monotonicClocks: 'uneven', faults: [...PARTINGS, fault('clockJump', [20, 200], [100, 2_000])] }),
  /** They stand still, so that a holder reads for too long. */
  freezes: (run) => ({ ...run, monotonicClocks: 'uneven', faults: [...PARTINGS, fault('clockFreeze', [100, 600], [100, 2_000])] }),
  /** They go back. */
  lies: (run) => ({ ...run, monotonicClocks: 'lying', faults: [...PARTINGS, fault('clockStepBack', [100, 600], [100, 2_000])] }),
  /** They keep the bound; but the servers are told wall time, which somebody sets. */
  wallTime: (run) => ({
    ...run,
    node: { ...run.node, clockSource: 'wall' },
    faults: [...PARTINGS, fault('wallStepBack', [100, 600], [100, 2_000]), fault('wallStepForward', [300, 1_500], [100, 2_000])],
  }),
} as const satisfies Readonly<Record<string, (run: LeaseRun, draws: Draws) => LeaseRun>>;

export const beyondClockBound = scenario({
  name: 'beyond-clock-bound',
  title:
    'The leases of clock-lease under clocks that leave their bound: too fast, too slow, jumping, standing still, going back, or set by hand.',
  why: 'Who trusts clocks must know what is lost when they lie: the first promise to break is that of one holder, and stale reads follow; no write is ever lost.',
  expected: ['leader-isolated'],
  expectedWithinRuns: 10,
  system: leaseSystem({ watchesHolders: true }),
  finding: {
    properties: ['Single Holder'],
    lesson:
      'A lease is as good as the clocks it is counted by: beyond their bound two servers hold it at once, and the one that others have left behind answers reads with old values.',
  },
  options: (draws) => BEYOND[draws.oneOf('beyond', Object.keys(BEYOND) as (keyof typeof BEYOND)[])](leaseRun(draws, ORDINARY_PPM), draws),
});
