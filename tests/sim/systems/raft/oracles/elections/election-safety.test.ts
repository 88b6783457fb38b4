import { describe, test } from 'vitest';
import { nodeId } from '../../../../../../src/core/base/units.js';
import { ElectionSafety } from '../../../../../../src/sim/systems/raft/oracles/elections/election-safety.js';
import { expectViolated, view } from '../../../../oracles/planted.js';

const candidate = (term: number) => view({ role: 'candidate', term });
const leader = (term: number) => view({ role: 'leader', term });

describe('Election Safety', () => {
  test('sees two leaders of one term', () => {
    const oracle = new ElectionSafety();
    oracle.onStep(1, nodeId(1), candidate(3), leader(3));
    expectViolated('Election Safety', /s1 and s2 are both leaders of term 3/, () => oracle.onStep(2, nodeId(2), candidate(3), leader(3)));
  });

  test('sees one server elected twice in a term, before and after a restart', () => {
    const oracle = new ElectionSafety();
    oracle.onStep(1, nodeId(1), candidate(3), leader(3));
    expectViolated('Election Safety', /s1 was elected twice/, () => oracle.onStep(2, nodeId(1), candidate(3), leader(3)));
  });

  test('is content with a leader that stays, and another one in the next term', () => {
    const oracle = new ElectionSafety();
    oracle.onStep(1, nodeId(1), candidate(3), leader(3));
    oracle.onStep(2, nodeId(1), leader(3), leader(3));
    oracle.onStep(3, nodeId(2), candidate(4), leader(4));
  });
});
