import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logIndex } from '../../../src/core/base/units.js';
import { Log } from '../../../src/core/raft/log.js';
import type { AppendEntries } from '../../../src/core/raft/messages.js';
import { majorityIndex } from '../../../src/core/raft/replies.js';
import type { RaftState } from '../../../src/core/raft/state.js';
import { Cluster } from './cluster.js';
import {
  A,
  accepted,
  append,
  B,
  C,
  candidate,
  D,
  E,
  elected,
  hears,
  isDurable,
  leader,
  logOf,
  OPTIONS,
  proposes,
  rejected,
  server,
  sleeps,
  termsOf,
  toldTo,
  wakeAt,
  type Outcome,
} from './server.js';

const follower = (...terms: readonly number[]): RaftState => server({ log: logOf(...terms), currentTerm: Math.max(3, ...terms) });
const answerTo = (outcome: Outcome): unknown => toldTo(outcome, B)[0];

describe('a follower', () => {
  test('appends what it lacks and promises to hold it (§3.5)', () => {
    const heard = hears(follower(1), B, append(3, 1, 1, [2, 3], 0, 7));
    expect(termsOf(heard.state.log)).toEqual([1, 2, 3]);
    expect(heard.sends).toEqual([]);
    expect(answerTo(heard)).toEqual({ ...accepted(3, 3, 7), prevLogIndex: 1 });
    expect(heard.draft).toMatchObject({ appendedFrom: 2, truncatedFrom: 0 });
  });

  test.each([
    ['a gap', append(3, 3, 1, [3])],
    ['another term at prevLogIndex', append(3, 2, 2, [3])],
    ['a newer term at prevLogIndex', append(3, 2, 3)],
  ])('rejects entries behind %s, and keeps its log', (_what, message) => {
    const heard = hears(follower(1, 1), B, message);
    expect(termsOf(heard.state.log)).toEqual([1, 1]);
    expect(answerTo(heard)).toMatchObject({ success: false, prevLogIndex: message.prevLogIndex });
    expect(heard.draft).toMatchObject({ appendedFrom: 0, truncatedFrom: 0 });
  });

  test('cuts off what conflicts, and only from there (§3.5)', () => {
    const heard = hears(follower(1, 1, 2, 2, 2), B, append(3, 1, 1, [1, 3]));
    expect(termsOf(heard.state.log)).toEqual([1, 1, 3]);
    expect(heard.draft).toMatchObject({ appendedFrom: 3, truncatedFrom: 3 });
    expect(heard.moments).toEqual(['follower-truncated-conflicting-tail']);
  });

  test.each([
    ['a late message with a part of the log', append(3, 0, 0, [1])],
    ['a heartbeat at the start', append(3, 0, 0)],
    ['a doubled message', append(3, 1, 1, [1, 3])],
  ])('keeps its tail when it hears %s', (_what, message) => {
    const heard = hears(follower(1, 1, 3, 3), B, message);
    expect(termsOf(heard.state.log)).toEqual([1, 1, 3, 3]);
    expect(heard.draft).toMatchObject({ appendedFrom: 0, truncatedFrom: 0 });
  });

  test('promises only what the message verified, not its whole log', () => {
    expect(answerTo(hears(follower(1, 1, 2, 2), B, append(3, 1, 1)))).toMatchObject({ success: true, matchIndex: 1 });
    expect(answerTo(hears(follower(1, 1, 2, 2), B, append(3, 0, 0, [1, 1])))).toMatchObject({ success: true, matchIndex: 2 });
  });

  test('commits no further than the last entry that the message verified', () => {
    const heartbeat = hears(follower(1, 2, 2), B, append(3, 1, 1, [], 3));
    expect(heartbeat.state.commitIndex).toBe(1);
    expect(hears(follower(1, 2, 2), B, append(3, 1, 1, [3], 9)).state).toMatchObject({ commitIndex: 2 });
    expect(hears(follower(1, 2, 2), B, append(3, 3, 2, [], 2)).state.commitIndex).toBe(2);
  });

  test('never takes back what is committed', () => {
    const committed = hears(follower(1, 3, 3), B, append(3, 3, 3, [], 3)).state;
    expect(hears(committed, B, append(3, 0, 0, [1], 1)).state.commitIndex).toBe(3);
    expect(() => hears(committed, B, append(3, 1, 1, [2]))).toThrow('a committed entry never conflicts');
  });

  test('that compacted its log takes what lies before it as agreed, and the rest as ever', () => {
    const log = Log.emptyAfter(logIndex(5), 2 as never);
    const made = server({ log, currentTerm: 3, snapshot: { lastIndex: logIndex(5), lastTerm: 2 as never, data: new Uint8Array() } });
    const overlapping = hears(made, B, append(3, 3, 2, [2, 2, 3, 3], 6));
    expect(termsOf(overlapping.state.log)).toEqual([3, 3]);
    expect(overlapping.state.commitIndex).toBe(6);
    expect(answerTo(overlapping)).toMatchObject({ success: true, matchIndex: 7 });
    expect(answerTo(hears(made, B, append(3, 0, 0)))).toMatchObject({ success: true, matchIndex: 5 });
    expect(answerTo(hears(made, B, append(3, 2, 1, [1])))).toMatchObject({ success: true, matchIndex: 5 });
    expect(answerTo(hears(made, B, append(3, 5, 1)))).toMatchObject({ success: false });
  });
});

