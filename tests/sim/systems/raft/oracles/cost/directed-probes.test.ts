import { describe, test } from 'vitest';
import { logIndex, micros, nodeId, term } from '../../../../../../src/core/base/units.js';
import type { AppendEntriesReply } from '../../../../../../src/core/raft/messages.js';
import { DirectedProbes } from '../../../../../../src/sim/systems/raft/oracles/cost/directed-probes.js';
import { expectViolated, view, type Planted } from '../../../../oracles/planted.js';

type Place = NonNullable<Planted['progress']>[number];

const L = nodeId(1);
const F = nodeId(2);
const probe = (nextIndex: number, matchIndex = 0): Place => ({ mode: 'probe', nextIndex, matchIndex, probeSequence: 3 });
const stream = (nextIndex: number, matchIndex: number): Place => ({ mode: 'replicate', nextIndex, matchIndex });
const leader = (place: Place, ofTerm = 5, compactedTo = 0) =>
  view({ role: 'leader', term: ofTerm, compactedTo, progress: [probe(1), place, probe(1)] });

/** Tells the leader what its follower answered, and what it made of it. */
function answered(oracle: DirectedProbes, was: Place, is: Place, reply: Partial<AppendEntriesReply>, ofTerm = 5, compactedTo = 0): void {
  const message: AppendEntriesReply = {
    kind: 'appendEntriesReply',
    term: term(ofTerm),
    success: false,
    matchIndex: logIndex(0),
    hintTerm: term(0),
    prevLogIndex: logIndex(was.nextIndex - 1),
    sequence: 3,
    ...reply,
  };
  oracle.onStep(1, L, leader(was, ofTerm, compactedTo), leader(is, ofTerm, compactedTo), {
    kind: 'message',
    now: micros(1),
    from: F,
    message,
  });
}

describe('Directed Probes', () => {
  test('sees a late rejection that takes a leader back', () => {
    expectViolated('Directed Probes', /goes back from 9 to 6, though it knows that 5 matches/, () =>
      answered(new DirectedProbes(), stream(9, 5), probe(6, 5), { prevLogIndex: logIndex(4) }),
    );
  });

  test('sees a search that goes back entry by entry', () => {
    const oracle = new DirectedProbes();
    answered(oracle, probe(9), probe(8), { hintTerm: term(2) });
    expectViolated(
      'Directed Probes',
      /told by s2 that entry 7 does not match, probes 6 next: the second probe in a row that stays within term 2/,
      () => answered(oracle, probe(8), probe(7), { hintTerm: term(2) }),
    );
  });

  test('is content with rejections that skip a term each, that change nothing, or begin another search', () => {
    const oracle = new DirectedProbes();
    answered(oracle, stream(12, 3), probe(9, 3), { prevLogIndex: logIndex(10), hintTerm: term(4) });
    answered(oracle, probe(9, 3), probe(7, 3), { hintTerm: term(3) });
    answered(oracle, probe(7, 3), probe(7, 3), { prevLogIndex: logIndex(8), hintTerm: term(4) });
    answered(oracle, probe(7, 3), probe(6, 3), { sequence: 2, hintTerm: term(3) });
    answered(oracle, probe(6, 3), stream(7, 6), { success: true });
    answered(oracle, stream(9, 6), probe(8, 6), { prevLogIndex: logIndex(8), hintTerm: term(4) });
    answered(oracle, probe(9), probe(8), { hintTerm: term(4) }, 6);
    answered(oracle, probe(8), probe(7), { hintTerm: term(4) }, 6, 7);
    oracle.onCrash(2, L);
    answered(oracle, probe(9), probe(8), { hintTerm: term(4) }, 6);
  });
});
