import { describe, test } from 'vitest';
import { logIndex, nodeId, term } from '../../../../../../src/core/base/units.js';
import type { RequestVote, RequestVoteReply } from '../../../../../../src/core/raft/messages.js';
import { OneVote } from '../../../../../../src/sim/systems/raft/oracles/elections/one-vote.js';
import { expectViolated } from '../../../../oracles/planted.js';

const [S1, S2, S3] = [nodeId(1), nodeId(2), nodeId(3)];
const grant = (ofTerm: number, isPreVote = false): RequestVoteReply => ({
  kind: 'requestVoteReply',
  term: term(ofTerm),
  voteGranted: true,
  isPreVote,
});
const candidacy = (ofTerm: number): RequestVote => ({
  kind: 'requestVote',
  term: term(ofTerm),
  candidateId: S1,
  lastLogIndex: logIndex(0),
  lastLogTerm: term(0),
  isPreVote: false,
});

describe('One Vote', () => {
  test('sees a server vote for two candidates in a term, whatever lies between', () => {
    const oracle = new OneVote();
    oracle.onSend(1, S1, S2, grant(3));
    expectViolated('One Vote', /s1 voted for s2 and for s3 in term 3/, () => oracle.onSend(9, S1, S3, grant(3)));
  });

  test('counts a candidacy as a vote for oneself', () => {
    const oracle = new OneVote();
    oracle.onSend(1, S1, S2, candidacy(3));
    expectViolated('One Vote', /s1 voted for s1 and for s3 in term 3/, () => oracle.onSend(9, S1, S3, grant(3)));
  });

  test('is content with a vote said twice, one in each term, and pre-votes for all', () => {
    const oracle = new OneVote();
    oracle.onSend(1, S1, S2, grant(3));
    oracle.onSend(2, S1, S2, grant(3));
    oracle.onSend(3, S1, S3, grant(4));
    oracle.onSend(4, S1, S2, grant(4, true));
  });
});