describe('a rejection hints', () => {
  test.each([
    ['at its end when its log is short', [1, 1], [9, 2], [2, 1]],
    ['before the entry when another term stands there', [1, 1, 2, 2], [4, 3], [3, 2]],
    ['before a whole run of newer terms', [1, 3, 3, 3], [4, 2], [1, 1]],
    ['at nothing when all of it is newer', [3, 3], [2, 1], [0, 0]],
  ])('%s (§3.5)', (_where, terms, [prevLogIndex, prevLogTerm], [hint, hintTerm]) => {
    const heard = hears(follower(...terms), B, append(3, prevLogIndex as number, prevLogTerm as number));
    expect(answerTo(heard)).toMatchObject({ success: false, matchIndex: hint, hintTerm });
  });
});

/** A leader of `term` after these terms, its no-op and everything before it known to be held by nobody else. */
const fresh = (...terms: readonly number[]): Outcome => elected({ log: logOf(...terms) });
const sentTo = (outcome: Outcome, to = B): AppendEntries[] => toldTo(outcome, to).filter((each) => each.kind === 'appendEntries');

describe('a leader looks for agreement', () => {
  test('behind its own log first, one message at a time', () => {
    const took = fresh(1, 1);
    expect(sentTo(took)).toMatchObject([{ prevLogIndex: 2, prevLogTerm: 1, entries: [{ index: 3 }] }]);
    expect(sentTo(proposes(took.state))).toEqual([]);
  });

  test('where the hint says, skipping whole terms of its own', () => {
    const took = fresh(1, 1, 4, 4, 4).state;
    const step = hears(took, B, rejected(5, 5, 4, 2));
    expect(sentTo(step)).toMatchObject([{ prevLogIndex: 2, prevLogTerm: 1 }]);
    expect(sentTo(step)[0]?.entries.map(({ index }) => index)).toEqual([3, 4, 5, 6]);
  });

  test('and is not led astray by a rejection of another place, of the past, or of what matches', () => {
    const took = fresh(1, 1, 1, 1).state;
    expect(sentTo(hears(took, B, rejected(2, 3, 0, 0)))).toEqual([]);
    expect(sentTo(hears(took, B, rejected(1, 4, 0, 0)))).toEqual([]);
    const matched = hears(took, B, accepted(2, 5)).state;
    const late = hears(matched, B, rejected(2, 4, 0, 0));
    expect(late.state.progress[1]).toMatchObject({ mode: 'replicate', matchIndex: 5, nextIndex: 6 });
    expect(sentTo(late)).toEqual([]);
  });

  test.each([1, 10, 51, 400])('and finds it in few rounds, although %i entries diverge', (count) => {
    const cluster = new Cluster({ size: 3, options: { entriesPerMessageMax: 1_000, messageBytesMax: 100_000 } });
    cluster.elect(A);
    cluster.propose(A);
    cluster.settle();
    cluster.isolate(A);
    for (let i = 0; i < count; i++) cluster.propose(A, 'lost');
    cluster.elect(B);
    for (let i = 0; i < count; i++) cluster.propose(B, 'kept');
    cluster.settle();
    cluster.heal();
    cluster.pass(5_000);
    cluster.beat(B);
    expect(cluster.state(A).role).toBe('follower');
    const rejections = cluster.lines.filter((line) => line.startsWith('s2 hears s1: rejected')).length;
    cluster.beat(B);
    expect(termsOf(cluster.state(A).log)).toEqual(termsOf(cluster.state(B).log));
    expect(cluster.state(A).commitIndex).toBe(count + 3);
    expect(rejections).toBeLessThanOrEqual(3);
  });
});

