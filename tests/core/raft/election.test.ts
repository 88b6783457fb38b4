import { describe, expect, test } from 'vitest';
import { JUMP_MAX, logIndex, NEVER, NOBODY, TERM_LAST } from '../../../src/core/base/units.js';
import {
  A,
  accepted,
  act,
  append,
  B,
  C,
  candidate,
  elected,
  entriesOf,
  hears,
  isDurable,
  leader,
  logOf,
  OPTIONS,
  preCandidate,
  preVote,
  proposes,
  requestPreVote,
  requestVote,
  server,
  sleeps,
  ticks,
  toldTo,
  vote,
  wakeAt,
} from './server.js';

describe('an election timeout', () => {
  test('is drawn anew each time, from its whole span (§3.4)', () => {
    let state = server();
    const spans = new Set<number>();
    let from = 0;
    for (let i = 0; i < 200; i++) {
      const at = wakeAt(state);
      spans.add(at - from);
      expect(at - from).toBeGreaterThanOrEqual(OPTIONS.electionTimeoutMin);
      expect(at - from).toBeLessThan(OPTIONS.electionTimeoutMax);
      state = hears(state, B, append(1, 0, 0), (from = at - 1)).state;
    }
    expect(spans.size).toBeGreaterThan(150);
    expect(Math.max(...spans) - Math.min(...spans)).toBeGreaterThan(900);
  });

  test('differs between two servers with two seeds', () => {
    expect(wakeAt(server({ seed: 1 }))).not.toBe(wakeAt(server({ seed: 2 })));
  });

  test('leads to nothing before its moment', () => {
    const state = server();
    const early = ticks(state, wakeAt(state) - 1);
    expect(early.state).toEqual(state);
    expect(early.sends).toEqual([]);
  });
});

describe('a pre-vote', () => {
  test('asks in the next term and spends none (§9.6)', () => {
    const asked = sleeps(server({ log: logOf(1, 2) }));
    expect(asked.state).toMatchObject({ role: 'preCandidate', currentTerm: 2, votedFor: NOBODY });
    expect(asked.promises).toEqual([]);
    expect(toldTo(asked, B)).toEqual([requestPreVote(A, 3, 2, 2)]);
    expect(toldTo(asked, C)).toEqual([requestPreVote(A, 3, 2, 2)]);
  });

  test('has no consequences for the one who is asked, granted or not', () => {
    const state = server({ currentTerm: 3, log: logOf(1, 3) });
    for (const request of [requestPreVote(B, 9, 2, 3), requestPreVote(B, 9, 1, 1), requestPreVote(B, 1, 2, 3)]) {
      const answered = hears(state, B, request, 500);
      expect(answered.state).toEqual(state);
      expect(answered.promises).toEqual([]);
      expect(toldTo(answered, B)).toHaveLength(1);
    }
  });

  test('is granted with the term that was asked for', () => {
    expect(toldTo(hears(server({ currentTerm: 3 }), B, requestPreVote(B, 4)), B)).toEqual([preVote(4)]);
  });

  test('is refused for a log that is behind', () => {
    expect(toldTo(hears(server({ log: logOf(1, 2) }), B, requestPreVote(B, 3, 9, 1)), B)).toEqual([preVote(2, false)]);
  });

  test('is refused while a leader is heard, and granted when it has been silent for the shortest timeout (§4.2.3)', () => {
    const following = hears(server(), B, append(1, 0, 0), 100).state;
    expect(toldTo(hears(following, C, requestPreVote(C, 2), 1_099), C)).toEqual([preVote(1, false)]);
    expect(toldTo(hears(following, C, requestPreVote(C, 2), 1_100), C)).toEqual([preVote(2)]);
  });

  test('is granted to the very leader that was heard: it has restarted, and nobody else will take its office', () => {
    const following = hears(server(), B, append(1, 0, 0), 100).state;
    expect(toldTo(hears(following, B, requestPreVote(B, 2), 101), B)).toEqual([preVote(2)]);
  });

  test('is refused by a leader in office', () => {
    const state = leader();
    expect(toldTo(hears(state, B, requestPreVote(B, 9, 9, 9), 5_000), B)).toEqual([preVote(state.currentTerm, false)]);
  });

  test('won by a majority begins the election, once', () => {
    const asking = preCandidate({ size: 5 });
    const one = hears(asking, B, preVote(1), 2_000).state;
    const again = hears(one, B, preVote(1), 2_000).state;
    expect(again.role).toBe('preCandidate');
    const won = hears(again, C, preVote(1), 2_000);
    expect(won.state).toMatchObject({ role: 'candidate', currentTerm: 1, votedFor: A });
    expect(hears(won.state, C, preVote(1), 2_000).state.currentTerm).toBe(1);
  });

  test('that comes late counts neither as a vote nor in another term', () => {
    const stood = isDurable(candidate()).state;
    const late = hears(stood, C, preVote(1));
    expect(late.state).toMatchObject({ role: 'candidate', currentTerm: 1 });
    expect(hears(stood, C, preVote(2)).state).toMatchObject({ role: 'candidate', currentTerm: 1 });
    const asking = preCandidate({ currentTerm: 5 });
    expect(hears(asking, B, preVote(5), 2_000).state.role).toBe('preCandidate');
    expect(hears(asking, B, vote(6), 2_000).state.role).toBe('preCandidate');
    expect(hears(server(), B, preVote(1)).state.role).toBe('follower');
  });

  test('that is refused for a newer term teaches that term', () => {
    expect(hears(preCandidate(), B, preVote(8, false), 2_000).state).toMatchObject({ role: 'follower', currentTerm: 8, votedFor: NOBODY });
  });
});

