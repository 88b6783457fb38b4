import { fromMs } from 'seedstorm/core';
import { fault, RATIO_NEVER, scenario } from 'seedstorm/sim';
import { singleSystem, usualSingle } from 'seedstorm/systems';

export const singleUnsynced = scenario({
  name: 'single-unsynced',
  title: 'One server answers before its log is synced, the power goes, and an acknowledged write is gone.',
  why: 'The sync policies "interval" and "never" are fast: anyone who chooses one should have seen once what a power cut takes.',
  expected: ['server-lost-power', 'crash-with-pending-writes'],
  expectedWithinRuns: 20,
  system: singleSystem,
  finding: {
    properties: ['No Acknowledged Write Lost'],
    lesson:
      "A write that was answered before its sync lives in the operating system's cache, which outlives the process and not the power.",
  },
  options: (draws) => {
    const ordinary = usualSingle(draws);
    const { node, workload } = ordinary;
    const sync = draws.oneOf('sync policy', [{ kind: 'interval', everyUs: fromMs(500) }, { kind: 'never' }] as const);
    return {
      ...ordinary,
      node: { ...node, journal: { ...node.journal, sync } },
      // A write or two is enough to tell the story.
      workload: {
        ...workload,
        clients: 2,
        sessionlessRatio: RATIO_NEVER,
        keys: 1,
        deleteWeight: 1,
        paddingBytesMax: 0,
        thinkMsMin: 20,
        thinkMsMax: 80,
      },
      chaosMs: 2_000,
      faults: [fault('powerCut', [100, 400], [10, 100])],
    };
  },
});
