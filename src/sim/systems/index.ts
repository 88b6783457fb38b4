/** The systems that come with seedstorm, for scenarios of them: each with its usual options and its options' type. */
export { raftSystem } from './raft/system.js';
export type { RaftRunOptions } from './raft/hosted.js';
export { usualRaft } from './raft/presets.js';
export type { NodeOptions as RaftNodeOptions } from '../../core/systems/raft/options.js';
export { raftCodecs } from '../../core/systems/raft/codecs.js';

export { quorumSystem, type QuorumRunOptions } from './quorum/system.js';
export { usualQuorum } from './quorum/presets.js';
export type { QuorumOptions } from '../../core/systems/quorum/options.js';

export { primaryReplicaSystem, readAnywhereSystem, type PrimaryReplicaRunOptions } from './primary-replica/system.js';
export { usualPrimaryReplica } from './primary-replica/presets.js';
export { memoryOptions as primaryReplicaInMemory, type PrimaryReplicaOptions } from '../../core/systems/primary-replica/options.js';
// What a variant of primary-replica with another protocol is made from: a copy of the store and its changes.
export { changeBetween, keysDigest, storeOf, withChange, type KeyChange } from '../../core/systems/primary-replica/copy.js';
export type { Entry } from '../../core/systems/primary-replica/messages.js';

export { simpleElectionSystem, type ElectionLesson, type ElectionRunOptions } from './simple-election/system.js';
export { usualElection } from './simple-election/presets.js';
export type { ElectionOptions } from '../../core/systems/simple-election/options.js';

export { singleSystem, type SingleRunOptions } from './single/system.js';
export { usualSingle } from './single/presets.js';
export type { SingleOptions } from '../../core/systems/single/options.js';

export { lockSystem } from './lock/system.js';
export { withLocks } from './lock/presets.js';

// The moments that a run of each may come to, for lists of expected ones.
export { RAFT_MOMENTS, type RaftMoment } from './raft/moments.js';
export { QUORUM_MOMENTS, WRITE_QUORUM_MISSED, type QuorumMoment } from './quorum/moments.js';
export { PRIMARY_REPLICA_MOMENTS, type PrimaryReplicaMoment } from './primary-replica/moments.js';
export { ELECTION_MOMENTS, type ElectionMoment } from './simple-election/moments.js';
export { STORAGE_MOMENTS, type StorageMoment } from './storage/moments.js';

export type * from './named-types.js';
