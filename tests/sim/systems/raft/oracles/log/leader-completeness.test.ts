import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../../../../src/core/base/units.js';
import { LeaderCompleteness } from '../../../../../../src/sim/systems/raft/oracles/log/leader-completeness.js';
import { expectViolated, view } from '../../../../oracles/planted.js';

const S1 = nodeId(1);
const S2 = nodeId(2);

/** s1, leader of term 2, has committed entries 1 and 2. */
function committed(): LeaderCompleteness {
  const oracle = new LeaderCompleteness();
  oracle.onStep(1, S1, view({ role: 'leader', term: 2, log: [1, 2] }), view({ role: 'leader', term: 2, log: [1, 2], commit: 2 }));
  return oracle;
}

function elect(oracle: LeaderCompleteness, term: number, log: readonly number[]): void {
  oracle.onStep(2, S2, view({ role: 'candidate', term, log }), view({ role: 'leader', term, log }));
}

describe('Leader Completeness', () => {
  test('sees a later leader without a committed entry', () => {
    expectViolated(
      'Leader Completeness',
      /entry 2 of term 2 was committed in term 2, but is not held by s2, leader of term 3, whose log ends at 1/,
      () => elect(committed(), 3, [1]),
    );
  });

  test('sees a later leader with another entry there', () => {
    expectViolated('Leader Completeness', /which holds one of term 1/, () => elect(committed(), 3, [1, 1, 1]));
  });

  test('is content with a complete leader, and with a late leader of an earlier term', () => {
    elect(committed(), 3, [1, 2, 2]);
    elect(committed(), 1, [1]);
    expect(committed().count).toBe(2);
  });

  test('sees two servers that take different entries for committed', () => {
    const oracle = committed();
    expectViolated('State Machine Safety', /s1 committed entry 2 of term 2, s2 takes its entry 2 of term 1/, () =>
      oracle.onStep(2, S2, view({ log: [1, 1], term: 3 }), view({ log: [1, 1], term: 3, commit: 2 })),
    );
  });
});
