import { describe, expect, test } from 'vitest';
import { openDraft, requestRead } from '../../../src/core/raft/raft.js';
import type { RaftState } from '../../../src/core/raft/state.js';
import {
  A,
  accepted,
  act,
  B,
  C,
  candidate,
  elected,
  hears,
  isDurable,
  leader,
  proposes,
  reads,
  rejected,
  server,
  sleeps,
  toldTo,
  type Outcome,
} from './server.js';

const refusalOf = (state: RaftState): string | null => requestRead(openDraft(state, 0 as never, []), 1);
const sequenceTo = (outcome: Outcome, to = B): number => {
  const [message] = toldTo(outcome, to);
  return message?.kind === 'appendEntries' ? message.sequence : -1;
};
const echo = (outcome: Outcome, from = B): Outcome =>
  hears(outcome.state, from, accepted(outcome.state.currentTerm, 1, sequenceTo(outcome, from)));

describe('a read', () => {
  test('is refused by whoever does not lead', () => {
    for (const state of [server(), candidate().state]) expect(refusalOf(state)).toBe('notLeader');
  });

  test("is refused before an entry of the leader's own term is committed (B3, G11, §6.4 step 1)", () => {
    const took = elected();
    expect(refusalOf(took.state)).toBe('noCommitInTermYet');
    expect(refusalOf(isDurable(took).state)).toBe('noCommitInTermYet');
    expect(refusalOf(leader())).toBeNull();
  });

  test('is refused when too many wait', () => {
    let state = leader();
    for (let token = 1; token <= 4; token++) state = reads(state, token).state;
    expect(refusalOf(state)).toBe('tooManyReads');
  });

  test('sends a heartbeat to everyone and is served when a majority echoed it (§6.4)', () => {
    const asked = reads(leader(), 7);
    expect(toldTo(asked, B)).toMatchObject([{ kind: 'appendEntries', entries: [] }]);
    expect(toldTo(asked, C)).toMatchObject([{ kind: 'appendEntries', entries: [] }]);
    expect(asked.readyReads).toEqual([]);
    expect(echo(asked).readyReads).toEqual([7]);
  });

  test('is served by a majority of five, each counted once', () => {
    const asked = reads(leader({ size: 5 }), 7);
    const once = echo(asked);
    const again = hears(once.state, B, accepted(1, 1, sequenceTo(asked)));
    expect([...once.readyReads, ...again.readyReads]).toEqual([]);
    expect(hears(again.state, C, accepted(1, 1, sequenceTo(asked, C))).readyReads).toEqual([7]);
  });

  test('is confirmed by a rejection too: it comes from a server that follows in this term', () => {
    const asked = reads(leader(), 7);
    expect(hears(asked.state, B, rejected(1, 1, 0, 0, sequenceTo(asked))).readyReads).toEqual([7]);
  });

  test('is not confirmed by the echo of anything sent before it', () => {
    const before = proposes(leader());
    const beat = sleeps(before.state);
    const asked = reads(beat.state, 7);
    for (const sequence of [0, sequenceTo(before), sequenceTo(beat)]) {
      for (const from of [B, C]) expect(hears(asked.state, from, accepted(1, 1, sequence)).readyReads).toEqual([]);
    }
    expect(sequenceTo(asked)).toBeGreaterThan(sequenceTo(beat));
    expect(echo(asked).readyReads).toEqual([7]);
  });

  test('is not confirmed by echoes of another term, of strangers, or of what was never sent', () => {
    const asked = reads(leader({ currentTerm: 4 }), 7);
    const sequence = sequenceTo(asked);
    expect(hears(asked.state, B, accepted(4, 1, sequence)).readyReads).toEqual([]);
    expect(hears(asked.state, 9 as typeof B, accepted(5, 1, sequence)).readyReads).toEqual([]);
    expect(hears(asked.state, B, accepted(5, 1, sequence + 1)).readyReads).toEqual([]);
    expect(hears(asked.state, A, accepted(5, 1, sequence)).readyReads).toEqual([]);
  });

  test('that comes while a round runs waits for the next, which serves all who wait (§6.4)', () => {
    const first = reads(leader(), 1);
    const second = reads(first.state, 2);
    const third = reads(second.state, 3);
    expect(second.moments).toEqual(['read-waited-for-next-round']);
    expect(toldTo(third, B)).toEqual([]);
    const next = hears(third.state, B, accepted(1, 1, sequenceTo(first)));
    expect(next.readyReads).toEqual([1]);
    expect(toldTo(next, B).filter((each) => each.kind === 'appendEntries')).toHaveLength(1);
    expect(echo(next).readyReads).toEqual([2, 3]);
    expect(echo(next).state).toMatchObject({ reads: [], readRound: null, readRoundSize: 0 });
  });

  test('remembers the commit index at which it came', () => {
    expect(reads(leader(), 7).state.reads).toEqual([{ token: 7, readIndex: 1 }]);
  });

  test('fails when its leader steps down, those that wait for the next round too', () => {
    const asked = reads(reads(leader(), 1).state, 2).state;
    const deposed = hears(asked, B, accepted(9, 0));
    expect(deposed.failedReads).toEqual([1, 2]);
    expect(deposed.state).toMatchObject({ role: 'follower', reads: [], readRound: null });
  });

  test('fails when a leader finds that it has no majority', () => {
    let step = reads(leader(), 5);
    while (step.state.role === 'leader') step = sleeps(step.state);
    expect(step.failedReads).toEqual([5]);
  });

  test('is served at once by a server that is alone', () => {
    const alone = isDurable(isDurable(sleeps(server({ size: 1 })), 3_000), 3_000).state;
    expect(alone.commitIndex).toBe(1);
    const asked = act(alone, 3_000, (draft) => void requestRead(draft, 4));
    expect(asked.readyReads).toEqual([4]);
  });
});
