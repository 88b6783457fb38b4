import { describe, test } from 'vitest';
import type { Input } from '../../../../../../src/core/machine.js';
import { micros, nodeId, term } from '../../../../../../src/core/base/units.js';
import { DEFAULT_RAFT_OPTIONS } from '../../../../../../src/core/raft/options.js';
import { LeaderQuorum } from '../../../../../../src/sim/systems/raft/oracles/elections/leader-quorum.js';
import { expectViolated, view } from '../../../../oracles/planted.js';

const S1 = nodeId(1);
const BOUND_US = 3 * DEFAULT_RAFT_OPTIONS.electionTimeoutMin;
const GRACE_US = 2 * DEFAULT_RAFT_OPTIONS.electionTimeoutMin;
const leader = view({ role: 'leader', term: 4 });
const wake = (now: number): Input<unknown, unknown> => ({ kind: 'wake', now: micros(now) });
const answer = (now: number, inTerm = 4): Input<unknown, unknown> => ({
  kind: 'message',
  now: micros(now),
  from: nodeId(2),
  message: { kind: 'appendEntriesReply', term: term(inTerm) },
});

/** s1 takes office at 0 by its own clock, and then takes in these inputs as a leader. */
function leads(...inputs: readonly Input<unknown, unknown>[]): () => void {
  return () => {
    const oracle = new LeaderQuorum();
    for (const input of [wake(0), ...inputs]) oracle.onStep(1, S1, leader, leader, input);
  };
}

describe('Leader Hears A Quorum', () => {
  test('sees a leader that nobody answers and that goes on', () => {
    expectViolated(
      'Leader Hears A Quorum',
      /s1 leads on in term 4, though only 1 of 3 answered within \d+ ms/,
      leads(wake(BOUND_US + 1), wake(BOUND_US + GRACE_US + 2)),
    );
    leads(wake(BOUND_US + 1), wake(BOUND_US + GRACE_US + 1))();
  });

  test('an answer of this term counts, one of an earlier term does not', () => {
    leads(answer(BOUND_US), wake(2 * BOUND_US - 1), wake(2 * BOUND_US))();
    expectViolated('Leader Hears A Quorum', /only 1 of 3/, leads(answer(BOUND_US, 3), wake(BOUND_US + 1), wake(BOUND_US + GRACE_US + 2)));
  });

  test('a process that stood still has the time of grace from its first waking on', () => {
    leads(wake(9 * BOUND_US), answer(9 * BOUND_US + 1), wake(9 * BOUND_US + GRACE_US))();
    leads(wake(9 * BOUND_US), answer(9 * BOUND_US + 1), wake(9 * BOUND_US + 2), wake(10 * BOUND_US))();
    const oracle = new LeaderQuorum();
    oracle.onStep(1, S1, leader, leader, wake(0));
    oracle.onStep(2, S1, leader, leader, wake(9 * BOUND_US));
    oracle.onStep(3, S1, leader, view({ term: 4 }), wake(9 * BOUND_US + 1));
    oracle.onStep(4, S1, leader, leader, wake(9 * BOUND_US + 2));
  });

  test('an answer between two jumps of its clock counts', () => {
    const far = 9 * BOUND_US;
    leads(wake(far), answer(far + 1), wake(2 * far))();
  });
});
