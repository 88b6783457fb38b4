/** Chapter E of the catalogue: snapshots and compaction. */
import type { Mutant } from '../mutant.js';
import { APPLY, INVARIANTS, SENDING, SNAPSHOTS, STORAGE, STORE_CODEC } from './files.js';

export const SNAPSHOT_BUGS: readonly Mutant[] = [
  {
    name: 'E1',
    story: 'an older snapshot is installed over a newer state',
    edits: [
      { file: SNAPSHOTS, find: 'if (piece.lastIndex <= state.commitIndex) {', replace: 'if (false as boolean) {' },
      { file: INVARIANTS, find: 'assert(after.commitIndex >= before.commitIndex,', replace: 'assert(true,' },
    ],
    scenarios: ['partition'],
    seedsMax: 170,
  },
  {
    name: 'E3',
    story: 'a log that conflicts with an installed snapshot is kept',
    edits: [
      {
        file: SNAPSHOTS,
        find: 'const keepsLog = state.log.termAt(snapshot.lastIndex) === snapshot.lastTerm;',
        replace: 'const keepsLog = snapshot.lastIndex <= state.log.lastIndex;',
      },
    ],
    scenarios: ['crowded'],
    seedsMax: 60,
  },
  {
    name: 'E5',
    story: 'a snapshot holds the keys and not the sessions',
    edits: [
      {
        file: STORE_CODEC,
        find: 'export function encodeStore(state: StoreState): Uint8Array {',
        replace: `export function encodeStore(whole: StoreState): Uint8Array {
  let laneA = 0;
  let laneB = 0;
  whole.keys.scan(undefined, (_key, cell) => {
    laneA = (laneA + cell.laneA) | 0;
    laneB = (laneB + cell.laneB) | 0;
    return true;
  });
  const state = { ...whole, sessions: OrderedMap.empty<number, Session>(), laneA, laneB };`,
      },
    ],
    scenarios: ['leader-failure', 'partition'],
    seedsMax: 10,
  },
  {
    name: 'E7',
    story: 'the log is compacted, and the record that says so written, before the snapshot is durable',
    edits: [
      {
        file: STORAGE,
        find: '  if (!use.isInstalled) return changed(storage, { queued: { snapshot, dropHeadTo: use.dropHeadTo } });\n\n  const number = storage.nextSnapshotNumber;',
        replace: `  const number = storage.nextSnapshotNumber;
  if (!use.isInstalled) {
    const { lastIndex, lastTerm } = snapshot;
    const compacted = written(storage, putSnapshotMark(storage.wal, { number, lastIndex, lastTerm, keepsLog: true, dropHeadTo: use.dropHeadTo }));
    return { ...compacted, snapshotNumbers: [...compacted.snapshotNumbers, number], queued: { snapshot, dropHeadTo: use.dropHeadTo } };
  }
`,
      },
      {
        file: STORAGE,
        find: '  if (lastIndex <= storage.wal.snapshotIndex || number < storage.wal.snapshotNumber) return',
        replace:
          '  if (number >= storage.wal.snapshotNumber) return nothing(saved);\n  if (lastIndex <= storage.wal.snapshotIndex || number < storage.wal.snapshotNumber) return',
      },
    ],
    scenarios: ['swarm'],
    seedsMax: 70,
  },
  {
    name: 'E8',
    story: 'after a restart the log goes on one entry too far behind the snapshot',
    edits: [
      {
        file: APPLY,
        find: '  state.lastApplied = snapshot.lastIndex;',
        replace: '  state.lastApplied = logIndex(draft.raft === null ? snapshot.lastIndex + 1 : snapshot.lastIndex);',
      },
    ],
    scenarios: ['leader-failure', 'power-cut'],
    seedsMax: 10,
  },
  {
    name: 'E11',
    story: 'a snapshot of which a piece is missing is taken for whole',
    edits: [{ file: SNAPSHOTS, find: 'if (piece.offset !== before.receivedBytes) {', replace: 'if (false as boolean) {' }],
    scenarios: ['unreliable', 'swarm', 'partition'],
    seedsMax: 15,
  },
  {
    name: 'E12',
    story: 'an installed snapshot is merged into the old state, and deleted keys return',
    edits: [
      {
        file: APPLY,
        find: '  state.store = decoded.value;',
        replace: `  let { keys, laneA, laneB } = decoded.value;
  state.store.keys.scan(undefined, (key, cell) => {
    if (keys.get(key) !== undefined) return true;
    keys = keys.with(key, cell);
    laneA = (laneA + cell.laneA) | 0;
    laneB = (laneB + cell.laneB) | 0;
    return true;
  });
  state.store = { ...decoded.value, keys, laneA, laneB };`,
      },
    ],
    scenarios: ['partition', 'swarm'],
    seedsMax: 15,
  },
  {
    name: 'E15',
    story: 'the last whole snapshot is removed when the next one is begun, not when that is durable',
    edits: [
      {
        file: STORAGE,
        find: '    queued: null,\n    saving: { operation',
        replace:
          '    queued: null,\n    garbage: [...storage.garbage, ...storage.snapshotNumbers.map(snapshotName)],\n    snapshotNumbers: [],\n    saving: { operation',
      },
    ],
    scenarios: ['crash-at-effect', 'crash-loop', 'crowded', 'process-swarm', 'swarm'],
    seedsMax: 20,
  },
  {
    name: 'E16',
    story: 'a follower behind a log that was dropped whole is never sent the snapshot',
    edits: [
      {
        file: SENDING,
        find: 'if (progress.nextIndex < state.log.firstIndex) {',
        replace: 'if (progress.nextIndex < state.log.firstIndex && state.log.lastIndex >= state.log.firstIndex) {',
      },
    ],
    scenarios: ['crowded'],
    seedsMax: 20,
  },
];
