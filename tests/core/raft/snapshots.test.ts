import { describe, expect, test } from 'vitest';
import { advance, below } from '../../../src/core/base/random.js';
import { logIndex, term } from '../../../src/core/base/units.js';
import { compact } from '../../../src/core/raft/raft.js';
import type { RaftState } from '../../../src/core/raft/state.js';
import { Cluster } from './cluster.js';
import {
  A,
  act,
  append,
  B,
  C,
  hears,
  installReply,
  leader,
  logOf,
  piece,
  proposes,
  rejected,
  server,
  snapshotBytes,
  termsOf,
  ticks,
  toldTo,
  type Outcome,
} from './server.js';

const answerTo = (outcome: Outcome): unknown => toldTo(outcome, B)[0];
const follower = (...terms: readonly number[]): RaftState => server({ log: logOf(...terms), currentTerm: 3 });

/** Hears pieces of one snapshot up to entry 5 of term 2. */
function hearsAll(state: RaftState, cuts: readonly (readonly [number, number])[]): Outcome {
  return cuts.reduce(
    (step: Outcome, [offset, end]) => hears(step.state, B, piece(3, 5, 2, offset, end)),
    act(state, 0, () => undefined),
  );
}

describe('a snapshot that arrives', () => {
  test('in order is joined, installed, and acknowledged as a promise (Figure 5.3)', () => {
    const last = hearsAll(follower(1), [
      [0, 4],
      [4, 8],
      [8, 10],
    ]);
    expect(last.draft.installed).toEqual({ snapshot: { lastIndex: 5, lastTerm: 2, data: snapshotBytes(10) }, keepsLog: false });
    expect(last.state).toMatchObject({ commitIndex: 5, incoming: null });
    expect(last.state.log).toMatchObject({ firstIndex: 6, lastIndex: 5, prevTerm: 2, lastTerm: 2 });
    expect(last.sends).toEqual([]);
    expect(last.promises).toEqual([{ kind: 'send', to: B, message: installReply(3, 5, 10, true) }]);
  });

  test('with a piece lost or early is asked for at the place where it broke off', () => {
    const early = hearsAll(follower(1), [
      [0, 4],
      [8, 10],
    ]);
    expect(early.draft.installed).toBeNull();
    expect(answerTo(early)).toEqual(installReply(3, 5, 4, false));
    expect(
      hearsAll(early.state, [
        [4, 8],
        [8, 10],
      ]).draft.installed?.snapshot.data,
    ).toEqual(snapshotBytes(10));
    expect(answerTo(hearsAll(follower(1), [[4, 8]]))).toEqual(installReply(3, 5, 0, false));
  });

  test('with a piece doubled holds it once', () => {
    expect(
      hearsAll(follower(1), [
        [0, 4],
        [0, 4],
        [4, 8],
        [4, 8],
        [0, 4],
        [8, 10],
      ]).draft.installed?.snapshot.data,
    ).toEqual(snapshotBytes(10));
  });

  test('is not mixed with pieces of another one', () => {
    const half = hearsAll(follower(1), [[0, 4]]).state;
    const other = hears(half, B, piece(3, 7, 3, 0, 4));
    expect(other.state.incoming).toMatchObject({ lastIndex: 7, receivedBytes: 4 });
    expect(answerTo(hears(other.state, B, piece(3, 5, 2, 4, 8)))).toEqual(installReply(3, 5, 0, false));
  });

  test('is forgotten half-way when the term changes: another leader cuts it otherwise', () => {
    const half = hearsAll(follower(1), [[0, 4]]).state;
    expect(hears(half, C, append(4, 0, 0)).state.incoming).toBeNull();
  });

  test('from a leader of the past is refused with the newer term', () => {
    const refused = hears(follower(1), B, piece(2, 5, 2, 0, 10));
    expect(refused.draft.installed).toBeNull();
    expect(answerTo(refused)).toMatchObject({ term: 3, success: false });
  });

  test('late, after everything in it was committed here, is never installed', () => {
    const ahead = hears(follower(1, 1, 2, 2, 2, 2), B, append(3, 6, 2, [], 6)).state;
    for (const lastIndex of [5, 6]) {
      const late = hears(ahead, B, piece(3, lastIndex, 2, 0, 10));
      expect(late.draft.installed).toBeNull();
      expect(late.state.commitIndex).toBe(6);
      expect(answerTo(late)).toMatchObject({ isInstalled: true, lastIndex });
    }
  });

  test('replaces a log that conflicts with it, all of it', () => {
    const conflicting = hearsAll(follower(1, 1, 1, 1, 1, 1, 1), [[0, 10]]);
    expect(conflicting.draft).toMatchObject({ truncatedFrom: 1, appendedFrom: 0, installed: { keepsLog: false } });
    expect(conflicting.state.log).toMatchObject({ firstIndex: 6, lastIndex: 5, lastTerm: 2 });
  });

  test('keeps the log behind it when that agrees (Figure 5.3, rule 6)', () => {
    const agreeing = hearsAll(follower(1, 1, 1, 2, 2, 2, 3), [[0, 10]]);
    expect(agreeing.draft).toMatchObject({ truncatedFrom: 0, installed: { keepsLog: true } });
    expect(agreeing.state.log).toMatchObject({ firstIndex: 6, prevTerm: 2, lastIndex: 7 });
    expect(termsOf(agreeing.state.log)).toEqual([2, 3]);
  });

  test('can be of one piece, and of no bytes', () => {
    expect(hears(follower(), B, piece(3, 5, 2, 0, 0, 0)).draft.installed?.snapshot.data).toEqual(new Uint8Array(0));
  });
});

