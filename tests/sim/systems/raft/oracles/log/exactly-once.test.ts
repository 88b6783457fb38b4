import { describe, expect, test } from 'vitest';
import { byteStringFromText } from '../../../../../../src/core/base/bytestring.js';
import { logIndex, nodeId } from '../../../../../../src/core/base/units.js';
import { applyCommand } from '../../../../../../src/core/store/store.js';
import { ExactlyOnce } from '../../../../../../src/sim/systems/raft/oracles/log/exactly-once.js';
import { entry, expectViolated, registerCommand, setCommand, storeAfter, view } from '../../../../oracles/planted.js';

const S1 = nodeId(1);
const first = setCommand('a', 1, 1);
const log = [entry(1, 1, registerCommand()), entry(2, 1, first), entry(3, 1, first)];
const begun = view({ log, commit: 1, applied: 1, store: storeAfter(registerCommand()) });

describe('Exactly Once', () => {
  test('sees a repeated command take effect twice', () => {
    const once = storeAfter(registerCommand(), first);
    const twice = applyCommand(once, logIndex(3), { ...first, sequenceNum: 2 }).state;
    const oracle = new ExactlyOnce(10);
    oracle.onStep(1, S1, view({ log }), begun);
    expectViolated('Exactly Once', /session 1, command 1\) key k has version 2 on s1; taken once each, the commands make it 1/, () =>
      oracle.onStep(2, S1, begun, view({ log, commit: 3, applied: 3, store: twice })),
    );
  });

  test('sees a command that had no effect at all', () => {
    const oracle = new ExactlyOnce(10);
    oracle.onStep(1, S1, view({ log }), begun);
    expectViolated('Exactly Once', /key k has version 0 on s1/, () =>
      oracle.onStep(2, S1, begun, view({ log, commit: 2, applied: 2, store: begun.store })),
    );
  });

  test('is content with a repeated command that took effect once, on each server in its own steps', () => {
    const oracle = new ExactlyOnce(10);
    const done = view({ log, commit: 3, applied: 3, store: storeAfter(registerCommand(), first, first) });
    oracle.onStep(1, S1, view({ log }), begun);
    oracle.onStep(2, S1, begun, done);
    oracle.onStep(3, nodeId(2), view({ log }), done);
    expect(oracle.indexOfValue(byteStringFromText('a'))).toBe(2);
    expect(oracle.indexOfValue(byteStringFromText('b'))).toBeNull();
  });
});
