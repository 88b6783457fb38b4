import { scenario } from 'seedstorm/sim';
import { naiveSystem } from '../machines/naive-system.js';
import { worldWhere } from '../machines/naive-worlds.js';

export const naiveJoin = scenario({
  name: 'naive-join',
  title: 'A replica joins, and a write meanwhile is sent to nobody, or to the replica before its snapshot.',
  why: 'Between taking a snapshot and adding its receiver to the list the primary goes on writing: the oldest mistake of replication.',
  expected: ['found-as-expected'],
  expectedWithinRuns: 20,
  system: naiveSystem,
  finding: {
    properties: ['Replica Prefix', 'Liveness'],
    lesson: 'A snapshot needs a place in the history, so that what follows it can begin exactly there.',
  },
  options: (draws) => ({ ...worldWhere('joins', draws), node: { snapshotUs: 40_000, isCopyJudged: true } }),
});
