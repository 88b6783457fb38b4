import { fromMs } from 'seedstorm/core';
import { type Draws, fault, type FaultSchedule, RATIO_NEVER, type RunOptions, scenario, usual } from 'seedstorm/sim';
import type { LeaseNodeOptions } from '../machines/lease-system.js';
import { leaseSystem } from '../machines/lease-system.js';

/** What ordinary oscillators keep, and what leases of this system trust elsewhere. */
export const ORDINARY_PPM = 200;
/** A bound so wide that a lease which did not allow for it would be found out. */
const WIDE_PPM = 200_000;

/** What part lease holders from those who gave them their word, while clients still reach them. */
export const PARTINGS: readonly FaultSchedule[] = [
  fault('isolateLeader', [500, 2_500], [500, 2_000]),
  fault('partition', [1_500, 4_000], [100, 1_500]),
  fault('oneWayCut', [1_000, 3_000], [100, 2_000]),
  fault('pauseLeader', [2_000, 4_000], [100, 1_500]),
];

/** A run of the lease system whose clocks keep the bound that it trusts, and go as far as that allows. */
export function leaseRun(draws: Draws, trustedPpm: number): RunOptions<LeaseNodeOptions> {
  const ordinary = usual(draws);
  return {
    ...ordinary,
    isCodecUsed: false,
    clocks: ordinary.clocks.map(({ offsetUs }, i) => ({ offsetUs, ratePpm: draws.oneOf(`rate ${i}`, [-trustedPpm, 0, trustedPpm]) })),
    clockRatePpmMax: trustedPpm,
    node: { leaseUs: fromMs(500), beatUs: fromMs(100), trustedPpm, clockSource: 'monotonic' },
    laterNode: null,
    // One key, read much more than it is written: whoever only reads stays with a holder that others have left.
    workload: {
      ...ordinary.workload,
      clients: 8,
      sessionlessRatio: RATIO_NEVER,
      keys: 1,
      paddingBytesMax: 0,
      getWeight: 20,
      setWeight: 2,
      putWeight: 1,
      deleteWeight: 0,
      thinkMsMax: 100,
      attemptTimeoutMs: 100,
    },
    faults: PARTINGS,
  };
}

export const clockLease = scenario({
  name: 'clock-lease',
  title: 'A server answers reads alone under a lease that trusts clocks, and the clocks keep their bound.',
  why: 'The lease ends earlier by what two clocks may differ, so the most that the bound allows must not show: holders are parted from those who gave them their word.',
  expected: ['leader-isolated', 'wall-clock-set-back', 'clock-changed-its-rate', 'leader-paused'],
  expectedWithinRuns: 10,
  system: leaseSystem({ watchesHolders: true }),
  options: (draws) => ({
    ...leaseRun(draws, draws.oneOf('bound', [ORDINARY_PPM, WIDE_PPM])),
    faults: [
      ...PARTINGS,
      fault('clockRate', [500, 3_000], [0, 0]),
      fault('wallStepForward', [300, 2_000], [1, 3_600_000]),
      fault('wallStepBack', [300, 2_000], [1, 3_600_000]),
      fault('wallFreeze', [500, 3_000], [50, 2_000]),
    ],
  }),
});
