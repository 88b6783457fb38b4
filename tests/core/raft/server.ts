import { logIndex, micros, nodeId, NOBODY, term, type Micros, type NodeId } from '../../../src/core/base/units.js';
import type { Envelope, RaftDraft } from '../../../src/core/raft/draft.js';
import { Log, type Entry } from '../../../src/core/raft/log.js';
import type {
  AppendEntries,
  AppendEntriesReply,
  InstallSnapshot,
  InstallSnapshotReply,
  RaftMessage,
  RequestVote,
  RequestVoteReply,
} from '../../../src/core/raft/messages.js';
import type { RaftOptions } from '../../../src/core/raft/options.js';
import { closeDraft, openDraft, propose, raftWakeAt, receive, requestRead, startRaft, tick } from '../../../src/core/raft/raft.js';
import type { RaftState, Snapshot } from '../../../src/core/raft/state.js';

/** Small numbers, so that windows, pages and pieces end within a story. Times are microseconds. */
export const OPTIONS: RaftOptions = {
  electionTimeoutMin: micros(1_000),
  electionTimeoutMax: micros(2_000),
  heartbeatInterval: micros(100),
  inflightMessagesMax: 4,
  entriesPerMessageMax: 8,
  messageBytesMax: 100,
  snapshotPieceBytes: 4,
  uncommittedEntriesMax: 1_000,
  uncommittedBytesMax: 1_000_000,
  pendingReadsMax: 4,
};

export const A = nodeId(1);
export const B = nodeId(2);
export const C = nodeId(3);
export const D = nodeId(4);
export const E = nodeId(5);

/** An entry that says where it is from. */
export function entry(index: number, inTerm: number, sizeBytes = 1): Entry {
  return { index: logIndex(index), term: term(inTerm), kind: 'command', payload: `${inTerm}.${index}`, sizeBytes };
}

/** Entries from `first` on, one for each term given. */
export function entriesOf(first: number, terms: readonly number[]): readonly Entry[] {
  return terms.map((each, at) => entry(first + at, each));
}

/** A log whose entries have these terms. */
export function logOf(...terms: readonly number[]): Log {
  return Log.emptyAfter(logIndex(0), term(0)).appendAll(entriesOf(1, terms));
}

export interface Made {
  readonly self?: NodeId;
  readonly size?: number;
  readonly currentTerm?: number;
  readonly votedFor?: NodeId;
  readonly log?: Log;
  readonly snapshot?: Snapshot;
  readonly seed?: number;
  readonly options?: Partial<RaftOptions>;
}

/** A server that just started: A of three, without a past unless one is given. */
export function server(made: Made = {}): RaftState {
  const log = made.log ?? logOf();
  return startRaft({
    options: { ...OPTIONS, ...made.options },
    self: made.self ?? A,
    voters: Array.from({ length: made.size ?? 3 }, (_, slot) => nodeId(slot + 1)),
    now: micros(0),
    seed: made.seed ?? 1,
    currentTerm: term(made.currentTerm ?? log.lastTerm),
    votedFor: made.votedFor ?? NOBODY,
    log,
    snapshot: made.snapshot ?? null,
  });
}

/** What a step came to. */
export interface Outcome {
  readonly state: RaftState;
  readonly sends: readonly Envelope[];
  readonly promises: readonly Envelope[];
  readonly readyReads: readonly number[];
  readonly failedReads: readonly number[];
  readonly moments: readonly string[];
  readonly draft: RaftDraft;
}

/** One step: whatever `change` does to the draft at the moment `now`. */
export function act(before: RaftState, now: number, change: (draft: RaftDraft) => void): Outcome {
  const sends: Envelope[] = [];
  const draft = openDraft(before, micros(now), sends);
  change(draft);
  const state = closeDraft(draft);
  const { promises, readyReads, failedReads } = draft;
  return { state, sends, promises, readyReads, failedReads, moments: draft.moments.map(({ name }) => name), draft };
}

export const hears = (state: RaftState, from: NodeId, message: RaftMessage, now = 0): Outcome =>
  act(state, now, (draft) => receive(draft, from, message));
export const proposes = (state: RaftState, payload = 'x', sizeBytes = 1, now = 0): Outcome =>
  act(state, now, (draft) => void propose(draft, payload, sizeBytes));
export const reads = (state: RaftState, token: number, now = 0): Outcome => act(state, now, (draft) => void requestRead(draft, token));
/** Time passes until the server wants to be woken. */
export const sleeps = (state: RaftState): Outcome => act(state, raftWakeAt(state), tick);
export const ticks = (state: RaftState, now: number): Outcome => act(state, now, tick);
export const wakeAt = (state: RaftState): Micros => raftWakeAt(state);

/** The disk finished: what the server promised itself arrives. */
export function isDurable({ state, promises }: Outcome, now = 0): Outcome {
  return act(state, now, (draft) => {
    for (const { to, message } of promises) if (to === state.self) receive(draft, to, message);
  });
}

/** Everything said to `to`, promised or not. */
export const toldTo = (outcome: Outcome, to: NodeId): readonly RaftMessage[] =>
  [...outcome.sends, ...outcome.promises].filter((each) => each.to === to).map((each) => each.message);

