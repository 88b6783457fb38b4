import { describe, expect, test } from 'vitest';
import { logIndex, nodeId, term } from '../../../../../../src/core/base/units.js';
import { Log } from '../../../../../../src/core/raft/log.js';
import { firstNewIndex, LogMatching } from '../../../../../../src/sim/systems/raft/oracles/log/log-matching.js';
import { entry, expectViolated, setCommand, view } from '../../../../oracles/planted.js';

const S1 = nodeId(1);
const S2 = nodeId(2);

describe('Log Matching', () => {
  test('sees one index and term with two contents', () => {
    const oracle = new LogMatching();
    oracle.onStep(1, S1, view({}), view({ log: [entry(1, 1, setCommand('a'))] }));
    expectViolated('Log Matching', /s1 and s2 both hold entry 1 of term 1, but with other contents/, () =>
      oracle.onStep(2, S2, view({}), view({ log: [entry(1, 1, setCommand('b'))] })),
    );
  });

  test('sees equal entries behind different ones', () => {
    const oracle = new LogMatching();
    oracle.onStep(1, S1, view({}), view({ log: [1, 2, 3] }));
    expectViolated('Log Matching', /entry 2 of term 2 and 1 before it/, () => oracle.onRecovered(2, S2, view({ log: [1, 1, 3] })));
  });

  test('is content with copies of one log, and with a tail that was replaced', () => {
    const oracle = new LogMatching();
    oracle.onStep(1, S1, view({}), view({ log: [entry(1, 1, setCommand('a')), entry(2, 1, setCommand('b'))] }));
    oracle.onStep(2, S2, view({}), view({ log: [entry(1, 1, setCommand('a'))] }));
    oracle.onStep(3, S2, view({ log: [entry(1, 1, setCommand('a'))] }), view({ log: [entry(1, 1, setCommand('a')), entry(2, 2)] }));
  });

  test('looks at what a step changed only', () => {
    const log = (terms: readonly number[]) =>
      Log.emptyAfter(logIndex(0), term(0)).appendAll(terms.map((ofTerm, i) => entry(i + 1, ofTerm)));
    expect(firstNewIndex(log([1, 1]), log([1, 1, 2]))).toBe(3);
    expect(firstNewIndex(log([1, 1, 1]), log([1, 2]))).toBe(2);
    expect(firstNewIndex(log([1, 1, 1]), log([1]))).toBe(2);
    expect(firstNewIndex(log([1, 1, 1]), Log.emptyAfter(logIndex(7), term(3)))).toBe(8);
  });
});
