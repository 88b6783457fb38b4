import { describe, expect, test } from 'vitest';
import { micros, nodeId } from '../../../../src/core/base/units.js';
import { VotesGiven } from '../../../../src/sim/systems/simple-election/votes-given.js';

const [ONE, TWO, THREE] = [nodeId(1), nodeId(2), nodeId(3)];
const vote = (term: number, granted = true) => ({ kind: 'voteResponse', term, granted });

describe('One Vote, in simple-election', () => {
  test('holds when a server repeats its vote, refuses, or votes in another term', () => {
    const oracle = new VotesGiven();
    oracle.onSend(micros(1), ONE, TWO, vote(1));
    oracle.onSend(micros(2), ONE, TWO, vote(1));
    oracle.onSend(micros(3), ONE, THREE, vote(1, false));
    oracle.onSend(micros(4), ONE, THREE, vote(2));
    oracle.onSend(micros(5), TWO, THREE, { kind: 'voteRequest', term: 1, candidate: 2 });
  });

  test('is broken by a second vote, and by one for another when it had its own', () => {
    const oracle = new VotesGiven();
    oracle.onSend(micros(1), ONE, TWO, vote(1));
    expect(() => oracle.onSend(micros(2), ONE, THREE, vote(1))).toThrow(
      expect.objectContaining({ violation: expect.objectContaining({ property: 'One Vote' }) as unknown }),
    );
    expect(() => oracle.onSend(micros(2), TWO, THREE, vote(1))).not.toThrow();
    expect(() => oracle.onSend(micros(2), TWO, ONE, vote(1))).toThrow('s2 votes for s1 in term 1, in which it had voted for s3');
    const other = new VotesGiven();
    other.onSend(micros(1), TWO, ONE, { kind: 'voteRequest', term: 4, candidate: 2 });
    expect(() => other.onSend(micros(2), TWO, THREE, vote(4))).toThrow('s2 votes for s3 in term 4, in which it had voted for s2');
  });
});