describe('a vote', () => {
  test('is a promise: it waits for the disk (A1, §3.8)', () => {
    const voted = hears(server(), B, requestVote(B, 1));
    expect(voted.sends).toEqual([]);
    expect(voted.promises).toEqual([{ kind: 'send', to: B, message: vote(1) }]);
    expect(voted.state).toMatchObject({ currentTerm: 1, votedFor: B });
  });

  test('is given once in a term, to the first who asks (§3.4)', () => {
    const first = hears(server(), B, requestVote(B, 1)).state;
    const second = hears(first, C, requestVote(C, 1));
    expect(second.state.votedFor).toBe(B);
    expect(toldTo(second, C)).toEqual([vote(1, false)]);
  });

  test('is given again to the same candidate: the first answer may be lost', () => {
    const first = hears(server(), B, requestVote(B, 1)).state;
    expect(toldTo(hears(first, B, requestVote(B, 1)), B)).toEqual([vote(1)]);
  });

  test('is not forgotten when a candidate finds that another leads the same term', () => {
    const stood = candidate().state;
    const follows = hears(stood, B, append(1, 0, 0)).state;
    expect(follows).toMatchObject({ role: 'follower', currentTerm: 1, votedFor: A, leaderId: B });
    // The delayed request of a third server, heard after the leader fell silent.
    expect(toldTo(hears(follows, C, requestVote(C, 1), 9_000), C)).toEqual([vote(1, false)]);
  });

  test('is not forgotten when a leader without a majority steps down in its term', () => {
    let state = leader();
    const inTerm = state.currentTerm;
    for (let i = 0; i < 30 && state.role === 'leader'; i++) state = sleeps(state).state;
    expect(state).toMatchObject({ role: 'follower', currentTerm: inTerm, votedFor: A });
  });

  test('is forgotten with its term', () => {
    const first = hears(server(), B, requestVote(B, 1)).state;
    expect(toldTo(hears(first, C, requestVote(C, 2)), C)).toEqual([vote(2)]);
  });

  test('is refused for an older term, and the newer one is told (§3.3)', () => {
    const refused = hears(server({ currentTerm: 5 }), B, requestVote(B, 4));
    expect(toldTo(refused, B)).toEqual([vote(5, false)]);
    expect(refused.state).toMatchObject({ currentTerm: 5, votedFor: NOBODY });
  });

  test.each([
    // Ours ends at entry 3 of term 2.
    ['a longer log of an older term', 9, 1, false],
    ['a shorter log of the same term', 2, 2, false],
    ['the same log', 3, 2, true],
    ['a longer log of the same term', 4, 2, true],
    ['a shorter log of a newer term', 1, 3, true],
  ])('compares logs by last term, then by length: %s (§3.6.1, A8, A10)', (_which, lastLogIndex, lastLogTerm, granted) => {
    const answered = hears(server({ log: logOf(1, 1, 2) }), B, requestVote(B, 4, lastLogIndex, lastLogTerm));
    expect(toldTo(answered, B)).toEqual([vote(4, granted)]);
    expect(answered.state.currentTerm).toBe(4);
  });

  test('puts the own election off when it is given, and only then (A14, §3.4)', () => {
    const state = server({ currentTerm: 1, log: logOf(1) });
    const given = hears(state, B, requestVote(B, 2, 1, 1), 900).state;
    expect(wakeAt(given)).toBeGreaterThanOrEqual(1_900);
    expect(wakeAt(hears(state, B, requestVote(B, 2, 0, 0), 900).state)).toBe(wakeAt(state));
    expect(wakeAt(hears(state, B, requestVote(B, 1, 0, 0), 900).state)).toBe(wakeAt(state));
    expect(wakeAt(hears(state, B, requestPreVote(B, 2, 1, 1), 900).state)).toBe(wakeAt(state));
    expect(wakeAt(hears(given, C, requestVote(C, 2, 1, 1), 950).state)).toBe(wakeAt(given));
  });

  test('is neither given nor refused while a leader is heard, and the term is left alone (§4.2.3)', () => {
    const following = hears(server(), B, append(1, 0, 0), 100).state;
    const asked = hears(following, C, requestVote(C, 7), 1_099);
    expect(asked.state).toEqual(following);
    expect(toldTo(asked, C)).toEqual([]);
    expect(toldTo(hears(following, C, requestVote(C, 7), 1_100), C)).toEqual([vote(7)]);
  });

  test('follows a granted pre-vote to the very leader that was heard', () => {
    const following = hears(server(), B, append(1, 0, 0), 100).state;
    expect(toldTo(hears(following, B, requestVote(B, 2), 101), B)).toEqual([vote(2)]);
  });
});

