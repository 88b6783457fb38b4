import { describe, test } from 'vitest';
import { nodeId } from '../../../../../../src/core/base/units.js';
import { Monotonic } from '../../../../../../src/sim/systems/raft/oracles/elections/monotonic.js';
import { expectViolated, view, type Planted } from '../../../../oracles/planted.js';

const step = (before: Planted, after: Planted) => () => new Monotonic().onStep(1, nodeId(1), view(before), view(after));

describe('Monotonic', () => {
  test('sees a term, a commit index and an applied index go back', () => {
    expectViolated('Monotonic', /the term of s1 went back from 4 to 3/, step({ term: 4 }, { term: 3 }));
    expectViolated('Monotonic', /commit index of s1 went back from 2 to 1/, step({ log: [1, 1], commit: 2 }, { log: [1, 1], commit: 1 }));
    expectViolated(
      'Monotonic',
      /applied index of s1 went back/,
      step({ log: [1], commit: 1, applied: 1 }, { log: [1], commit: 1, applied: 0 }),
    );
  });

  test('sees what is applied before it is committed, and a vote that changes', () => {
    expectViolated('Monotonic', /applied up to 1, but only 0 is committed/, step({ log: [1] }, { log: [1], applied: 1 }));
    expectViolated('Monotonic', /changed its vote in term 4 from s2 to s3/, step({ term: 4, vote: 2 }, { term: 4, vote: 3 }));
  });

  test('is content with growth, and a new vote in a new term', () => {
    step({ term: 4, vote: 2, log: [1] }, { term: 5, vote: 3, log: [1], commit: 1, applied: 1 })();
  });

  test('sees what a leader knows to match go back, within its term only', () => {
    const leads = (matchIndex: number, term = 2) =>
      view({ role: 'leader', term, progress: [{ mode: 'replicate', nextIndex: 9, matchIndex }] });
    expectViolated('Monotonic', /match index for s1 of s1 went back from 5 to 4/, () =>
      new Monotonic().onStep(1, nodeId(1), leads(5), leads(4)),
    );
    new Monotonic().onStep(1, nodeId(1), leads(4), leads(5));
    new Monotonic().onStep(1, nodeId(1), leads(5, 2), leads(0, 3));
  });
});
