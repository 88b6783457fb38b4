/** Types that signatures of `seedstorm/systems` name: mostly what is in the state of a server. `npm run package` sees that none is missing. */
export type { JournalOptions, SyncPolicy } from '../../core/journal/options.js';
export type { Envelope } from '../../core/raft/draft.js';
export type { Entry as RaftEntry, EntryKind, Log } from '../../core/raft/log.js';
export type {
  AppendEntries,
  AppendEntriesReply,
  InstallSnapshot,
  InstallSnapshotReply,
  RaftMessage,
  RequestVote,
  RequestVoteReply,
} from '../../core/raft/messages.js';
export type { RaftOptions } from '../../core/raft/options.js';
export type { IncomingSnapshot, PendingRead, Progress, RaftState, Role, Snapshot } from '../../core/raft/state.js';
export type { CleanStopSight, LogEnd } from '../../core/storage/clean-stop.js';
export type { StorageOptions } from '../../core/storage/options.js';
export type { Chain, WalFile } from '../../core/storage/recovery-chain.js';
export type { Recovery as StorageRecovery, Stage } from '../../core/storage/recovery.js';
export type { Carried, EntryList, LogImage } from '../../core/storage/replay.js';
export type { Cleaning, Flush, NumberedSnapshot, QueuedSnapshot, Saving, StorageState } from '../../core/storage/storage.js';
export type { Identity, Label, StoredEntry, StoredSnapshot } from '../../core/storage/types.js';
export type { HeadSight, WalHead } from '../../core/storage/wal-format.js';
export type { Slab, TermRun, Wal } from '../../core/storage/wal.js';
export type { Keys } from '../../core/systems/primary-replica/copy.js';
export type { HeldPromise, NodeState, Reader, Waiter } from '../../core/systems/raft/state.js';
export type { NodeMessage } from '../../core/wire/protocol.js';
export type { PrimaryReplicaMoments } from './primary-replica/system.js';
export type { SimpleElectionMoments } from './simple-election/system.js';