describe('a candidate', () => {
  test('promises its own vote and asks for others only when that is durable (A2, §3.8)', () => {
    const stood = candidate({ log: logOf(1, 1) });
    expect(stood.state).toMatchObject({ role: 'candidate', currentTerm: 2, votedFor: A });
    expect(stood.sends).toEqual([]);
    expect(stood.promises).toEqual([
      { kind: 'send', to: A, message: vote(2) },
      { kind: 'send', to: B, message: requestVote(A, 2, 2, 1) },
      { kind: 'send', to: C, message: requestVote(A, 2, 2, 1) },
    ]);
  });

  test('counts its own vote only when it is durable', () => {
    const stood = candidate();
    const one = hears(stood.state, B, vote(1)).state;
    expect(one.role).toBe('candidate');
    expect(isDurable({ ...stood, state: one }).state.role).toBe('leader');
  });

  test('counts each voter once, however often its vote arrives', () => {
    let { state } = isDurable(candidate({ size: 5 }));
    for (let i = 0; i < 4; i++) state = hears(state, B, vote(1)).state;
    expect(state.role).toBe('candidate');
    expect(hears(state, C, vote(1)).state.role).toBe('leader');
  });

  test('does not count votes of another term, refusals, or strangers', () => {
    const { state } = isDurable(candidate({ currentTerm: 3 }));
    expect(hears(state, B, vote(3)).state.role).toBe('candidate');
    expect(hears(state, B, vote(4, false)).state.role).toBe('candidate');
    expect(hears(state, 9 as typeof B, vote(4)).state.role).toBe('candidate');
  });

  test('follows a higher term in a refusal', () => {
    const { state } = isDurable(candidate());
    expect(hears(state, B, vote(7, false)).state).toMatchObject({ role: 'follower', currentTerm: 7, votedFor: NOBODY, votesGranted: 0 });
  });

  test('that wins nothing asks again after another timeout, in a term one higher', () => {
    const { state } = isDurable(candidate());
    const asked = sleeps(state);
    expect(asked.state).toMatchObject({ role: 'preCandidate', currentTerm: 1 });
    expect(toldTo(asked, B)).toEqual([requestPreVote(A, 2)]);
  });

  test('that wins puts a no-op behind its log and tells everyone (B3, §6.4)', () => {
    const won = elected({ log: logOf(1) });
    expect(won.state).toMatchObject({ role: 'leader', leaderId: A, electionDeadline: NEVER });
    expect(won.state.log.entryAt(won.state.log.lastIndex)).toMatchObject({ index: 2, term: 2, kind: 'noop' });
    expect(toldTo(won, B)).toMatchObject([
      { kind: 'appendEntries', prevLogIndex: 1, prevLogTerm: 1, entries: [{ index: 2, kind: 'noop' }] },
    ]);
    expect(toldTo(won, A)).toMatchObject([{ kind: 'appendEntriesReply', matchIndex: 2 }]);
  });
});

