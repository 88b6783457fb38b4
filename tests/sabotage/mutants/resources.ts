/** What grows for ever: memory and disks that nothing gives back. */
import type { Mutant } from '../mutant.js';
import { APPLY, RAFT, READS, STORAGE, WAL } from './files.js';

export const RESOURCE_BUGS: readonly Mutant[] = [
  {
    name: 'old-segments',
    story: 'segments of which nothing is live are never removed',
    edits: [{ file: STORAGE, find: '    ...after.segments.slice(0, segmentsFreed).map(({ number }) => walName(number)),\n', replace: '' }],
    scenarios: ['crowded'],
    seedsMax: 10,
  },
  {
    name: 'old-snapshots',
    story: 'snapshots are never pruned',
    edits: [
      {
        file: STORAGE,
        find: 'snapshotsFreed: Math.max(snapshotNumbers.length - options.snapshotsKept, 0),',
        replace: 'snapshotsFreed: 0,',
      },
    ],
    scenarios: ['crowded'],
    seedsMax: 10,
  },
  {
    name: 'unremoved-garbage',
    story: 'files are crossed off and left on the disk',
    edits: [{ file: STORAGE, find: "...storage.garbage.map((path): DiskStep => ({ kind: 'remove', path })), ", replace: '' }],
    scenarios: ['crowded'],
    seedsMax: 10,
  },
  {
    name: 'endless-segment',
    story: 'a segment never ends',
    edits: [
      {
        file: WAL,
        find: 'wal.end > wal.start || wal.offset < wal.segmentBytesMax',
        replace: 'wal.end > wal.start || wal.offset < 4_294_967_295',
      },
    ],
    scenarios: ['crowded'],
    seedsMax: 10,
  },
  {
    name: 'uncut-log',
    story: 'a snapshot drops nothing of the log in memory',
    edits: [
      {
        file: APPLY,
        find: 'const keepAfter = log.startOfLast(options.entriesKeptBytesMax, lastApplied - options.entriesKept, lastApplied);',
        replace: 'const keepAfter = logIndex(log.firstIndex - 1);',
      },
    ],
    scenarios: ['crowded'],
    seedsMax: 10,
  },
  {
    name: 'leaked-waiters',
    story: 'clients who wait for a deposed leader are kept, and answered by nobody',
    edits: [
      { file: APPLY, find: "  if (raft === null || raft.state.role === 'leader') return;", replace: '  return;' },
      {
        file: APPLY,
        find: 'if (waiter === undefined || waiter.index > index) return;',
        replace: "if (waiter === undefined || waiter.index > index || draft.raft?.state.role !== 'leader') return;",
      },
    ],
    scenarios: ['partition'],
    seedsMax: 10,
  },
  {
    name: 'endless-reads',
    story: 'a leader takes in reads without a bound',
    edits: [{ file: READS, find: "  if (state.reads.length >= state.options.pendingReadsMax) return 'tooManyReads';\n", replace: '' }],
    scenarios: ['swarm'],
    seedsMax: 20,
  },
  {
    name: 'endless-commands',
    story: 'a leader takes in commands without a bound',
    edits: [
      {
        file: RAFT,
        find: '  if (state.log.lastIndex - settled >= state.options.uncommittedEntriesMax) return logIndex(0);\n',
        replace: '',
      },
    ],
    scenarios: ['swarm'],
    seedsMax: 40,
  },
  {
    name: 'endless-quorum-requests',
    story: 'a server of the quorum system lets requests wait for others without a bound',
    edits: [
      {
        file: 'src/core/systems/quorum/node.ts',
        find: "      else if (waiting >= state.options.openMax) refuse(draft, waiter, 'too many requests wait for other servers');\n",
        replace: '      else if (waiting < 0) return;\n',
      },
    ],
    scenarios: ['quorum-five'],
    seedsMax: 20,
    property: 'Bounded Queues',
  },
];
