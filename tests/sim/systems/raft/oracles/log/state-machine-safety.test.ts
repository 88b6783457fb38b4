import { describe, test } from 'vitest';
import { nodeId } from '../../../../../../src/core/base/units.js';
import { StateMachineSafety } from '../../../../../../src/sim/systems/raft/oracles/log/state-machine-safety.js';
import { entry, expectViolated, setCommand, storeAfter, view } from '../../../../oracles/planted.js';

const S1 = nodeId(1);
const S2 = nodeId(2);
const a = setCommand('a');
const b = setCommand('b');

describe('State Machine Safety', () => {
  test('sees two servers apply different entries at one index', () => {
    const oracle = new StateMachineSafety();
    oracle.onStep(1, S1, view({ log: [1] }), view({ log: [1], commit: 1, applied: 1 }));
    expectViolated('State Machine Safety', /s1 applied entry 1 of term 1, s2 another one at that index, of term 2/, () =>
      oracle.onStep(2, S2, view({ log: [2] }), view({ log: [2], commit: 1, applied: 1 })),
    );
  });

  test('sees two stores differ after the same commands', () => {
    const oracle = new StateMachineSafety();
    const log = [entry(1, 1, a)];
    oracle.onStep(1, S1, view({ log }), view({ log, commit: 1, applied: 1, store: storeAfter(a) }));
    expectViolated('State Machine Safety', /the stores of s1 and s2 differ after the same commands, up to entry 1/, () =>
      oracle.onStep(2, S2, view({ log }), view({ log, commit: 1, applied: 1, store: storeAfter(b) })),
    );
  });

  test('is content with two servers that apply the same, one of them all at once', () => {
    const oracle = new StateMachineSafety();
    const log = [entry(1, 1, a), entry(2, 1, b)];
    const done = view({ log, commit: 2, applied: 2, store: storeAfter(a, b) });
    const half = view({ log, commit: 1, applied: 1, store: storeAfter(a) });
    oracle.onStep(1, S1, view({ log }), half);
    oracle.onStep(2, S1, half, done);
    oracle.onStep(3, S2, view({ log }), done);
  });
});
