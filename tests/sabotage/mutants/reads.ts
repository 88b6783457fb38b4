/** Chapter G of the catalogue: reads. */
import type { Mutant } from '../mutant.js';
import { APPLY, READS, REQUESTS } from './files.js';

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
    edits: [{ file: READS, find: "if (state.log.termAt(state.commitIndex) !== state.currentTerm) return 'noCommitInTermYet';", replace: '' }],
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
        replace: "  const { log } = raft.state;\n  const commitIndex = raft.state.role === 'leader' ? log.lastIndex : raft.state.commitIndex;",
      },
    ],
    scenarios: ['partition'],
    seedsMax: 10,
  },
];
