/** Bugs of the systems beside Raft, of the journal that they share, and of the lock over a client. */
import type { Mutant } from '../mutant.js';
import {
  ELECTION_VOTES,
  JOURNAL,
  LEASE,
  LOCK,
  PRIMARY,
  QUORUM_CELLS,
  QUORUM_NODE,
  QUORUM_READS,
  QUORUM_REPLICA,
  QUORUM_WRITES,
  RECALL,
  RECOVERY,
  RECOVERY_CASES,
  REPLICA,
  SINGLE,
} from './files.js';

export const SYSTEM_BUGS: readonly Mutant[] = [
  {
    name: 'journal-answers-early',
    story: 'F1 in the journal: an answer leaves when its entry is handed to the disk, under the policy that says it is synced',
    edits: [
      {
        file: JOURNAL,
        find: "return sync.kind === 'always' ? storage.durableSequence : storage.appendedSequence;",
        replace: "return sync.kind === 'always' ? storage.writtenSequence : storage.appendedSequence;",
      },
    ],
    scenarios: ['single-log'],
    seedsMax: 20,
    property: 'No Acknowledged Write Lost',
  },
  {
    name: 'journal-repeats-snapshot',
    story: 'F13: entries that the snapshot holds are applied once more when the log is read again',
    edits: [{ file: RECALL, find: '    if (index <= snapshotIndex) continue;\n', replace: '' }],
    scenarios: ['single-log'],
    seedsMax: 20,
  },
  {
    name: 'H28',
    story: 'a replica applies whatever change comes, in whatever order',
    edits: [{ file: REPLICA, find: '  if (position > state.position + 1) {', replace: '  if (position < 0) {' }],
    scenarios: ['primary-replica'],
    seedsMax: 20,
    property: 'Replica Prefix',
  },
  {
    name: 'H29',
    story: 'a replica that missed a change is not sent it again',
    edits: [
      {
        file: PRIMARY,
        find: 'const isStuck = !follower.isFollowing || isGap || position === follower.confirmed;',
        replace: 'const isStuck = !follower.isFollowing;',
      },
    ],
    scenarios: ['primary-replica'],
    seedsMax: 20,
    property: 'Liveness',
  },
  {
    name: 'H27',
    story: 'a snapshot is sent with the keys of one moment and the position of another',
    edits: [
      {
        file: PRIMARY,
        find: "send(draft, follower.id, { kind: 'snapshot', join, piece, isLast, epoch: state.epoch, position, entries });",
        replace:
          "send(draft, follower.id, { kind: 'snapshot', join, piece, isLast, epoch: state.epoch, position: Math.max(position, state.position), entries });",
      },
    ],
    scenarios: ['primary-replica'],
    seedsMax: 20,
  },
  {
    name: 'replica-mixes-moments',
    story: 'E11: the pieces of a snapshot are each of the moment in which they are asked for',
    edits: [
      {
        file: PRIMARY,
        find: 'const { entries, isLast } = entriesBehind(keys, behind, state.options.pieceBytesMax);',
        replace: 'const { entries, isLast } = entriesBehind(piece > 0 ? state.store.keys : keys, behind, state.options.pieceBytesMax);',
      },
    ],
    scenarios: ['primary-replica'],
    seedsMax: 40,
    property: 'Replica Prefix',
  },
  {
    name: 'primary-same-epoch',
    story: 'H34: each life of a primary counts its changes in the same epoch',
    edits: [
      {
        file: PRIMARY,
        find: 'state.epoch = epochOf(generation, Math.max(1, bitsOf(state.random)));',
        replace: 'state.epoch = epochOf(generation, 1);',
      },
    ],
    scenarios: ['primary-replica'],
    seedsMax: 20,
  },
  {
    name: 'H31',
    story: 'a read answers with the newest of R without seeing that enough servers have it',
    edits: [
      {
        file: QUORUM_READS,
        find: 'return cell.writeId === 0 || holders.length >= state.copies || isSettled(state, key, cell);',
        replace: 'return cell.writeId === 0 || holders.length >= 1 || isSettled(state, key, cell);',
      },
    ],
    scenarios: ['quorum', 'quorum-five'],
    seedsMax: 40,
  },
  {
    name: 'H32',
    story: 'a write that missed its quorum counts as never done for the next one, though others may have it',
    edits: [
      {
        file: QUORUM_CELLS,
        find: 'return withCells(cells, entry.key, dropped(cellsOf(cells, entry.key), entry.writeId), entry.writeId);',
        replace:
          'return withCells(cells, entry.key, cellsOf(cells, entry.key).filter(({ writeId }) => writeId !== entry.writeId), entry.writeId);',
      },
    ],
    scenarios: ['quorum', 'quorum-five'],
    seedsMax: 40,
  },
  {
    name: 'quorum-ids-again',
    story: 'a primary that starts again gives out write ids that it gave out before',
    edits: [
      {
        file: QUORUM_NODE,
        find: 'state.lastWriteId = state.journal.state.lastWriteId;',
        replace: 'state.lastWriteId = state.journal.state.keyCount;',
      },
    ],
    scenarios: ['quorum'],
    seedsMax: 20,
  },
  {
    name: 'quorum-acks-early',
    story: 'F1: a copy is acknowledged while it waits for the disk',
    edits: [
      {
        file: QUORUM_REPLICA,
        find: "  state.journal = append(plan, state.journal, { kind: 'cell', key, cell }, promised);",
        replace:
          "  state.journal = append(plan, state.journal, { kind: 'cell', key, cell }, promised);\n  if (to !== NOBODY) tell(draft, to, { kind: 'ack', writeId: cell.writeId });",
      },
    ],
    scenarios: ['quorum', 'quorum-five'],
    seedsMax: 60,
  },
  {
    name: 'quorum-counts-twice',
    story: 'A7: two acknowledgements of one server count as two servers',
    edits: [
      { file: QUORUM_WRITES, find: 'write.isGivenUp || write.holders.includes(server)) return;', replace: 'write.isGivenUp) return;' },
    ],
    scenarios: ['quorum', 'quorum-five'],
    seedsMax: 40,
  },
  {
    name: 'quorum-no-repair',
    story: 'of two servers that compare a key the stale one is not mended',
    edits: [
      { file: QUORUM_REPLICA, find: "    tell(draft, from, { kind: 'replicate', key, cell: ours });\n", replace: '' },
      { file: QUORUM_REPLICA, find: '  } else if (ours.writeId < theirs.writeId) store(draft, NOBODY, key, theirs);', replace: '  }' },
    ],
    scenarios: ['quorum', 'quorum-five'],
    seedsMax: 20,
    property: 'Liveness',
  },
  {
    name: 'lock-releases-any',
    story: 'a release frees the lock in whatever version it finds it',
    edits: [{ file: LOCK, find: 'if (isMine || draft.doubtVersion >= version) write(', replace: 'if (version > 0) write(' }],
    scenarios: ['lock-single', 'lock-raft'],
    seedsMax: 20,
    property: 'Lock Exclusion',
  },
  {
    name: 'lock-trusts-owner',
    story: 'an acquisition believes in any token, not in its own alone',
    edits: [{ file: LOCK, find: 'else if (value === tokenOf(draft)) {', replace: 'else if (value !== EMPTY) {' }],
    scenarios: ['lock-single', 'lock-raft'],
    seedsMax: 10,
    property: 'Lock Exclusion',
  },
  {
    name: 'lock-says-failed',
    story: 'H2: an acquisition whose put was never answered is said to have failed, and takes the lock all the same',
    edits: [
      {
        file: LOCK,
        find: "const isInDoubt = draft.doubtVersion >= 0 || (current.op === 'release' && current.isUncertain);",
        replace: "const isInDoubt = current.op === 'release' && current.isUncertain;",
      },
    ],
    scenarios: ['lock-single', 'lock-raft'],
    seedsMax: 40,
  },
  {
    name: 'lock-releases-without-version',
    story: 'a release writes whatever the version is, so that one that comes late frees the next holder',
    edits: [
      {
        file: LOCK,
        find: "{ op: 'put', value, version });",
        replace: "value === EMPTY ? { op: 'set', value } : { op: 'put', value, version });",
      },
    ],
    scenarios: ['lock-single', 'lock-raft'],
    seedsMax: 100,
    property: 'Lock Exclusion',
  },
  {
    name: 'lock-same-token',
    story: 'every acquisition of a client has the same token, so that one takes an earlier one for itself',
    edits: [
      {
        file: LOCK,
        find: 'return (owner + acquisitions.toString()) as ByteString;',
        replace: "return (owner + (acquisitions > 0 ? '1' : '0')) as ByteString;",
      },
    ],
    scenarios: ['lock-single', 'lock-raft'],
    seedsMax: 40,
  },
  {
    name: 'G6',
    story: 'a lease is counted from the moment in which it was granted word of, not from the asking',
    edits: [
      {
        file: LEASE,
        find: 'return onHeld(options, draft, effects, from, message);',
        replace: 'return onHeld(options, draft, effects, from, { ...message, sentAt: now });',
      },
    ],
    scenarios: ['clock-lease'],
    seedsMax: 40,
    property: 'Single Holder',
  },
  {
    name: 'G8',
    story: 'a lease makes no allowance for clocks that run at different rates',
    edits: [
      {
        file: LEASE,
        find: 'return leaseUs - Math.ceil((leaseUs * 2 * trustedPpm) / 1_000_000) - ROUNDING_US;',
        replace: 'return leaseUs;',
      },
    ],
    scenarios: ['clock-lease'],
    seedsMax: 40,
    property: 'Single Holder',
  },
  {
    name: 'recovery-S2',
    story: 'a server begins with an old snapshot though the entries behind it are gone',
    edits: [
      {
        file: RECOVERY_CASES,
        find: "when: { file: 'whole', matches: true, reachesLog: false }, decision: 'refuse'",
        replace: "when: { file: 'whole', matches: true, reachesLog: false }, decision: 'use'",
      },
    ],
    scenarios: ['last-copy', 'beyond-budget'],
    seedsMax: 80,
  },
  {
    name: 'recovery-S4',
    story: 'a snapshot that is damaged ends the start, though an older one and the log would do',
    edits: [
      {
        file: RECOVERY_CASES,
        find: "when: { file: 'broken' }, decision: 'older'",
        replace: "when: { file: 'broken' }, decision: 'refuse'",
      },
    ],
    scenarios: ['last-copy', 'beyond-budget'],
    seedsMax: 20,
  },
  {
    name: 'recovery-S6',
    story: 'a server whose snapshots are all damaged begins with nothing',
    edits: [
      {
        file: RECOVERY_CASES,
        find: "when: { file: 'none', reachesLog: false }, decision: 'refuse'",
        replace: "when: { file: 'none', reachesLog: false }, decision: 'use'",
      },
    ],
    scenarios: ['last-copy', 'beyond-budget'],
    seedsMax: 20,
  },
  {
    name: 'recovery-F8',
    story: 'a file whose head is damaged is removed, though its records say that it was durable',
    edits: [
      {
        file: RECOVERY_CASES,
        find: "when: { head: 'broken', place: 'newest', hasMarks: true }, decision: 'refuse'",
        replace: "when: { head: 'broken', place: 'newest', hasMarks: true }, decision: 'void'",
      },
    ],
    scenarios: ['beyond-budget', 'last-copy'],
    seedsMax: 20,
  },
  {
    name: 'recovery-unsynced-name',
    story: 'F2: the name of the file that a recovery begins does not become durable with it',
    edits: [
      {
        file: RECOVERY,
        find: "    { kind: 'sync', path: wal.path },\n    { kind: 'syncDirectory' },\n",
        replace: "    { kind: 'sync', path: wal.path },\n",
      },
    ],
    scenarios: ['crash-loop', 'process-swarm', 'crash-at-effect'],
    seedsMax: 40,
  },
  {
    name: 'election-tries-once',
    story: 'A16, in simple-election: a candidate whose votes were split does not stand again',
    edits: [
      {
        file: ELECTION_VOTES,
        find: '  state.electionDueUs = retryAt(draft);',
        replace: '  state.electionDueUs = micros(retryAt(draft) + 3_600_000_000);',
      },
    ],
    scenarios: ['simple-election-lost-write', 'simple-election-two-votes'],
    seedsMax: 40,
    property: 'Liveness',
  },
  {
    name: 'single-read-overtakes',
    story: 'a read of single does not wait for the write before it on its own connection',
    edits: [
      {
        file: SINGLE,
        find: '(draft.lastWrites[slot] ?? 0) > journal.lastApplied',
        replace: '(draft.lastWrites[slot] ?? 0) > journal.lastIndex',
      },
    ],
    scenarios: ['single-impatient'],
    seedsMax: 10,
    property: 'Connection Order',
  },
  {
    name: 'regression-read-past-full-queue',
    story: 'a read of single overtakes the write before it on its own connection when no more requests may wait',
    edits: [{ file: SINGLE, find: 'const isBehindOwnWrite = isKeeping &&', replace: 'const isBehindOwnWrite = mayWait &&' }],
    scenarios: ['single-impatient'],
    seedsMax: 10,
    property: 'Connection Order',
  },
];
