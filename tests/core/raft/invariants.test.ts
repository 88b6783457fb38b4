import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../../src/core/base/assert.js';
import { logIndex, term } from '../../../src/core/base/units.js';
import { checkState, checkTransition } from '../../../src/core/raft/invariants.js';
import { Log } from '../../../src/core/raft/log.js';
import type { Progress, RaftState, Snapshot } from '../../../src/core/raft/state.js';
import { A, B, C, entriesOf, logOf, server } from './server.js';

/** A follower of term 3 with three entries, of which it knows two to be committed. */
const FOLLOWER: RaftState = { ...server({ log: logOf(1, 2, 3) }), commitIndex: logIndex(2) };
const PROGRESS: readonly Progress[] = [A, B, C].map(() => ({
  nextIndex: logIndex(4),
  matchIndex: logIndex(3),
  mode: 'replicate',
  sentSequence: 1,
  ackedSequence: 1,
  dataSequence: 0,
  probeSequence: 0,
  isActive: true,
  snapshotOffset: 0,
  snapshot: null,
}));
const READ = { token: 1, readIndex: logIndex(2) };
const CANDIDATE: RaftState = { ...FOLLOWER, role: 'candidate', votedFor: A };
const LEADER: RaftState = { ...CANDIDATE, role: 'leader', leaderId: A, progress: PROGRESS };

const compacted = (to: number, inTerm: number, ...terms: readonly number[]): Log =>
  Log.emptyAfter(logIndex(to), term(inTerm)).appendAll(entriesOf(to + 1, terms));
const snapshotTo = (index: number): Snapshot => ({ lastIndex: logIndex(index), lastTerm: term(1), data: new Uint8Array() });

interface Plant {
  /** The rule, as the code says it. */
  readonly rule: string;
  readonly lawful: RaftState;
  /** The same with the fault planted. */
  readonly bad: RaftState;
}

const STATES: readonly Plant[] = [
  {
    rule: 'a server commits only what it holds (§3.5)',
    lawful: { ...FOLLOWER, commitIndex: logIndex(3) },
    bad: { ...FOLLOWER, commitIndex: logIndex(4) },
  },
  {
    rule: 'only committed entries are compacted (§5)',
    lawful: { ...FOLLOWER, log: compacted(2, 2, 3) },
    bad: { ...FOLLOWER, log: compacted(2, 2, 3), commitIndex: logIndex(1) },
  },
  { rule: 'no entry is from a future term (§3.3)', lawful: FOLLOWER, bad: { ...FOLLOWER, currentTerm: term(2) } },
  {
    rule: 'a snapshot covers what was compacted (§5)',
    lawful: { ...FOLLOWER, log: compacted(2, 2, 3), snapshot: snapshotTo(2) },
    bad: { ...FOLLOWER, log: compacted(2, 2, 3), snapshot: snapshotTo(1) },
  },
  { rule: 'a leader voted for itself (§3.4)', lawful: LEADER, bad: { ...LEADER, votedFor: B } },
  { rule: 'a leader knows who leads', lawful: LEADER, bad: { ...LEADER, leaderId: B } },
  { rule: 'a leader knows each follower (Figure 3.1)', lawful: LEADER, bad: { ...LEADER, progress: PROGRESS.slice(1) } },
  {
    rule: 'a read round serves reads that wait',
    lawful: { ...LEADER, reads: [READ], readRound: [1, 1, 1], readRoundSize: 1 },
    bad: { ...LEADER, reads: [READ], readRound: [1, 1, 1], readRoundSize: 2 },
  },
  { rule: 'only a leader keeps books on followers and reads', lawful: FOLLOWER, bad: { ...FOLLOWER, progress: PROGRESS } },
  { rule: 'only a leader keeps books on followers and reads', lawful: CANDIDATE, bad: { ...CANDIDATE, reads: [READ] } },
  { rule: 'a candidate votes for itself (§3.4)', lawful: CANDIDATE, bad: { ...CANDIDATE, votedFor: B } },
];

interface PlantOfTwo {
  readonly rule: string;
  readonly before: RaftState;
  readonly lawful: RaftState;
  readonly bad: RaftState;
}

const NEXT_TERM: RaftState = { ...FOLLOWER, currentTerm: term(4) };

const TRANSITIONS: readonly PlantOfTwo[] = [
  { rule: 'the term never goes back (§3.3)', before: NEXT_TERM, lawful: NEXT_TERM, bad: FOLLOWER },
  {
    rule: 'what is committed stays committed (§3.6)',
    before: FOLLOWER,
    lawful: { ...FOLLOWER, commitIndex: logIndex(3) },
    bad: { ...FOLLOWER, commitIndex: logIndex(1) },
  },
  // In a later term too.
  {
    rule: 'what is committed stays committed (§3.6)',
    before: FOLLOWER,
    lawful: NEXT_TERM,
    bad: { ...NEXT_TERM, commitIndex: logIndex(1) },
  },
  {
    rule: 'what was compacted does not come back (§5)',
    before: { ...FOLLOWER, log: compacted(1, 1, 2, 3) },
    lawful: { ...FOLLOWER, log: compacted(2, 2, 3) },
    bad: FOLLOWER,
  },
  {
    rule: 'one vote in a term (§3.4)',
    before: { ...FOLLOWER, votedFor: B },
    lawful: { ...NEXT_TERM, votedFor: C },
    bad: { ...FOLLOWER, votedFor: C },
  },
  {
    rule: 'Leader Append-Only (Figure 3.2)',
    before: LEADER,
    lawful: { ...LEADER, log: logOf(1, 2, 3, 3) },
    bad: { ...LEADER, log: logOf(1, 2) },
  },
  {
    rule: 'only a candidate becomes leader within a term (§3.4)',
    before: FOLLOWER,
    lawful: { ...LEADER, currentTerm: term(4) },
    bad: LEADER,
  },
  {
    rule: 'only a candidate becomes leader within a term (§3.4)',
    before: { ...FOLLOWER, role: 'preCandidate' },
    lawful: CANDIDATE,
    bad: LEADER,
  },
];

const rulesOf = (name: string): readonly string[] => {
  const source = readFileSync(new URL('../../../src/core/raft/invariants.ts', import.meta.url), 'utf8');
  const body = source.split(`export function ${name}(`)[1]?.split('\n}')[0] ?? '';
  return [...body.matchAll(/assert\(.*, '([^']+)'\);/g)].map((match) => match[1] as string);
};

const broken = (rule: string): AssertionError => new AssertionError(rule);

describe('rules about one state', () => {
  test.each(STATES)('$rule', ({ rule, lawful, bad }) => {
    checkState(lawful);
    expect(() => checkState(bad)).toThrow(broken(rule));
  });

  test('each has a state planted here', () => {
    expect([...new Set(STATES.map(({ rule }) => rule))]).toEqual(rulesOf('checkState'));
  });
});

describe('rules about two states in a row', () => {
  test.each(TRANSITIONS)('$rule', ({ rule, before, lawful, bad }) => {
    checkTransition(before, lawful);
    expect(() => checkTransition(before, bad)).toThrow(broken(rule));
  });

  test('each has two states planted here', () => {
    expect([...new Set(TRANSITIONS.map(({ rule }) => rule))]).toEqual(rulesOf('checkTransition'));
  });
});
