import { ratio, RATIO_NEVER } from '../src/sim/random.js';
import type { Scenario } from '../src/sim/scenario.js';
import { singleSystem } from '../src/sim/system-single.js';
import { LAN } from '../src/sim/usual.js';
import { usualSingle } from '../src/sim/usual-single.js';

export const single: Scenario = {
  name: 'single',
  title: 'One server keeps everything in memory, and half of all requests and half of all answers are lost.',
  why: 'A put whose repetition meets another version may have done it itself: only "maybe" is honest then, and a session would have known.',
  expected: ['message-lost', 'message-duplicated', 'client-command-repeated', 'client-was-told-maybe', 'put-met-version-conflict'],
  expectedWithinRuns: 20,
  system: singleSystem as NonNullable<Scenario['system']>,
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
      harms: [],
    };
  },
};
