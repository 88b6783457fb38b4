import { describe, test } from 'vitest';
import type { Input } from '../../../../../../src/core/machine.js';
import { logIndex, micros, nodeId, term } from '../../../../../../src/core/base/units.js';
import type { RaftMessage } from '../../../../../../src/core/raft/messages.js';
import { PreVoteKept } from '../../../../../../src/sim/systems/raft/oracles/elections/pre-vote-kept.js';
import { expectViolated, view, type Planted } from '../../../../oracles/planted.js';

const [S1, S2] = [nodeId(1), nodeId(2)];
const granted: RaftMessage = { kind: 'requestVoteReply', term: term(4), voteGranted: true, isPreVote: true };
const request = (isPreVote: boolean): RaftMessage => ({
  kind: 'requestVote',
  term: term(4),
  candidateId: S2,
  lastLogIndex: logIndex(0),
  lastLogTerm: term(0),
  isPreVote,
});
const comes = (message: RaftMessage): Input<unknown, unknown> => ({ kind: 'message', now: micros(9), from: S2, message });

/** s1, which follows s2 in term 3, answers a pre-vote of s2 for term 4, and then takes in `input` as these two states say. */
function answeredThen(reply: RaftMessage, before: Planted, after: Planted, input: Input<unknown, unknown>): () => void {
  return () => {
    const oracle = new PreVoteKept();
    oracle.onSend(1, S1, S2, reply, view({ term: 3, leader: 2 }));
    oracle.onStep(2, S1, view({ leader: 2, ...before }), view({ leader: 2, ...after }), input);
  };
}

describe('Pre-Vote Kept', () => {
  test('sees a candidate passed over by who had granted its pre-vote', () => {
    const act = answeredThen(granted, { term: 3 }, { term: 3 }, comes(request(false)));
    expectViolated('Pre-Vote Kept', /s1 granted s2 a pre-vote for term 4, heard of no leader since, and yet passed over/, act);
  });

  test('is content when the request is taken up, whatever becomes of the vote', () => {
    answeredThen(granted, { term: 3 }, { term: 4 }, comes(request(false)))();
    answeredThen(granted, { term: 5 }, { term: 5 }, comes(request(false)))();
  });

  test('is content where nothing was granted, nothing is requested, or another leader was heard of meanwhile', () => {
    answeredThen({ ...granted, voteGranted: false } as RaftMessage, { term: 3 }, { term: 3 }, comes(request(false)))();
    answeredThen({ ...granted, isPreVote: false } as RaftMessage, { term: 3 }, { term: 3 }, comes(request(false)))();
    answeredThen(granted, { term: 3 }, { term: 3 }, comes(request(true)))();
    answeredThen(granted, { term: 3 }, { term: 3 }, { kind: 'wake', now: micros(9) })();
    answeredThen(granted, { term: 3, leader: 3 }, { term: 3, leader: 3 }, comes(request(false)))();
  });

  test('a restart forgets what was granted', () => {
    const oracle = new PreVoteKept();
    oracle.onSend(1, S1, S2, granted, view({ term: 3, leader: 2 }));
    oracle.onCrash(2, S1);
    oracle.onStep(3, S1, view({ term: 3, leader: 2 }), view({ term: 3, leader: 2 }), comes(request(false)));
  });
});
