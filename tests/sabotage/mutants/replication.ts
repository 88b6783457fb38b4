/** Chapter B of the catalogue: replication and commit. */
import type { Mutant } from '../mutant.js';
import { APPLY, DRAFT, FOLLOWER, PERSIST, READS, REPLIES, ROLES, STORAGE } from './files.js';

export const REPLICATION: readonly Mutant[] = [
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
    name: 'B3',
    story: 'no no-op at the start of a term: what is committed is unknown until a client writes, and reads are stale until then',
    edits: [
      { file: ROLES, find: "  appendAsLeader(draft, 'noop', null, 0);\n", replace: '' },
      { file: READS, find: "if (state.log.termAt(state.commitIndex) !== state.currentTerm) return 'noCommitInTermYet';", replace: '' },
    ],
    scenarios: ['leader-failure', 'unreliable'],
    seedsMax: 10,
  },
  {
    name: 'B22',
    story: 'the search for the place where two logs agree goes back fifty entries and no further',
    edits: [
      {
        file: REPLIES,
        find: 'const agreed = lastPossibleMatch(draft, reply);',
        replace: 'const agreed = Math.max(lastPossibleMatch(draft, reply), state.log.lastIndex - 50);',
      },
    ],
    scenarios: ['partition', 'leader-failure'],
    seedsMax: 20,
  },
  {
    name: 'B24',
    story: 'when all messages of a full window are lost nothing asks the follower again',
    edits: [{ file: REPLIES, find: 'else if (reply.sequence > progress.probeSequence) progress.probeSequence = 0;', replace: '' }],
    scenarios: ['unreliable', 'partition', 'leader-failure'],
    seedsMax: 10,
  },
  {
    name: 'B26',
    story: 'committed entries are taken in by pages, and where a page is full the next one begins too far on',
    edits: [
      {
        file: APPLY,
        find: 'for (let index = state.lastApplied + 1; index <= commitIndex; index++) {',
        replace: 'for (let index = state.lastApplied + 1, page = 1; index <= commitIndex; index += page++ % 16 === 0 ? 2 : 1) {',
      },
    ],
    scenarios: ['partition', 'leader-failure'],
    seedsMax: 10,
  },
  {
    name: 'B28',
    story: 'a finished write makes its indexes stable whatever terms stand at them by now (async append ABA)',
    edits: [
      {
        file: STORAGE,
        find: 'snapshotIndex: wal.snapshotIndex,\n    segmentsFreed',
        replace: 'snapshotIndex: wal.snapshotIndex,\n    lastIndex: wal.lastIndex,\n    segmentsFreed',
      },
      {
        file: STORAGE,
        find: 'after.durableSequence = flush.sequence;',
        replace: 'after.durableSequence = flush.sequence;\n  after.stableTo = Math.max(storage.stableTo ?? 0, flush.lastIndex);',
      },
      {
        file: STORAGE,
        find: '    cleaning: storage.cleaning,\n  };\n}',
        replace: '    cleaning: storage.cleaning,\n    stableTo: storage.stableTo,\n  };\n}',
      },
      {
        file: PERSIST,
        find: 'if (!isDurable) state.outbox',
        replace: `const { message } = envelope;
    const isStable = message.kind === 'appendEntriesReply' && message.success && message.term === draft.writtenTerm && message.matchIndex <= (state.storage.stableTo ?? 0);
    if (!isDurable && !isStable) state.outbox`,
      },
    ],
    scenarios: ['power-cut', 'figure-8', 'swarm'],
    seedsMax: 10,
  },
  {
    name: 'B31',
    story: 'a leader that stepped down still works through the acknowledgements of its own disk',
    edits: [
      {
        file: REPLIES,
        find: "if (state.role !== 'leader' || reply.term !== state.currentTerm) return -1;",
        replace: "if (from !== state.self && (state.role !== 'leader' || reply.term !== state.currentTerm)) return -1;",
      },
    ],
    scenarios: ['paused-leader', 'swarm'],
    seedsMax: 10,
  },
  {
    name: 'B9',
    story: 'an old answer takes back what is known to match',
    edits: [
      {
        file: REPLIES,
        find: 'const hasGrown = reply.matchIndex > progress.matchIndex;',
        replace: 'const hasGrown = reply.matchIndex !== progress.matchIndex;',
      },
    ],
    scenarios: ['unreliable', 'clogged'],
    seedsMax: 10,
  },
  {
    name: 'B14',
    story: 'a rejection that comes late rewinds what is sent next, behind what is known to match',
    edits: [
      {
        file: REPLIES,
        find: '  if (reply.prevLogIndex <= progress.matchIndex) return;\n',
        replace: '',
      },
    ],
    scenarios: ['bad-weather', 'network-swarm'],
    seedsMax: 20,
    property: 'Directed Probes',
  },
  {
    name: 'B14-walk',
    story: 'a leader looks for the place where logs agree one entry at a time',
    edits: [
      {
        file: REPLIES,
        find: 'const agreed = lastPossibleMatch(draft, reply);',
        replace: 'lastPossibleMatch(draft, reply);\n  const agreed = reply.prevLogIndex - 1;',
      },
    ],
    scenarios: ['figure-8', 'leader-failure'],
    seedsMax: 20,
    property: 'Directed Probes',
  },
];
