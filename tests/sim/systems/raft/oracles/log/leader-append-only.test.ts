import { describe, test } from 'vitest';
import { nodeId } from '../../../../../../src/core/base/units.js';
import { LeaderAppendOnly } from '../../../../../../src/sim/systems/raft/oracles/log/leader-append-only.js';
import { expectViolated, view } from '../../../../oracles/planted.js';

const S1 = nodeId(1);

describe('Leader Append-Only', () => {
  const before = view({ role: 'leader', term: 2, log: [1, 2, 2] });

  test('sees a leader that loses an entry', () => {
    expectViolated('Leader Append-Only', /s1, leader of term 2, had a log up to 3/, () =>
      new LeaderAppendOnly().onStep(1, S1, before, view({ role: 'leader', term: 2, log: [1, 2] })),
    );
  });

  test('sees a leader that replaces one', () => {
    expectViolated('Leader Append-Only', /had a log up to 3 of term 2/, () =>
      new LeaderAppendOnly().onStep(1, S1, before, view({ role: 'leader', term: 2, log: [1, 1, 1, 2] })),
    );
  });

  test('is content with an append, and with a follower that cuts its log', () => {
    const oracle = new LeaderAppendOnly();
    oracle.onStep(1, S1, before, view({ role: 'leader', term: 2, log: [1, 2, 2, 2] }));
    oracle.onStep(2, S1, before, view({ role: 'follower', term: 3, log: [1] }));
  });
});
