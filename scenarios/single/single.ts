import { LAN, ratio, RATIO_NEVER, scenario } from 'seedstorm/sim';
import { singleSystem, usualSingle } from 'seedstorm/systems';

export const single = scenario({
  name: 'single',
  title: 'One server keeps everything in memory, and half of all requests and half of all answers are lost.',
  why: 'A put whose repetition meets another version may have done it itself: only "maybe" is honest then, and a session would have known.',
  expected: ['message-lost', 'message-duplicated', 'client-command-repeated', 'client-was-told-maybe', 'put-met-version-conflict'],
  expectedWithinRuns: 20,
  system: singleSystem,
  options: (draws) => {
    const ordinary = usualSingle(draws);
    const { workload, node } = ordinary;
    // Without sessions, as the documents have it, nothing comes twice; with them anything may.
    const hasSessions = draws.chance('sessions', 1, 2);
    return {
      ...ordinary,
      clientLink: { ...LAN, delayUsMax: 27_000, lossRatio: ratio(1, 2), duplicateRatio: hasSessions ? ratio(1, 20) : RATIO_NEVER },
      node: { ...node, journal: { ...node.journal, storage: null } },
      workload: { ...workload, sessionlessRatio: hasSessions ? RATIO_NEVER : ratio(1, 1), deleteWeight: hasSessions ? 1 : 0, putWeight: 4 },
      faults: [],
    };
  },
});