/** Leads term 2 over a log whose first five entries only a snapshot of ten bytes holds; B is about to ask for them. */
function compacted(): RaftState {
  const state = leader({ log: logOf(1, 1, 1, 1) });
  const snapshot = { lastIndex: logIndex(5), lastTerm: term(2), data: snapshotBytes(10) };
  const shorter = act(state, 0, (draft) => compact(draft, snapshot, logIndex(5))).state;
  const fresh = {
    ...shorter,
    progress: shorter.progress.map((each) => ({
      ...each,
      matchIndex: logIndex(0),
      nextIndex: logIndex(6),
      mode: 'probe' as const,
      probeSequence: each.sentSequence,
    })),
  };
  return fresh;
}
const piecesTo = (outcome: Outcome) => toldTo(outcome, B).filter((each) => each.kind === 'installSnapshot');

describe('a leader whose log no longer holds what a follower needs', () => {
  const asks = (): Outcome => hears(compacted(), B, rejected(2, 5, 0, 0));
  const sequenceOf = (outcome: Outcome): number => piecesTo(outcome)[0]?.sequence ?? -1;

  test('sends its snapshot, also when its whole log is compacted', () => {
    const asked = asks();
    expect(asked.state.log).toMatchObject({ firstIndex: 6, lastIndex: 5 });
    expect(piecesTo(asked)).toMatchObject([{ lastIndex: 5, lastTerm: 2, offset: 0, data: snapshotBytes(10).subarray(0, 4), done: false }]);
  });

  test('sends a piece for each answer, and goes on with entries when it is installed', () => {
    const first = asks();
    const second = hears(first.state, B, installReply(2, 5, 4, false, sequenceOf(first)));
    const third = hears(second.state, B, installReply(2, 5, 8, false, sequenceOf(second)));
    expect(piecesTo(second)).toMatchObject([{ offset: 4, done: false }]);
    expect(piecesTo(third)).toMatchObject([{ offset: 8, done: true }]);
    const asked = proposes(third.state);
    expect(toldTo(asked, B)).toEqual([]);
    const installed = hears(asked.state, B, installReply(2, 5, 10, true, sequenceOf(third)));
    expect(toldTo(installed, B)).toMatchObject([{ kind: 'appendEntries', prevLogIndex: 5, prevLogTerm: 2, entries: [{ index: 6 }] }]);
    expect(installed.state.progress[1]).toMatchObject({ matchIndex: 5, mode: 'probe', snapshot: null });
  });

  test('sends nothing for an answer that is late, doubled or absurd', () => {
    const first = asks();
    const second = hears(first.state, B, installReply(2, 5, 4, false, sequenceOf(first)));
    for (const answer of [
      installReply(2, 5, 4, false, sequenceOf(first)),
      installReply(2, 5, 0, false, 1),
      installReply(2, 4, 8, false, 99),
      installReply(2, 5, 11, false, sequenceOf(second)),
      installReply(1, 5, 8, false, 99),
    ]) {
      expect(piecesTo(hears(second.state, B, answer))).toEqual([]);
    }
  });

  test('sends the piece again when a later heartbeat was echoed and the piece was not', () => {
    const first = asks();
    const beat = ticks(first.state, 10_000);
    const heartbeat = toldTo(beat, B).find((each) => each.kind === 'appendEntries');
    expect(heartbeat).toMatchObject({ prevLogIndex: 0, prevLogTerm: 0, entries: [] });
    const echo = {
      kind: 'appendEntriesReply',
      term: term(2),
      success: true,
      matchIndex: logIndex(0),
      hintTerm: term(2),
      prevLogIndex: logIndex(0),
      sequence: heartbeat?.sequence ?? 0,
    } as const;
    expect(piecesTo(hears(beat.state, B, echo))).toMatchObject([{ offset: 0 }]);
  });

  test('goes on with the one it began when a newer one was taken, or a slow follower would never have a whole one', () => {
    const first = asks();
    const newer = act(first.state, 0, (draft) => {
      draft.state.snapshot = { lastIndex: logIndex(6), lastTerm: term(2), data: snapshotBytes(10) };
    });
    expect(piecesTo(hears(newer.state, B, installReply(2, 5, 4, false, sequenceOf(first))))).toMatchObject([{ lastIndex: 5, offset: 4 }]);
  });

  test('follows a higher term in the answer', () => {
    expect(hears(asks().state, B, installReply(7, 5, 4, false)).state).toMatchObject({ role: 'follower', currentTerm: 7 });
  });
});