export function requestVote(from: NodeId, inTerm: number, lastLogIndex = 0, lastLogTerm = 0): RequestVote {
  return {
    kind: 'requestVote',
    term: term(inTerm),
    candidateId: from,
    lastLogIndex: logIndex(lastLogIndex),
    lastLogTerm: term(lastLogTerm),
    isPreVote: false,
  };
}

export const requestPreVote = (from: NodeId, inTerm: number, lastLogIndex = 0, lastLogTerm = 0): RequestVote => ({
  ...requestVote(from, inTerm, lastLogIndex, lastLogTerm),
  isPreVote: true,
});

export function vote(inTerm: number, voteGranted = true): RequestVoteReply {
  return { kind: 'requestVoteReply', term: term(inTerm), voteGranted, isPreVote: false };
}

export const preVote = (inTerm: number, voteGranted = true): RequestVoteReply => ({ ...vote(inTerm, voteGranted), isPreVote: true });

/** Entries with these terms behind (prevLogIndex, prevLogTerm); none make a heartbeat. */
export function append(
  inTerm: number,
  prevLogIndex: number,
  prevLogTerm: number,
  terms: readonly number[] = [],
  leaderCommit = 0,
  sequence = 1,
): AppendEntries {
  return {
    kind: 'appendEntries',
    term: term(inTerm),
    prevLogIndex: logIndex(prevLogIndex),
    prevLogTerm: term(prevLogTerm),
    leaderCommit: logIndex(leaderCommit),
    sequence,
    entries: entriesOf(prevLogIndex + 1, terms),
  };
}

export function accepted(inTerm: number, matchIndex: number, sequence = 1): AppendEntriesReply {
  return {
    kind: 'appendEntriesReply',
    term: term(inTerm),
    success: true,
    matchIndex: logIndex(matchIndex),
    hintTerm: term(inTerm),
    prevLogIndex: logIndex(matchIndex),
    sequence,
  };
}

export function rejected(inTerm: number, prevLogIndex: number, hint: number, hintTerm: number, sequence = 1): AppendEntriesReply {
  return {
    kind: 'appendEntriesReply',
    term: term(inTerm),
    success: false,
    matchIndex: logIndex(hint),
    hintTerm: term(hintTerm),
    prevLogIndex: logIndex(prevLogIndex),
    sequence,
  };
}

/** The bytes 1, 2, 3 … of a snapshot, cut at `offset` and `end`. */
export function piece(
  inTerm: number,
  lastIndex: number,
  lastTerm: number,
  offset: number,
  end: number,
  sizeBytes = 10,
  sequence = 1,
): InstallSnapshot {
  return {
    kind: 'installSnapshot',
    term: term(inTerm),
    lastIndex: logIndex(lastIndex),
    lastTerm: term(lastTerm),
    offset,
    data: snapshotBytes(sizeBytes).subarray(offset, end),
    done: end === sizeBytes,
    sequence,
  };
}

export const snapshotBytes = (sizeBytes: number): Uint8Array => Uint8Array.from({ length: sizeBytes }, (_, at) => at + 1);

export function installReply(
  inTerm: number,
  lastIndex: number,
  receivedBytes: number,
  isInstalled: boolean,
  sequence = 1,
): InstallSnapshotReply {
  return { kind: 'installSnapshotReply', term: term(inTerm), lastIndex: logIndex(lastIndex), receivedBytes, isInstalled, sequence };
}

export const termsOf = (log: Log): readonly number[] => log.slice(log.firstIndex, log.lastIndex).map((each) => each.term);

/** The server after its election timeout, asking whether it could win. */
export const preCandidate = (made: Made = {}): RaftState => sleeps(server(made)).state;

/** The server after B's pre-vote (and, of five, C's): it stands, and its own vote is on its way to the disk. */
export function candidate(made: Made = {}): Outcome {
  const asking = preCandidate(made);
  const now = wakeAt(server(made));
  const inTerm = asking.currentTerm + 1;
  const once = hears(asking, B, preVote(inTerm), now);
  return once.state.role === 'candidate' ? once : hears(once.state, C, preVote(inTerm), now);
}

/** The server after its own vote became durable and B (and C, of five) voted for it; its no-op is not durable yet. */
export function elected(made: Made = {}): Outcome {
  const stood = candidate(made);
  const now = wakeAt(server(made));
  const inTerm = stood.state.currentTerm;
  const own = isDurable(stood, now).state;
  const once = hears(own, B, vote(inTerm), now);
  return once.state.role === 'leader' ? once : hears(once.state, C, vote(inTerm), now);
}

/** The same, with the no-op durable at the leader and at B (and at C, of five): committed, and both replicating. */
export function leader(made: Made = {}): RaftState {
  const took = elected(made);
  const now = wakeAt(server(made));
  const { currentTerm, log } = took.state;
  let { state } = isDurable(took, now);
  for (const each of [B, C]) state = hears(state, each, accepted(currentTerm, log.lastIndex), now).state;
  return state;
}
