import { scenario } from 'seedstorm/sim';
import { naiveSystem } from '../machines/naive-system.js';
import { worldWhere } from '../machines/naive-worlds.js';

export const naiveOrder = scenario({
  name: 'naive-order',
  title: 'Each write goes to the replica by itself, and two of them change places on the way.',
  why: 'One connection for each message, or one thread, keeps no order: the older write comes last and stays.',
  expected: ['found-as-expected'],
  expectedWithinRuns: 20,
  system: naiveSystem,
  finding: {
    properties: ['Replica Prefix', 'Liveness'],
    lesson: 'A change needs a position: a replica that applies whatever comes ends with a store that the primary never had.',
  },
  options: (draws) => ({ ...worldWhere('order', draws), node: { snapshotUs: 0, isCopyJudged: true } }),
});
