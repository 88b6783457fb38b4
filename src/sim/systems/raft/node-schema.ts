import type { RaftOptions } from '../../../core/raft/options.js';
import type { StorageOptions } from '../../../core/storage/options.js';
import type { NodeOptions } from '../../../core/systems/raft/options.js';
import type { RunOptions } from '../../options/run-options.js';
import { fields, orNull, whole, type Check, type Fields } from '../../options/schema.js';

const us = whole(0, 4_000_000_000, 'microseconds');
const count = whole(0, Number.MAX_SAFE_INTEGER);
const atLeastOne = whole(1, Number.MAX_SAFE_INTEGER);

const RAFT: Fields<RaftOptions> = {
  electionTimeoutMin: us,
  electionTimeoutMax: us,
  heartbeatInterval: us,
  inflightMessagesMax: atLeastOne,
  entriesPerMessageMax: atLeastOne,
  messageBytesMax: atLeastOne,
  snapshotPieceBytes: atLeastOne,
  uncommittedEntriesMax: atLeastOne,
  uncommittedBytesMax: atLeastOne,
  pendingReadsMax: atLeastOne,
};

const STORAGE: Fields<StorageOptions> = {
  segmentBytesMax: atLeastOne,
  recordBytesMax: atLeastOne,
  readBytes: atLeastOne,
  snapshotsKept: atLeastOne,
};

const NODE: Fields<NodeOptions> = {
  clusterId: whole(0, 0xffff_ffff),
  raft: fields<RaftOptions>(RAFT),
  store: fields<NodeOptions['store']>({ sessionsMax: atLeastOne }),
  storage: orNull(fields<StorageOptions>(STORAGE)),
  snapshotEveryEntries: atLeastOne,
  snapshotEveryBytes: atLeastOne,
  entriesKept: count,
  entriesKeptBytesMax: count,
};

const node: Check = fields<NodeOptions>(NODE);

/** What of the numbers of the raft system, `node` and `laterNode` of a run, is not there, not known or out of range, in one line; null when nothing is. */
export function raftNodeProblem({ node: first, laterNode: later }: Pick<RunOptions, 'node' | 'laterNode'>): string | null {
  return node(first, 'node') ?? orNull(node)(later, 'laterNode');
}
