/** Chapter G of the catalogue: reads. */
import type { Mutant } from '../mutant.js';
import { APPLY, READS, REPLICA_REQUESTS, REQUESTS } from './files.js';

export const READ_BUGS: readonly Mutant[] = [
  {
    name: 'G1',
    story: 'a leader reads from its own memory without asking anyone',
    edits: [
      {
        file: REQUESTS,
        find: '  const token = state.nextToken;\n',
        replace: `  if (raft.state.role === 'leader') {
    respond(draft, connection, { kind: 'done', id, result: readKey(state.store, key) });
    return;
  }
  const token = state.nextToken;
`,
      },
    ],
    scenarios: ['clock-skew', 'partition', 'paused-leader', 'unlucky-leaders', 'odd-partitions'],
    seedsMax: 80,
  },
  {
    name: 'G11',
    story: 'a new leader serves reads before it knows what is committed',
    edits: [
      { file: READS, find: "if (state.log.termAt(state.commitIndex) !== state.currentTerm) return 'noCommitInTermYet';", replace: '' },
    ],
    scenarios: ['leader-failure', 'unreliable', 'figure-8'],
    seedsMax: 70,
  },
  {
    name: 'G14',
    story: 'a leader applies what it appends, so that a value is visible before it is committed',
    edits: [
      {
        file: APPLY,
        find: '  const { log, commitIndex } = raft.state;',
        replace:
          "  const { log } = raft.state;\n  const commitIndex = raft.state.role === 'leader' ? log.lastIndex : raft.state.commitIndex;",
      },
    ],
    scenarios: ['partition'],
    seedsMax: 10,
  },
  {
    name: 'G14-stale',
    story: 'a server answers a stale read from the end of its log, committed or not',
    edits: [
      {
        file: REQUESTS,
        find: "respond(draft, connection, { kind: 'done', id, result: readKey(draft.state.store, key) });",
        replace: `{
    const { log, commitIndex } = draft.raft.state;
    let { store } = draft.state;
    for (const entry of log.slice((commitIndex + 1) as never, log.lastIndex)) if (entry.kind === 'command') store = applyCommand(store, entry.index, entry.payload as Command).state;
    respond(draft, connection, { kind: 'done', id, result: readKey(store, key) });
  }`,
      },
      {
        file: REQUESTS,
        find: "import { readKey } from '../../store/store.js';",
        replace: "import { applyCommand, readKey } from '../../store/store.js';",
      },
    ],
    scenarios: ['stale-reads'],
    seedsMax: 20,
    property: 'Stale Reads',
  },
  {
    name: 'stale-read-goes-back',
    story: 'a replica that joins anew calls every key absent until the new copy is there',
    edits: [
      {
        file: REPLICA_REQUESTS,
        find: 'result: readKey(state.store, request.key) }',
        replace:
          "result: state.joining === null ? readKey(state.store, request.key) : { status: 'noKey', version: 0, value: '' as never } }",
      },
    ],
    scenarios: ['replica-reads'],
    seedsMax: 10,
    property: 'Stale Reads',
  },
];
