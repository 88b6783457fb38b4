import { scenario } from 'seedstorm/sim';
import { naiveSystem } from '../machines/naive-system.js';
import { worldWhere } from '../machines/naive-worlds.js';

export const naiveLostWrite = scenario({
  name: 'naive-lost-write',
  title: 'The primary dies, and writes that it had answered are gone with its memory.',
  why: 'This one is no mistake of the protocol: who answers before anybody else has the write, and keeps it nowhere, loses it.',
  expected: ['server-restarted'],
  expectedWithinRuns: 20,
  system: naiveSystem,
  finding: {
    properties: ['Linearizability', 'Exclusion', 'Version Monotonicity'],
    lesson:
      'An answer is worth as much as the place where the write is kept: a journal, or other servers that have said that they hold it.',
  },
  options: (draws) => ({ ...worldWhere('death', draws), node: { snapshotUs: 0, isCopyJudged: false } }),
});
