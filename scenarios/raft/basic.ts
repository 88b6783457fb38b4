import { scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const basic = scenario({
  name: 'basic',
  system: raftSystem,
  title: 'Nothing fails, and every client is served.',
  why: 'What goes wrong here goes wrong everywhere: elections, replication, reads, snapshots and the checkers themselves.',
  expected: ['leader-elected', 'put-met-version-conflict', 'snapshot-taken'],
  expectedWithinRuns: 20,
  options: (draws) => ({ ...usualRaft(draws), chaosMs: 10_000 }),
});