describe('a leader', () => {
  test('follows a higher term in any reply (A13, §3.3)', () => {
    const state = leader();
    expect(hears(state, B, accepted(9, 0)).state).toMatchObject({ role: 'follower', currentTerm: 9, votedFor: NOBODY, leaderId: NOBODY });
    expect(hears(state, B, vote(9, false)).state).toMatchObject({ role: 'follower', currentTerm: 9 });
  });

  test('steps down when a majority was silent for an election timeout (A27, §6.2)', () => {
    let step = ticks(leader(), wakeAt(leader()));
    let last = 0;
    for (let i = 0; i < 60 && step.state.role === 'leader'; i++) {
      last = wakeAt(step.state);
      step = sleeps(step.state);
    }
    expect(step.moments).toContain('leader-stepped-down-without-quorum');
    expect(step.state).toMatchObject({ role: 'follower', leaderId: NOBODY, progress: [] });
    expect(wakeAt(step.state)).toBeGreaterThanOrEqual(last + OPTIONS.electionTimeoutMin);
    expect(last - wakeAt(server())).toBeLessThanOrEqual(2 * OPTIONS.electionTimeoutMin);
  });

  test('stays while one follower of two answers', () => {
    let state = leader();
    const from = wakeAt(state);
    while (wakeAt(state) < from + 10_000) {
      state = sleeps(state).state;
      const sequence = state.progress[1]?.sentSequence ?? 0;
      state = hears(state, B, accepted(state.currentTerm, state.log.lastIndex, sequence), wakeAt(state) - 1).state;
    }
    expect(state.role).toBe('leader');
  });

  test('leaves its term to a stuck server whose term is higher, which frees it', () => {
    const state = leader();
    const stuck = server({ self: C, currentTerm: 8 });
    const heartbeat = append(state.currentTerm, 0, 0);
    const refused = hears(stuck, A, heartbeat);
    expect(refused.state.leaderId).toBe(NOBODY);
    const told = toldTo(refused, A);
    expect(told).toMatchObject([{ kind: 'appendEntriesReply', term: 8, success: false }]);
    const freed = hears(state, C, told[0] as ReturnType<typeof accepted>);
    expect(freed.state).toMatchObject({ role: 'follower', currentTerm: 8 });
  });

  test('of the same term is followed by everyone else who stood or asked', () => {
    for (const state of [preCandidate({ currentTerm: 1 }), candidate().state]) {
      const follows = hears(state, B, append(1, 0, 0, [1]), 3_000);
      expect(follows.state).toMatchObject({ role: 'follower', leaderId: B, currentTerm: 1 });
      expect(follows.state.log.lastIndex).toBe(1);
      expect(wakeAt(follows.state)).toBeGreaterThanOrEqual(4_000);
    }
  });

  test('that hears of another leader in its own term stops: Election Safety is gone (Figure 3.2)', () => {
    const state = leader();
    expect(() => hears(state, B, append(state.currentTerm, 0, 0))).toThrow('Election Safety');
  });
});

describe('a follower', () => {
  test('puts its election off when its leader is heard, and not for one of an older term', () => {
    const state = server({ currentTerm: 3 });
    expect(wakeAt(hears(state, B, append(3, 0, 0), 900).state)).toBeGreaterThanOrEqual(1_900);
    expect(wakeAt(hears(state, B, append(2, 0, 0), 900).state)).toBe(wakeAt(state));
  });
});

describe('a server that is alone', () => {
  test('elects itself when its own vote is durable, and commits when its own entry is', () => {
    const stood = sleeps(server({ size: 1 }));
    expect(stood.state).toMatchObject({ role: 'candidate', currentTerm: 1 });
    const took = isDurable(stood, 3_000);
    expect(took.state).toMatchObject({ role: 'leader', commitIndex: 0 });
    expect(took.state.log.lastIndex).toBe(1);
    const asked = proposes(took.state);
    expect(asked.state).toMatchObject({ commitIndex: 0 });
    const first = isDurable({ ...took, state: asked.state });
    expect(first.state.commitIndex).toBe(1);
    expect(isDurable({ ...asked, state: first.state }).state.commitIndex).toBe(2);
  });

  test('stays the leader: it hears itself', () => {
    let { state } = isDurable(isDurable(sleeps(server({ size: 1 })), 3_000), 3_000);
    for (let i = 0; i < 50; i++) state = sleeps(state).state;
    expect(state.role).toBe('leader');
  });
});

