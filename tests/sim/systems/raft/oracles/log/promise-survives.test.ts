import { describe, test } from 'vitest';
import { logIndex, micros, nodeId, term } from '../../../../../../src/core/base/units.js';
import type { Input } from '../../../../../../src/core/machine.js';
import type { AppendEntriesReply, RaftMessage } from '../../../../../../src/core/raft/messages.js';
import { PromiseSurvives } from '../../../../../../src/sim/systems/raft/oracles/log/promise-survives.js';
import { expectViolated, view } from '../../../../oracles/planted.js';

const [S1, S2] = [nodeId(1), nodeId(2)];
const vote: RaftMessage = { kind: 'requestVoteReply', term: term(3), voteGranted: true, isPreVote: false };
const acknowledged = (matchIndex: number): AppendEntriesReply => ({
  kind: 'appendEntriesReply',
  term: term(3),
  success: true,
  matchIndex: logIndex(matchIndex),
  hintTerm: term(3),
  prevLogIndex: logIndex(0),
  sequence: 1,
});
/** What a server is given when entries behind `prev` come, or the last piece of a snapshot up to `last`. */
const heard = (message: RaftMessage): Input<unknown, unknown> => ({ kind: 'message', now: micros(2), from: S2, message });
const appended = (prev: number) =>
  heard({
    kind: 'appendEntries',
    term: term(4),
    prevLogIndex: logIndex(prev),
    prevLogTerm: term(1),
    leaderCommit: logIndex(5),
    sequence: 1,
    entries: [],
  });
const installed = (last: number) =>
  heard({
    kind: 'installSnapshot',
    term: term(4),
    lastIndex: logIndex(last),
    lastTerm: term(4),
    offset: 0,
    data: new Uint8Array(0),
    done: true,
    sequence: 1,
  });

describe('A Promise Survives', () => {
  test('sees a vote forgotten by a restart', () => {
    const oracle = new PromiseSurvives();
    oracle.onSend(1, S1, S2, vote, view({ term: 3, vote: 2 }));
    expectViolated('A Promise Survives', /s1 broke its word: it voted for s2 in term 3, and has forgotten it/, () =>
      oracle.onRecovered(2, S1, view({ term: 3 })),
    );
  });

  test('sees a term forgotten', () => {
    const oracle = new PromiseSurvives();
    oracle.onSend(1, S1, S2, { ...vote, voteGranted: false }, view({ term: 3 }));
    expectViolated('A Promise Survives', /in term 3 when it last spoke, and came back in term 2/, () =>
      oracle.onRecovered(2, S1, view({ term: 2 })),
    );
  });

  test('sees acknowledged entries gone', () => {
    const oracle = new PromiseSurvives();
    oracle.onSend(1, S1, S2, acknowledged(2), view({ term: 3, log: [1, 3] }));
    expectViolated('A Promise Survives', /acknowledged the log up to entry 2 of term 3, and came back with one up to 1 of term 1/, () =>
      oracle.onRecovered(2, S1, view({ term: 3, log: [1] })),
    );
  });

  test('sees a leader forget what it counted of its own log', () => {
    const oracle = new PromiseSurvives();
    const leads = (matchIndex: number) =>
      view({ role: 'leader', term: 3, log: [1, 3], progress: [{ mode: 'replicate', nextIndex: 3, matchIndex }] });
    oracle.onStep(1, S1, leads(1), leads(2), { kind: 'wake', now: micros(1) });
    expectViolated('A Promise Survives', /acknowledged the log up to entry 2 of term 3/, () =>
      oracle.onRecovered(2, S1, view({ term: 3, log: [1] })),
    );
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
    oracle.onStep(2, S1, view({ term: 4, log: [1, 3, 3] }), view({ term: 4, log: [1, 4] }), appended(1));
    oracle.onRecovered(3, S1, view({ term: 4, log: [1] }));
  });

  test('is content when what was cut left the log in the same step, and still sees that what was before the cut is gone', () => {
    const compacted = () => {
      const oracle = new PromiseSurvives();
      oracle.onSend(1, S1, S2, acknowledged(3), view({ term: 3, log: [1, 3, 3] }));
      // From behind entry 2 on entries of term 4 came, were committed, and went into a snapshot.
      oracle.onStep(2, S1, view({ term: 4, log: [1, 3, 3] }), view({ term: 4, compactedTo: 5, commit: 5 }), appended(2));
      return oracle;
    };
    compacted().onRecovered(3, S1, view({ term: 4, log: [1, 3] }));
    compacted().onRecovered(3, S1, view({ term: 4, log: [1, 3, 4, 4, 4] }));
    compacted().onRecovered(3, S1, view({ term: 4, compactedTo: 5 }));
    expectViolated('A Promise Survives', /up to entry 2 of term 3, and came back with one up to 1/, () =>
      compacted().onRecovered(3, S1, view({ term: 4, log: [1] })),
    );
  });

  test('is content when a snapshot replaced less than was acknowledged to an earlier leader, and was lost with the power', () => {
    const oracle = new PromiseSurvives();
    oracle.onSend(1, S1, S2, acknowledged(3), view({ term: 3, log: [1, 3, 3] }));
    oracle.onStep(2, S1, view({ term: 4, log: [1, 3, 3] }), view({ term: 4, compactedTo: 2 }), installed(2));
    oracle.onRecovered(3, S1, view({ term: 4, log: [1, 3, 3] }));
  });

  test('is content when a snapshot that ends at the acknowledged entry replaced the log, and still sees that what is before it is gone', () => {
    const replaced = () => {
      const oracle = new PromiseSurvives();
      oracle.onSend(1, S1, S2, acknowledged(3), view({ term: 3, log: [1, 3, 3] }));
      oracle.onStep(2, S1, view({ term: 4, log: [1, 3, 3] }), view({ term: 4, compactedTo: 3 }), installed(3));
      return oracle;
    };
    replaced().onRecovered(3, S1, view({ term: 4, compactedTo: 3 }));
    replaced().onRecovered(3, S1, view({ term: 4, log: [1, 3, 3] }));
    expectViolated('A Promise Survives', /up to entry 2 of term 3, and came back with one up to 1/, () =>
      replaced().onRecovered(3, S1, view({ term: 4, log: [1] })),
    );
  });
});