describe('a leader that found agreement', () => {
  const ready = (made: Parameters<typeof leader>[0] = {}): RaftState => leader(made);

  test('keeps a window of messages in flight, never more than inflightMessagesMax', () => {
    let state = ready();
    let sent = 0;
    for (let i = 0; i < 10; i++) {
      const step = proposes(state);
      state = step.state;
      sent += sentTo(step).length;
    }
    expect(sent).toBe(OPTIONS.inflightMessagesMax);
    const { sentSequence, nextIndex } = state.progress[1] as RaftState['progress'][number];
    expect(nextIndex).toBe(1 + 4 + 1);
    const opened = hears(state, B, accepted(1, 5, sentSequence));
    expect(sentTo(opened)).toMatchObject([{ prevLogIndex: 5 }]);
  });

  test('sends the next page when one is acknowledged, and skips nothing', () => {
    let state = ready({ options: { entriesPerMessageMax: 3, inflightMessagesMax: 1 } });
    for (let i = 0; i < 20; i++) state = proposes(state).state;
    const seen: number[] = [2];
    for (let i = 0; i < 20; i++) {
      const { sentSequence, nextIndex } = state.progress[1] as RaftState['progress'][number];
      const step = hears(state, B, accepted(1, nextIndex - 1, sentSequence));
      for (const message of sentTo(step)) {
        expect(message.prevLogIndex).toBe(seen.at(-1));
        expect(message.entries.length).toBeLessThanOrEqual(3);
        seen.push(...message.entries.map(({ index }) => index));
      }
      state = step.state;
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, at) => at + 2));
  });

  test('fills a message up to messageBytesMax, and sends one entry however large', () => {
    let state = ready({ options: { inflightMessagesMax: 1 } });
    for (const sizeBytes of [1, 60, 40, 1, 500, 100, 1]) state = proposes(state, 'x', sizeBytes).state;
    const sizes: number[][] = [];
    for (let i = 0; i < 8; i++) {
      const { sentSequence, nextIndex } = state.progress[1] as RaftState['progress'][number];
      const step = hears(state, B, accepted(1, nextIndex - 1, sentSequence));
      sizes.push(...sentTo(step).map(({ entries }) => entries.map((each) => each.sizeBytes)));
      state = step.state;
    }
    expect(sizes).toEqual([[60, 40], [1], [500], [100], [1]]);
  });

  test('takes no more proposals than so many bytes that are not committed, one at least, and takes more when they are', () => {
    const tooMuch = { options: { uncommittedBytesMax: 100 } };
    const first = proposes(leader(tooMuch), 'x', 5_000);
    expect(first.state.log.lastIndex).toBe(2);
    expect(proposes(first.state).state.log.lastIndex).toBe(2);
    const durable = isDurable(first).state;
    expect(proposes(durable).state.log.lastIndex).toBe(2);
    const committed = hears(durable, B, accepted(durable.currentTerm, 2)).state;
    expect(committed.commitIndex).toBe(2);
    expect(proposes(committed).state.log.lastIndex).toBe(3);
  });

  test('raises matchIndex by new answers and keeps it through old ones', () => {
    let { state } = proposes(proposes(ready()).state);
    state = hears(state, B, accepted(1, 3, 3)).state;
    state = hears(state, B, accepted(1, 2, 2)).state;
    expect(state.progress[1]).toMatchObject({ matchIndex: 3, nextIndex: 4 });
  });

  test('takes no notice of an answer that claims entries which do not exist', () => {
    const step = hears(ready(), B, accepted(1, 99));
    expect(step.moments).toEqual(['nonsense-received']);
    expect(step.state.progress[1]).toMatchObject({ matchIndex: 1 });
  });

  test.each([1, 4, 20])('comes back with heartbeats when all of %i entries were lost, as many as the window holds or not', (count) => {
    const cluster = new Cluster({ size: 3 });
    cluster.elect(A);
    cluster.isolate(C);
    for (let i = 0; i < count; i++) cluster.propose(A);
    cluster.settle();
    expect(cluster.state(C).log.lastIndex).toBe(1);
    cluster.heal();
    expect(cluster.mail).toEqual([]);
    cluster.beat(A, 2);
    expect(cluster.state(C).log.lastIndex).toBe(count + 1);
    expect(cluster.state(C).commitIndex).toBe(count + 1);
  });

  test('comes back with heartbeats when its only probe was lost, also behind a compacted log', () => {
    const cluster = new Cluster({ size: 3 });
    cluster.elect(A);
    for (let i = 0; i < 5; i++) cluster.propose(A);
    cluster.settle();
    cluster.beat(A);
    cluster.compact(B);
    cluster.isolate(A);
    cluster.pass(5_000);
    cluster.cut([B, C]);
    cluster.heal();
    cluster.wake(B);
    cluster.settleUntilLeads(B);
    cluster.mail = cluster.mail.filter(({ message }) => message.kind !== 'appendEntries');
    cluster.settle();
    expect(cluster.state(C).log.lastIndex).toBe(6);
    cluster.beat(B, 2);
    expect(cluster.state(C).log.lastIndex).toBe(7);
    expect(cluster.state(A).commitIndex).toBe(7);
  });

  test('does not let heartbeats fill the window: a follower far away would never be sent an entry', () => {
    let state = ready({ options: { inflightMessagesMax: 1 } });
    for (let i = 0; i < 5; i++) state = sleeps(state).state;
    expect(sentTo(proposes(state))).toMatchObject([{ prevLogIndex: 1, entries: [{ index: 2 }] }]);
  });

  test('sends heartbeats that are empty and stand where they are sure to be accepted', () => {
    const { state } = proposes(proposes(ready()).state);
    const step = sleeps(state);
    expect(sentTo(step)).toMatchObject([{ prevLogIndex: 1, entries: [], leaderCommit: 1 }]);
    expect(wakeAt(step.state)).toBe(wakeAt(state) + OPTIONS.heartbeatInterval);
  });
});

