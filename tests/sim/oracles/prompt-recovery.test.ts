import { describe, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { DEFAULT_RAFT_OPTIONS } from '../../../src/core/raft/options.js';
import { PromptRecovery, recoveryUsMax } from '../../../src/sim/oracles/prompt-recovery.js';
import { expectViolated, view } from './planted.js';

const HEALED_US = 5_000_000;
const LATE_US = HEALED_US + recoveryUsMax(DEFAULT_RAFT_OPTIONS) + 1;
const follower = (leader: number, term = 4) => view({ term, leader, log: [4], commit: 0 });
const leader = (commit: number) => view({ role: 'leader', term: 4, leader: 1, log: [4], commit });
const idle = view({});

function healed(): PromptRecovery {
  const oracle = new PromptRecovery(DEFAULT_RAFT_OPTIONS, 3);
  oracle.healed(HEALED_US);
  return oracle;
}

describe('Prompt Recovery', () => {
  test('sees that there is no leader', () => {
    const oracle = healed();
    oracle.onStep(LATE_US - 1, nodeId(1), idle, idle);
    expectViolated('Prompt Recovery', /no majority follows a leader in office, 8000 ms after the healing/, () => oracle.onStep(LATE_US, nodeId(1), idle, idle));
  });

  test('sees that a leader has no followers, or followers of another term, or cannot commit', () => {
    const alone = healed();
    alone.onStep(HEALED_US, nodeId(2), idle, follower(1, 3));
    expectViolated('Prompt Recovery', /no majority/, () => alone.onStep(LATE_US, nodeId(1), idle, leader(1)));
    const stuck = healed();
    stuck.onStep(HEALED_US, nodeId(2), idle, follower(1));
    expectViolated('Prompt Recovery', /no majority/, () => stuck.onStep(LATE_US, nodeId(1), idle, leader(0)));
  });

  test('is content once a majority followed a leader in office, and before the healing', () => {
    const oracle = healed();
    oracle.onStep(HEALED_US, nodeId(2), idle, follower(1));
    oracle.onStep(HEALED_US + 1, nodeId(1), idle, leader(1));
    oracle.onStep(LATE_US, nodeId(3), idle, idle);
    new PromptRecovery(DEFAULT_RAFT_OPTIONS, 3).onStep(LATE_US, nodeId(1), idle, idle);
  });
});
