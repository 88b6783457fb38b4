/** Chapter A of the catalogue: elections, terms and votes. */
import type { Mutant } from '../mutant.js';
import { ELECTION, INVARIANTS, PERSIST, REPLIES, ROLES, DRAFT } from './files.js';

export const ELECTIONS: readonly Mutant[] = [
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
    name: 'A2',
    story: 'a candidacy is not made durable: term and own vote are in memory only',
    edits: [
      {
        file: PERSIST,
        find: 'if (currentTerm !== draft.writtenTerm || votedFor !== draft.writtenVote) {',
        replace: "if (raft.state.role !== 'candidate' && (currentTerm !== draft.writtenTerm || votedFor !== draft.writtenVote)) {",
      },
    ],
    scenarios: ['leader-failure', 'power-cut'],
    seedsMax: 10,
  },
  {
    name: 'A3',
    story: 'term and vote are written as two records, and a vote leaves when the first of them is durable',
    edits: [
      {
        file: PERSIST,
        find: 'if (currentTerm !== draft.writtenTerm || votedFor !== draft.writtenVote) {',
        replace: `const said = state.storage.wal;
    if (currentTerm !== said.currentTerm) {
      state.storage = writeHardState(state.storage, currentTerm, NOBODY);
    } else if (votedFor !== said.votedFor) {`,
      },
      { file: PERSIST, find: 'import { logIndex, type LogIndex }', replace: 'import { logIndex, NOBODY, type LogIndex }' },
    ],
    scenarios: ['power-cut', 'leader-failure', 'swarm'],
    seedsMax: 15,
  },
  {
    name: 'A4',
    story: 'a server that steps down within its term forgets whom it voted for',
    edits: [
      {
        file: ROLES,
        find: '  if (newTerm > state.currentTerm) {',
        replace: '  state.votedFor = NOBODY;\n  if (newTerm > state.currentTerm) {',
      },
      { file: INVARIANTS, find: 'if (before.votedFor !== NOBODY) assert(', replace: 'if (false as boolean) assert(' },
    ],
    scenarios: ['leader-failure', 'partition'],
    seedsMax: 10,
  },
  {
    name: 'A7',
    story: 'a vote that arrives twice is counted twice',
    edits: [{ file: ELECTION, find: 'state.votesGranted |= 1 << slot;', replace: 'state.votesGranted = (state.votesGranted << 1) | 1;' }],
    scenarios: ['network-swarm', 'swarm'],
    seedsMax: 70,
  },
  {
    name: 'A10',
    story: 'a log counts as up-to-date only when both its last index and its last term are as high: nobody may ever be electable',
    edits: [
      {
        file: DRAFT,
        find: `if (lastLogTerm !== state.log.lastTerm) return lastLogTerm > state.log.lastTerm;
  return lastLogIndex >= state.log.lastIndex;`,
        replace: 'return lastLogTerm >= state.log.lastTerm && lastLogIndex >= state.log.lastIndex;',
      },
    ],
    scenarios: ['figure-8', 'partition', 'leader-failure'],
    seedsMax: 10,
  },
  {
    name: 'A13',
    story: 'a higher term in a reply is ignored: only requests make a server adopt it',
    edits: [
      { file: REPLIES, find: 'if (reply.term > state.currentTerm) {', replace: 'if (false as boolean) {' },
      { file: ELECTION, find: 'if (reply.term > state.currentTerm) becomeFollower(draft, reply.term, NOBODY);', replace: '' },
    ],
    scenarios: ['figure-8', 'partition', 'paused-leader'],
    seedsMax: 10,
  },
  {
    name: 'A18',
    story: 'granting a pre-vote has a side effect: it is noted down as a vote',
    edits: [
      {
        file: ELECTION,
        find: '  // Nothing here changes: a question has no consequences, so its answer needs no disk.',
        replace: '  if (voteGranted) state.votedFor = request.candidateId;',
      },
      { file: INVARIANTS, find: 'if (before.votedFor !== NOBODY) assert(', replace: 'if (false as boolean) assert(' },
    ],
    scenarios: ['leader-failure', 'partition'],
    seedsMax: 10,
  },
  {
    name: 'A21',
    story: 'pre-votes are counted as votes: the set is not cleared between the two',
    edits: [
      {
        file: ROLES,
        find: `  state.incoming = null;
  state.votesGranted = 0;
  resetElectionTimer(draft);`,
        replace: `  state.incoming = null;
  resetElectionTimer(draft);`,
      },
    ],
    scenarios: ['leader-failure', 'partition'],
    seedsMax: 35,
  },
  {
    name: 'A26',
    story: 'a server becomes leader without a new term',
    edits: [
      {
        file: ROLES,
        find: 'state.currentTerm = term(state.currentTerm + 1);',
        replace: 'state.currentTerm = term(Math.max(state.currentTerm, 1));',
      },
    ],
    scenarios: ['leader-failure'],
    seedsMax: 10,
  },
  {
    name: 'A27',
    story: 'a leader that hears of no majority never steps down',
    edits: [{ file: ROLES, find: 'if (active < majority(state.voters.length)) {', replace: 'if (false as boolean) {' }],
    scenarios: ['partition'],
    seedsMax: 10,
  },
];
