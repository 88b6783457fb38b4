import { expect, test } from 'vitest';
import { basic } from '../../scenarios/basic.js';
import type { RaftRunOptions } from '../../src/sim/hosted-raft.js';
import { RATIO_ALWAYS } from '../../src/sim/random.js';
import { optionsOf, runOptions } from '../../src/sim/run.js';

test('where nothing fails and nothing is doubled nobody is told maybe, conflicts without a session and all', () => {
  const options = optionsOf(basic, 5) as RaftRunOptions;
  const workload = { ...options.workload, sessionlessRatio: RATIO_ALWAYS, deleteWeight: 0, attemptTimeoutMs: 1_500 };
  const { unknownOutcomes, moments, violation } = runOptions('sessionless', { ...options, chaosMs: 2_000, workload }, 5);
  expect(violation).toBeUndefined();
  expect(moments['put-met-version-conflict']).toBeGreaterThan(0);
  expect(unknownOutcomes).toBe(0);
});