describe('a leader commits', () => {
  test('what a majority holds durably, its own copy counted when its own disk says so (B18, §10.2.1)', () => {
    const asked = proposes(leader({ size: 5 }));
    const once = hears(asked.state, B, accepted(1, 2, 2)).state;
    const twice = hears(once, C, accepted(1, 2, 2)).state;
    expect(twice.commitIndex).toBe(1);
    expect(isDurable({ ...asked, state: twice }).state.commitIndex).toBe(2);
    expect(hears(twice, D, accepted(1, 2, 2)).state.commitIndex).toBe(2);
  });

  test('no entry of an older term by counting (B1, §3.6.2, Figure 3.8)', () => {
    const took = fresh(1, 1);
    const own = isDurable(took).state;
    const counted = hears(own, B, { ...accepted(2, 2), prevLogIndex: logIndex(2) });
    expect(counted.state.commitIndex).toBe(0);
    expect(counted.moments).toContain('old-term-entry-on-majority');
  });

  test('all older entries with the first of its own term (B2, B3)', () => {
    const own = isDurable(fresh(1, 1)).state;
    const half = hears(own, B, accepted(2, 2)).state;
    expect(hears(half, B, accepted(2, 3, 2)).state.commitIndex).toBe(3);
  });

  test('nothing by its own acknowledgement of an older term', () => {
    const first = elected({ log: logOf(1) });
    const old = first.promises;
    let { state } = hears(first.state, B, accepted(9, 0));
    state = hears(state, B, append(9, 0, 0, [9, 9, 9])).state;
    state = sleeps(state).state;
    const stood = hears(state, B, { kind: 'requestVoteReply', term: 10 as never, voteGranted: true, isPreVote: true }, 9_000);
    state = hears(isDurable(stood).state, B, { kind: 'requestVoteReply', term: 10 as never, voteGranted: true, isPreVote: false }).state;
    expect(state).toMatchObject({ role: 'leader', currentTerm: 10 });
    const late = isDurable({ ...first, state, promises: old });
    expect(late.state.progress[0]).toMatchObject({ matchIndex: 0 });
    expect(late.state.commitIndex).toBe(0);
  });

  test('nothing by its own acknowledgement after it stepped down', () => {
    const asked = proposes(leader());
    const deposed = hears(asked.state, C, accepted(7, 0)).state;
    expect(isDurable({ ...asked, state: deposed }).state).toEqual(deposed);
    const sameTerm = { ...isDurable(candidate()).state };
    expect(hears(sameTerm, A, accepted(1, 1)).state).toEqual(sameTerm);
  });

  test('nothing by the answer to another leader', () => {
    const asked = proposes(leader({ log: logOf(1), currentTerm: 4 }));
    const heard = hears(asked.state, B, accepted(4, 3, 2));
    expect(heard.state).toEqual(asked.state);
    expect(hears(asked.state, 8 as typeof B, accepted(5, 3, 2)).state).toEqual(asked.state);
  });
});

