/**
 * Sabotage: real bugs of real systems, planted one at a time into the source as it is loaded, each of
 * which the simulator must find; and harmless changes, at which it must stay silent. The letters are those
 * of the catalogue of bugs that the project was begun with; `story` says what the bug is.
 *
 * An edit names a text that stands exactly once in its file. When that text is gone the edit fails, loudly:
 * a mutant that changes nothing would prove nothing.
 */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  readonly story: string;
  /** All of them together are the mutant. */
  readonly edits: readonly Edit[];
  /** The scenarios of the hunt, each lived with each seed. */
  readonly scenarios: readonly string[];
  /** It must be found with a seed of 1 .. seedsMax; a harmless change must pass all of them. */
  readonly seedsMax: number;
}

const PERSIST = 'src/core/systems/raft/persist.ts';
const APPLY = 'src/core/systems/raft/apply.ts';
const ELECTION = 'src/core/raft/election.ts';
const FOLLOWER = 'src/core/raft/follower.ts';
const REPLIES = 'src/core/raft/replies.ts';
const SENDING = 'src/core/raft/sending.ts';
const DRAFT = 'src/core/raft/draft.ts';
const STORAGE = 'src/core/storage/storage.ts';
const ROLES = 'src/core/raft/roles.ts';

export const HARMFUL: readonly Mutant[] = [
  {
    name: 'A1',
    story: 'a vote leaves before it is durable',
    edits: [
      {
        file: PERSIST,
        find: 'if (!isDurable) state.outbox',
        replace: "if (!isDurable && envelope.message.kind !== 'requestVoteReply') state.outbox",
      },
    ],
    scenarios: ['power-cut', 'figure-8', 'swarm'],
    seedsMax: 200,
  },
  {
    name: 'A8',
    story: 'votes are given without comparing logs',
    edits: [
      { file: ELECTION, find: 'isNewTerm && isCurrentLog && isLeaderless', replace: 'isNewTerm && isLeaderless' },
      { file: ELECTION, find: 'isCurrent && isFree && isCurrentLog && ', replace: 'isCurrent && isFree && ' },
    ],
    scenarios: ['leader-failure', 'partition'],
    seedsMax: 20,
  },
  {
    name: 'B1',
    story: 'an entry of an earlier term is committed by counting copies (Figure 8)',
    edits: [{ file: REPLIES, find: 'if (state.log.termAt(index) !== state.currentTerm) {', replace: 'if (false as boolean) {' }],
    scenarios: ['figure-8'],
    seedsMax: 300,
  },
  {
    name: 'B4',
    story: 'every AppendEntries truncates the log behind its prevLogIndex',
    edits: [
      {
        file: FOLLOWER,
        find: '  const matchIndex = appendMissing(',
        replace: `  if (!isCompacted && request.prevLogIndex < state.log.lastIndex) {
    const cut = logIndex(request.prevLogIndex + 1);
    state.log = state.log.truncateTail(cut);
    logChanged(draft, cut, true);
  }
  const matchIndex = appendMissing(`,
      },
    ],
    scenarios: ['unreliable', 'basic'],
    seedsMax: 20,
  },
  {
    name: 'B6',
    story: 'prevLogTerm is not checked',
    edits: [
      {
        file: FOLLOWER,
        find: 'state.log.termAt(request.prevLogIndex) !== request.prevLogTerm',
        replace: 'request.prevLogIndex > state.log.lastIndex',
      },
    ],
    scenarios: ['partition', 'figure-8', 'leader-failure'],
    seedsMax: 100,
  },
  {
    name: 'B7',
    story: 'a follower commits up to leaderCommit, verified or not',
    edits: [
      {
        file: FOLLOWER,
        find: 'Math.min(request.leaderCommit, verifiedIndex)',
        replace: 'Math.min(request.leaderCommit, state.log.lastIndex)',
      },
    ],
    scenarios: ['partition', 'figure-8', 'leader-failure'],
    seedsMax: 100,
  },
  {
    name: 'B15',
    story: 'a quorum is one short when the number of servers is even',
    edits: [{ file: DRAFT, find: 'return Math.floor(count / 2) + 1;', replace: 'return Math.ceil(count / 2);' }],
    scenarios: ['swarm'],
    seedsMax: 100,
  },
  {
    name: 'B18',
    story: 'a leader counts its own copy before its disk has it',
    edits: [
      {
        file: PERSIST,
        find: 'if (!isDurable) state.outbox',
        replace: "if (!isDurable && !(envelope.to === state.self && envelope.message.kind === 'appendEntriesReply')) state.outbox",
      },
    ],
    scenarios: ['power-cut', 'leader-failure'],
    seedsMax: 50,
  },
  {
    name: 'F1',
    story: 'what is only written counts as synced',
    edits: [{ file: STORAGE, find: 'after.durableSequence = flush.sequence;', replace: 'after.durableSequence = storage.writtenSequence;' }],
    scenarios: ['power-cut', 'torn-tail', 'swarm'],
    seedsMax: 50,
  },
  {
    name: 'F2',
    story: 'the directory is not synced after a segment was created',
    edits: [
      {
        file: STORAGE,
        find: "return wal.batchOffset === 0 ? [append, sync, { kind: 'syncDirectory' }] : [append, sync];",
        replace: 'return [append, sync];',
      },
    ],
    scenarios: ['power-cut', 'torn-tail', 'swarm'],
    seedsMax: 100,
  },
  {
    name: 'F5',
    story: 'damage in the middle of the log is cut off like a torn tail',
    edits: [
      {
        file: 'src/core/storage/recovery-cases.ts',
        find: "when: { bytes: 'broken', isEndDeclared: false, wasSynced: true }, decision: 'refuse'",
        replace: "when: { bytes: 'broken', isEndDeclared: false, wasSynced: true }, decision: 'cut'",
      },
      {
        file: 'src/core/storage/recovery-cases.ts',
        find: "when: { bytes: 'broken', isEndDeclared: true }, decision: 'refuse'",
        replace: "when: { bytes: 'broken', isEndDeclared: true }, decision: 'cut'",
      },
    ],
    scenarios: ['torn-tail', 'swarm'],
    seedsMax: 100,
  },
  {
    name: 'H1',
    story: 'a retried command takes effect twice',
    edits: [
      {
        file: 'src/core/store/store.ts',
        find: 'const isRepeated = command.sequenceNum === session.sequenceNum;',
        replace: 'const isRepeated = false as boolean;',
      },
    ],
    scenarios: ['unreliable'],
    seedsMax: 20,
  },
  {
    name: 'H22',
    story: 'a waiting client gets the answer of whatever entry took its index',
    edits: [
      { file: APPLY, find: 'waiter.index === index && waiter.term === term', replace: 'waiter.index === index' },
      { file: APPLY, find: "if (raft === null || raft.state.role === 'leader') return;", replace: 'return;' },
    ],
    scenarios: ['partition', 'leader-failure', 'figure-8'],
    seedsMax: 200,
  },
];

