import { scenario } from 'seedstorm/sim';
import { naiveSystem } from '../machines/naive-system.js';
import { worldWhere } from '../machines/naive-worlds.js';

export const naiveLostPut = scenario({
  name: 'naive-lost-put',
  title: 'One message to the replica is lost, and the replica stays wrong for ever.',
  why: 'Fire and forget forgets: nothing that comes later tells that something is missing.',
  expected: ['message-lost'],
  expectedWithinRuns: 20,
  system: naiveSystem,
  finding: {
    properties: ['Replica Prefix', 'Liveness'],
    lesson: 'A gap in the positions tells what was lost, also when nothing comes behind it: the replica has to say where it is.',
  },
  options: (draws) => ({ ...worldWhere('loss', draws), node: { snapshotUs: 0, isCopyJudged: true } }),
});