/** The definition, word for word and slow: try each N. It shares no idea with the fast one. */
function majorityIndexByDefinition(matchIndexes: readonly number[]): number {
  const holders = (n: number) => matchIndexes.filter((match) => match >= n).length;
  let best = 0;
  for (let n = 1; n <= Math.max(...matchIndexes); n++) if (holders(n) * 2 > matchIndexes.length) best = n;
  return best;
}

describe('the index that a majority holds', () => {
  test('agrees with its definition, for one to seven servers', () => {
    const matches = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(matches, (matchIndexes) => {
        expect(majorityIndex(matchIndexes.map((each) => ({ matchIndex: logIndex(each) })))).toBe(majorityIndexByDefinition(matchIndexes));
      }),
      { seed: 1, numRuns: 5_000 },
    );
  });

  test.each([
    [[4, 2], 2],
    [[9, 9, 1, 1], 1],
    [[9, 9, 5, 1], 5],
    [[9, 9, 9, 1, 1, 1], 1],
  ])('of an even number needs more than half: %j', (matchIndexes, index) => {
    expect(majorityIndex(matchIndexes.map((each) => ({ matchIndex: logIndex(each) })))).toBe(index);
  });
});

test('five servers agree in the end, whoever led before', () => {
  const cluster = new Cluster({ size: 5 });
  for (const id of [A, B, C, D, E]) {
    cluster.elect(id);
    cluster.isolate(id);
    cluster.propose(id, 'alone');
    cluster.pass(5_000);
    cluster.heal();
  }
  cluster.elect(A);
  cluster.beat(cluster.leader?.self ?? A, 3);
  const logs = cluster.ids.map((id) => termsOf(cluster.state(id).log).join());
  expect(new Set(logs).size).toBe(1);
  expect(cluster.ids.every((id) => cluster.state(id).commitIndex === cluster.state(A).log.lastIndex)).toBe(true);
});