export const HARMLESS: readonly Mutant[] = [
  {
    name: 'smaller-batches',
    story: 'one entry in each message',
    edits: [{ file: SENDING, find: 'to - from + 1 < options.entriesPerMessageMax', replace: 'to - from + 1 < 1' }],
    scenarios: [],
    seedsMax: 3,
  },
  {
    name: 'extra-heartbeat',
    story: 'heartbeats come twice as often',
    edits: [
      {
        file: SENDING,
        find: 'state.heartbeatDue = micros(draft.now + state.options.heartbeatInterval);',
        replace: 'state.heartbeatDue = micros(draft.now + Math.ceil(state.options.heartbeatInterval / 2));',
      },
    ],
    scenarios: [],
    seedsMax: 3,
  },
  {
    name: 'reordered-sends',
    story: 'the followers are sent entries in reverse order',
    edits: [
      {
        file: SENDING,
        find: 'for (let slot = 0; slot < count; slot++) {',
        replace: 'for (let slot = count - 1; slot >= 0; slot--) {',
      },
    ],
    scenarios: [],
    seedsMax: 3,
  },
  {
    name: 'extra-noop',
    story: 'a new leader appends two no-ops',
    edits: [
      {
        file: ROLES,
        find: "  appendAsLeader(draft, 'noop', null, 0);\n",
        replace: "  appendAsLeader(draft, 'noop', null, 0);\n  appendAsLeader(draft, 'noop', null, 0);\n",
      },
    ],
    scenarios: [],
    seedsMax: 3,
  },
  {
    name: 'resent-message',
    story: 'every message between servers is sent twice',
    edits: [
      {
        file: DRAFT,
        find: "  draft.outgoing.push({ kind: 'send', to, message });\n",
        replace: "  draft.outgoing.push({ kind: 'send', to, message });\n  draft.outgoing.push({ kind: 'send', to, message });\n",
      },
    ],
    scenarios: [],
    seedsMax: 3,
  },
];
