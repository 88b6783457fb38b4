import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

const RATE_PPM_MAX = 200_000;

export const clockSkew = scenario({
  name: 'clock-skew',
  system: raftSystem,
  title: 'Clocks run up to a fifth too fast or too slow and jump ahead, and only elections notice.',
  why: 'Safety must not rest on time: no read, vote or commit may trust a clock (thesis §6.4.1 tells what a lease would need).',
  expected: ['leader-elected', 'pre-vote-refused'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      clockRatePpmMax: RATE_PPM_MAX,
      monotonicClocks: 'uneven',
      clocks: ordinary.clocks.map(({ offsetUs }, i) => ({
        offsetUs,
        ratePpm: draws.between(`wild rate ${i}`, -RATE_PPM_MAX, RATE_PPM_MAX),
      })),
      faults: [
        fault('clockRate', [500, 2_000], [0, 0]),
        fault('clockJump', [300, 1_500], [100, 2_000]),
        fault('isolateLeader', [2_000, 6_000], [200, 1_500]),
        fault('pause', [2_000, 6_000], [100, 1_000]),
      ],
    };
  },
});
