import { raftSystem } from '../../../src/sim/systems/raft/system.js';
import { expect, test } from 'vitest';
import { basic } from '../../../scenarios/raft/basic.js';
import type { RaftRunOptions } from '../../../src/sim/systems/raft/hosted.js';
import { RATIO_ALWAYS } from '../../../src/sim/base/random-streams.js';
import { optionsOf, runOptions } from '../../../src/sim/run/run.js';

test('where nothing fails and nothing is doubled nobody is told maybe, conflicts without a session and all', () => {
  const options = optionsOf(basic, 5) as RaftRunOptions;
  const workload = { ...options.workload, sessionlessRatio: RATIO_ALWAYS, deleteWeight: 0, attemptTimeoutMs: 1_500 };
  const { unknownOutcomes, moments, violation } = runOptions(
    { name: 'sessionless', system: raftSystem },
    { ...options, chaosMs: 2_000, workload },
    5,
  );
  expect(violation).toBeUndefined();
  expect(moments['put-met-version-conflict']).toBeGreaterThan(0);
  expect(unknownOutcomes).toBe(0);
});
