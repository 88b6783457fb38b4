import { describe, test } from 'vitest';
import { logIndex, nodeId, term } from '../../../src/core/base/units.js';
import type { AppendEntriesReply, RaftMessage } from '../../../src/core/raft/messages.js';
import { PromiseSurvives } from '../../../src/sim/oracles/promises.js';
import { expectViolated, view } from './planted.js';

const [S1, S2] = [nodeId(1), nodeId(2)];
const vote: RaftMessage = { kind: 'requestVoteReply', term: term(3), voteGranted: true, isPreVote: false };
const acknowledged = (matchIndex: number): AppendEntriesReply => ({
  kind: 'appendEntriesReply', term: term(3), success: true, matchIndex: logIndex(matchIndex), hintTerm: term(3), prevLogIndex: logIndex(0), sequence: 1,
});

describe('A Promise Survives', () => {
  test('sees a vote forgotten by a restart', () => {
    const oracle = new PromiseSurvives();
    oracle.onSend(1, S1, S2, vote, view({ term: 3, vote: 2 }));
    expectViolated('A Promise Survives', /s1 broke its word: it voted for s2 in term 3, and has forgotten it/, () => oracle.onRecovered(2, S1, view({ term: 3 })));
  });

  test('sees a term forgotten', () => {
    const oracle = new PromiseSurvives();
    oracle.onSend(1, S1, S2, { ...vote, voteGranted: false }, view({ term: 3 }));
    expectViolated('A Promise Survives', /in term 3 when it last spoke, and came back in term 2/, () => oracle.onRecovered(2, S1, view({ term: 2 })));
  });

  test('sees acknowledged entries gone', () => {
    const oracle = new PromiseSurvives();
    oracle.onSend(1, S1, S2, acknowledged(2), view({ term: 3, log: [1, 3] }));
    expectViolated('A Promise Survives', /acknowledged the log up to entry 2 of term 3, and came back with one up to 1 of term 1/, () =>
      oracle.onRecovered(2, S1, view({ term: 3, log: [1] })));
  });

  test('sees a leader forget what it counted of its own log', () => {
    const oracle = new PromiseSurvives();
    const leads = (matchIndex: number) => view({ role: 'leader', term: 3, log: [1, 3], progress: [{ mode: 'replicate', nextIndex: 3, matchIndex }] });
    oracle.onStep(1, S1, leads(1), leads(2));
    expectViolated('A Promise Survives', /acknowledged the log up to entry 2 of term 3/, () => oracle.onRecovered(2, S1, view({ term: 3, log: [1] })));
  });

  test('is content when all is there, and more', () => {
    const oracle = new PromiseSurvives();
    oracle.onSend(1, S1, S2, vote, view({ term: 3, vote: 2 }));
    oracle.onSend(2, S1, S2, acknowledged(2), view({ term: 3, vote: 2, log: [1, 3] }));
    oracle.onRecovered(3, S1, view({ term: 3, vote: 2, log: [1, 3, 3] }));
    oracle.onRecovered(4, S1, view({ term: 4, log: [1, 3] }));
  });

  test('is content when a later leader cut what was acknowledged to an earlier one', () => {
    const oracle = new PromiseSurvives();
    oracle.onSend(1, S1, S2, acknowledged(3), view({ term: 3, log: [1, 3, 3] }));
    oracle.onStep(2, S1, view({ term: 4, log: [1, 3, 3] }), view({ term: 4, log: [1, 4] }));
    oracle.onRecovered(3, S1, view({ term: 4, log: [1] }));
  });

  test('is content when a snapshot that ends at the acknowledged entry replaced the log, and still sees that what is before it is gone', () => {
    const replaced = () => {
      const oracle = new PromiseSurvives();
      oracle.onSend(1, S1, S2, acknowledged(3), view({ term: 3, log: [1, 3, 3] }));
      oracle.onStep(2, S1, view({ term: 4, log: [1, 3, 3] }), view({ term: 4, compactedTo: 3 }));
      return oracle;
    };
    replaced().onRecovered(3, S1, view({ term: 4, compactedTo: 3 }));
    replaced().onRecovered(3, S1, view({ term: 4, log: [1, 3, 3] }));
    expectViolated('A Promise Survives', /up to entry 2 of term 3, and came back with one up to 1/, () => replaced().onRecovered(3, S1, view({ term: 4, log: [1] })));
  });
});
