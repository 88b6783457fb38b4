import { usual } from '../src/sim/usual.js';
import type { Scenario } from '../src/sim/scenario.js';

export const basic: Scenario = {
  name: 'basic',
  title: 'Nothing fails, and every client is served.',
  why: 'What goes wrong here goes wrong everywhere: elections, replication, reads, snapshots and the checkers themselves.',
  expected: ['leader-elected', 'put-met-version-conflict', 'snapshot-taken'],
  expectedWithinRuns: 20,
  options: (draws) => ({ ...usual(draws), chaosMs: 10_000 }),
};