describe('compaction', () => {
  test('keeps as many entries behind the snapshot as it is told', () => {
    const snapshot = { lastIndex: logIndex(5), lastTerm: term(2), data: snapshotBytes(1) };
    const kept = act(leader({ log: logOf(1, 1, 1, 1) }), 0, (draft) => compact(draft, snapshot, logIndex(3))).state;
    expect(kept.log).toMatchObject({ firstIndex: 4, prevTerm: 1, lastIndex: 5 });
  });

  test('of what is not committed, or beyond the snapshot, is refused', () => {
    const state = leader({ log: logOf(1) });
    const at = (index: number, keepAfter: number) =>
      act(state, 0, (draft) =>
        compact(draft, { lastIndex: logIndex(index), lastTerm: term(2), data: snapshotBytes(1) }, logIndex(keepAfter)),
      );
    expect(() => at(3, 2)).toThrow('only what is committed');
    expect(() => at(1, 2)).toThrow('what is dropped is in the snapshot');
  });
});

test('a server that was away for long catches up by snapshot, although half of its letters are lost', () => {
  const cluster = new Cluster({ size: 3 });
  cluster.elect(A);
  cluster.isolate(C);
  for (let i = 0; i < 20; i++) cluster.propose(A);
  cluster.settle();
  cluster.compact(A, 30);
  cluster.heal();
  let random = 1;
  let rounds = 0;
  for (; cluster.state(C).commitIndex < 21 && rounds < 1_000; rounds++) {
    cluster.wake(A);
    while (cluster.mail.length > 0) {
      const [next] = cluster.mail;
      const isOfC = next?.to === C || next?.from === C;
      random = advance(random);
      if (isOfC && below(random, 2) === 0) cluster.mail.shift();
      else cluster.deliver(0);
    }
  }
  expect(rounds).toBeGreaterThan(8);
  expect(cluster.state(C)).toMatchObject({ commitIndex: 21, snapshot: { lastIndex: 21, data: new Uint8Array(30).fill(21) } });
});
