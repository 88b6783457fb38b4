/** Chapter H of the catalogue: clients, sessions and the state machine. */
import type { Mutant } from '../mutant.js';
import { APPLY, CELLS, OUTCOME, REQUESTS, ROLES, STORE } from './files.js';

export const CLIENT_BUGS: readonly Mutant[] = [
  {
    name: 'H1',
    story: 'a retried command takes effect twice',
    edits: [
      {
        file: STORE,
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
  {
    name: 'H2',
    story: 'a client that cannot know says "failed" where it must say "maybe"',
    edits: [
      {
        file: OUTCOME,
        find: "return mayHaveTakenEffect(state, rules) ? { kind: 'maybe', id, cause, reason } : { kind: 'failed', id, cause, reason };",
        replace: "return { kind: 'failed', id, cause, reason };",
      },
    ],
    scenarios: ['unreliable', 'partition'],
    seedsMax: 10,
  },
  {
    name: 'H23',
    story: 'a client is answered when its command is appended, with the result that it would have now',
    edits: [
      {
        file: REQUESTS,
        find: '    state.waiters = state.waiters.push({ index, term: raft.state.currentTerm, connection, id });',
        replace: "    respond(draft, connection, { kind: 'done', id, result: applyCommand(state.store, index, command).result });",
      },
      {
        file: REQUESTS,
        find: "import { statusOf } from './status.js';",
        replace: "import { statusOf } from './status.js';\nimport { applyCommand } from '../../store/store.js';",
      },
    ],
    scenarios: ['partition', 'leader-failure'],
    seedsMax: 10,
  },
  {
    name: 'H24',
    story: 'reads that wait are not failed when their leader steps down, and hang',
    edits: [
      {
        file: ROLES,
        find: 'draft.failedReads = [...draft.failedReads, ...state.reads.map((read) => read.token)];',
        replace: '',
      },
    ],
    scenarios: ['partition', 'paused-leader'],
    seedsMax: 10,
  },
  {
    name: 'H4',
    story: 'an unknown or expired session is treated as a new one',
    edits: [
      {
        file: STORE,
        find: '  if (session === undefined) return SESSION_EXPIRED;',
        replace: `  if (session === undefined) {
    if (draft.sessions.size >= draft.sessionsMax) dropSession(draft, leastRecentlyCommanded(draft));
    const first = execute(draft, command);
    putSession(draft, undefined, sessionOf(command.clientId, command.sequenceNum, first, draft.lastApplied));
    return first;
  }`,
      },
    ],
    scenarios: ['crowded'],
    seedsMax: 20,
  },
  {
    name: 'H35',
    story: 'which session is dropped depends on the order of insertion, and a snapshot restores them in another order',
    edits: [
      { file: CELLS, find: 'export interface Session {', replace: 'let births = 0;\nexport interface Session {\n  readonly born: number;' },
      { file: CELLS, find: 'return { id, sequenceNum,', replace: 'return { born: births++, id, sequenceNum,' },
      { file: STORE, find: 'session.commandedAt < oldest.commandedAt', replace: 'session.born < oldest.born' },
    ],
    scenarios: ['crowded'],
    seedsMax: 20,
  },
];