describe('a proposal', () => {
  test('is refused by whoever does not lead', () => {
    for (const state of [server(), preCandidate(), candidate().state]) {
      expect(proposes(state).state).toEqual(state);
    }
  });

  test('is refused while too much is uncommitted', () => {
    let state = leader({ options: { uncommittedEntriesMax: 2 } });
    for (let i = 0; i < 5; i++) state = proposes(state).state;
    expect(state.log.lastIndex - state.commitIndex).toBe(2);
  });

  test("is refused while too much waits for the leader's own disk, even if the others have it and it is committed", () => {
    let state = leader({ options: { uncommittedEntriesMax: 2 } });
    const durableTo = state.log.lastIndex;
    for (let i = 0; i < 5; i++) {
      const { log, currentTerm } = proposes(state).state;
      state = [B, C].reduce((each, from) => hears(each, from, accepted(currentTerm, log.lastIndex, 9)).state, proposes(state).state);
    }
    expect(state.commitIndex).toBe(state.log.lastIndex);
    expect(state.log.lastIndex - durableTo).toBe(2);
    // What was there before the election is waited for by nobody.
    const young = elected({ log: logOf(1, 1, 1, 1), options: { uncommittedEntriesMax: 2 } }).state;
    expect(proposes({ ...young, commitIndex: logIndex(4) }).state.log.lastIndex).toBe(6);
  });
});

test('a server outside of its configuration, or with useless options, does not start', () => {
  expect(() => server({ self: 9 as typeof A })).toThrow('belongs to its first configuration');
  expect(() => server({ size: 32 })).toThrow('31 voters');
  expect(() => server({ options: { electionTimeoutMax: OPTIONS.electionTimeoutMin } })).toThrow('election timeouts differ');
});

test('the rules of a state are checked after every step', () => {
  const state = leader();
  expect(() => act(state, 0, (draft) => void (draft.state.commitIndex = (state.log.lastIndex + 1) as never))).toThrow(
    'commits only what it holds',
  );
  expect(() => act(state, 0, (draft) => void (draft.state.commitIndex = 0 as never))).toThrow('stays committed');
  expect(() => act(state, 0, (draft) => void (draft.state.currentTerm = 0 as never))).toThrow('future term');
  expect(() => act(state, 0, (draft) => void (draft.state.votedFor = B))).toThrow('voted for itself');
  const voted = hears(server(), B, requestVote(B, 1)).state;
  expect(() => act(voted, 0, (draft) => void (draft.state.votedFor = C))).toThrow('one vote in a term');
  expect(() => act(server({ log: logOf(1) }), 0, (draft) => void (draft.state.log = draft.state.log.appendAll(entriesOf(2, [9]))))).toThrow(
    'future term',
  );
});

describe('a term that no elections can have led to', () => {
  const ABSURD = Number.MAX_SAFE_INTEGER - 1;

  test.each([
    ['a heartbeat', append(ABSURD, 0, 0)],
    ['a request for a vote', requestVote(B, ABSURD)],
    ['a vote', vote(ABSURD)],
    ['an answer', accepted(ABSURD, 0)],
  ])('is not believed, whatever brings it: %s', (_, message) => {
    const before = server({ currentTerm: 3 });
    const { state, moments, sends, promises } = hears(before, B, message);
    expect([state.currentTerm, sends, promises, moments]).toEqual([3, [], [], ['absurd-term-ignored']]);
  });

  test('begins 2^32 ahead: what is nearer may be true', () => {
    expect(hears(server({ currentTerm: 3 }), B, append(3 + JUMP_MAX, 0, 0)).state.currentTerm).toBe(3 + JUMP_MAX);
    expect(hears(server({ currentTerm: 3 }), B, append(4 + JUMP_MAX, 0, 0)).state.currentTerm).toBe(3);
  });

  test('leaves elections as they were, also when many of it come between two of them', () => {
    let state = server();
    for (let i = 0; i < 50; i++) {
      state = hears(state, B, append(ABSURD, 0, 0)).state;
      state = hears(state, C, requestVote(C, TERM_LAST)).state;
    }
    const now = wakeAt(state);
    state = hears(sleeps(state).state, B, preVote(1), now).state;
    expect(state).toMatchObject({ role: 'candidate', currentTerm: 1 });
  });

  test('found on a disk ends no life: the last election is held, and after it none, without a throw', () => {
    const last = server({ currentTerm: ABSURD, size: 1 });
    const stood = isDurable(sleeps(last));
    expect(stood.state).toMatchObject({ role: 'leader', currentTerm: TERM_LAST });
    const none = sleeps(server({ currentTerm: TERM_LAST }));
    expect(none.state).toMatchObject({ role: 'follower', currentTerm: TERM_LAST });
    expect(none.moments).toEqual(['no-term-left']);
    expect(wakeAt(none.state)).toBeGreaterThan(wakeAt(server({ currentTerm: TERM_LAST })));
  });
});
