import { fault, ratio, scenario } from 'seedstorm/sim';
import { singleSystem, usualSingle } from 'seedstorm/systems';

export const singleImpatient = scenario({
  name: 'single-impatient',
  title: 'The disk of one server stands still, and clients give up on a write and read over the same connection before it is done.',
  why: 'What waits for the disk and what does not meet on one connection: a read that overtakes a write shows its own client a past.',
  expected: ['disk-stalled', 'client-was-told-maybe', 'server-lost-power'],
  expectedWithinRuns: 20,
  system: singleSystem,
  options: (draws) => {
    const ordinary = usualSingle(draws);
    return {
      ...ordinary,
      chaosMs: 4_000,
      // Without sessions a write is asked for once, and given up when its time is over.
      workload: {
        ...ordinary.workload,
        sessionlessRatio: ratio(1, 1),
        deleteWeight: 0,
        keys: 2,
        thinkMsMin: 0,
        thinkMsMax: 20,
        attemptTimeoutMs: draws.oneOf('patience', [20, 60]),
      },
      faults: [fault('diskStall', [100, 600], [50, 400]), fault('powerCut', [1_500, 4_000], [10, 300])],
    };
  },
});
