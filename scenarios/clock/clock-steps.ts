import { fault, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

const RATE_PPM_MAX = 200;

export const clockSteps = scenario({
  name: 'clock-steps',
  system: raftSystem,
  title:
    'Wall clocks are set forward, set back and stand still, and in every other world the monotonic clocks stand still and jump as well.',
  why: 'Time servers and people set wall clocks under a running system, and a machine that is moved sees time stand still: nothing may follow the one, and nothing but elections the other.',
  expected: ['leader-elected', 'wall-clock-set-back', 'wall-clock-stood-still', 'clock-stood-still', 'clock-caught-up', 'clock-went-on'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    const isUneven = draws.chance('uneven clocks', 1, 2);
    return {
      ...ordinary,
      clocks: ordinary.clocks.map(({ offsetUs }, i) => ({ offsetUs, ratePpm: draws.oneOf(`rate ${i}`, [-RATE_PPM_MAX, 0, RATE_PPM_MAX]) })),
      clockRatePpmMax: RATE_PPM_MAX,
      monotonicClocks: isUneven ? 'uneven' : 'bounded',
      faults: [
        fault('wallStepForward', [300, 2_000], [1, 3_600_000]),
        fault('wallStepBack', [300, 2_000], [1, 3_600_000]),
        fault('wallFreeze', [500, 3_000], [50, 2_000]),
        fault('clockRate', [500, 3_000], [0, 0]),
        fault('isolateLeader', [2_000, 6_000], [200, 1_500]),
        fault('kill', [1_000, 3_000], [10, 1_000]),
        fault('pause', [2_000, 6_000], [100, 1_000]),
        ...(isUneven ? [fault('clockFreeze', [300, 2_000], [50, 2_000]), fault('clockJump', [500, 3_000], [50, 2_000])] : []),
      ],
    };
  },
});
