/** Chapter F of the catalogue: the log on the disk. */
import type { Mutant } from '../mutant.js';
import { PERSIST, RECOVERY, RECOVERY_CASES, STORAGE, WAL } from './files.js';

export const STORAGE_BUGS: readonly Mutant[] = [
  {
    name: 'F1',
    story: 'what is only written counts as synced',
    edits: [
      { file: STORAGE, find: 'after.durableSequence = flush.sequence;', replace: 'after.durableSequence = storage.writtenSequence;' },
    ],
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
        file: RECOVERY_CASES,
        find: "when: { bytes: 'broken', isEndDeclared: false, wasSynced: true }, decision: 'refuse'",
        replace: "when: { bytes: 'broken', isEndDeclared: false, wasSynced: true }, decision: 'cut'",
      },
      {
        file: RECOVERY_CASES,
        find: "when: { bytes: 'broken', isEndDeclared: true }, decision: 'refuse'",
        replace: "when: { bytes: 'broken', isEndDeclared: true }, decision: 'cut'",
      },
    ],
    scenarios: ['torn-tail', 'swarm'],
    seedsMax: 100,
  },
  {
    name: 'F3',
    story: 'a torn tail makes a server refuse to start',
    edits: [
      {
        file: RECOVERY_CASES,
        find: "wasSynced: false }, decision: 'cut'",
        replace: "wasSynced: false }, decision: 'refuse'",
      },
    ],
    scenarios: ['torn-tail', 'power-cut'],
    seedsMax: 10,
  },
  {
    name: 'F9',
    story: 'the truncation of a tail leaves no durable record, and what was cut is there again after a restart',
    edits: [{ file: WAL, find: '  seal(draft, KIND_TRUNCATE_TAIL, TRUNCATE_TAIL_BYTES);\n', replace: '' }],
    scenarios: ['figure-8', 'partition', 'swarm'],
    seedsMax: 10,
  },
  {
    name: 'F11',
    story: 'the files of the log are sorted by their numbers as text, so the tenth comes before the ninth',
    edits: [
      {
        file: RECOVERY,
        find: '.toSorted((a, b) => (numberOf(a.path) as number) - (numberOf(b.path) as number));',
        replace: '.toSorted((a, b) => (String(numberOf(a.path)) < String(numberOf(b.path)) ? -1 : 1));',
      },
    ],
    scenarios: ['power-cut', 'swarm'],
    seedsMax: 10,
  },
  {
    name: 'F15',
    story: 'what recovery read from the page cache counts as durable without a sync',
    edits: [
      {
        file: RECOVERY,
        find: "    ...[...chain.map(({ path }) => path), ...used].map((path): DiskStep => ({ kind: 'sync', path })),\n",
        replace: '',
      },
    ],
    scenarios: ['leader-failure', 'swarm'],
    seedsMax: 80,
  },
  {
    name: 'F19',
    story: 'the hard state is saved after the messages of its step have left',
    edits: [
      {
        file: PERSIST,
        find: `      state.storage = writeHardState(state.storage, currentTerm, votedFor);
      draft.writtenTerm = currentTerm;
      draft.writtenVote = votedFor;
`,
        replace: '',
      },
      {
        file: PERSIST,
        find: '  const flushed = flushStorage(state.storage);',
        replace: `  const hard = draft.raft?.state;
  if (hard !== undefined && (hard.currentTerm !== draft.writtenTerm || hard.votedFor !== draft.writtenVote)) {
    state.storage = writeHardState(state.storage, hard.currentTerm, hard.votedFor);
  }
  const flushed = flushStorage(state.storage);`,
      },
    ],
    scenarios: ['power-cut', 'leader-failure', 'swarm'],
    seedsMax: 10,
  },
  {
    name: 'F6',
    story: 'a sync that failed counts as done',
    edits: [
      {
        file: STORAGE,
        find: 'if (storage.flush?.operation === operation) return outcome.ok ?',
        replace: "if (storage.flush?.operation === operation) return outcome.ok || storage.flush.steps[outcome.at]?.kind === 'sync' ?",
      },
    ],
    scenarios: ['sick-disk'],
    seedsMax: 10,
  },
  {
    name: 'F7',
    story: 'an append that failed is passed over, and memory is ahead of the disk',
    edits: [
      {
        file: STORAGE,
        find: 'if (storage.flush?.operation === operation) return outcome.ok ?',
        replace: "if (storage.flush?.operation === operation) return outcome.ok || storage.flush.steps[outcome.at]?.kind === 'append' ?",
      },
    ],
    scenarios: ['full-disk'],
    seedsMax: 10,
  },
];
