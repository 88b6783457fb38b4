import { NOBODY } from '../../base/units.js';
import type { RaftState } from '../../raft/state.js';
import { keyCount, sessionCount, storeDigest } from '../../store/store.js';
import type { NodeStatus } from '../../wire/protocol.js';
import type { NodeState } from './state.js';

/** What a server says of itself; zeros while it recovers. */
export function statusOf(state: NodeState, raft: RaftState | null): NodeStatus {
  return {
    self: state.self,
    system: 'raft',
    role: raft === null ? state.phase : raft.role,
    term: raft?.currentTerm ?? 0,
    leaderId: raft?.leaderId ?? NOBODY,
    commitIndex: raft?.commitIndex ?? 0,
    lastApplied: state.lastApplied,
    lastLogIndex: raft?.log.lastIndex ?? 0,
    firstLogIndex: raft?.log.firstIndex ?? 0,
    snapshotIndex: raft?.snapshot?.lastIndex ?? 0,
    keyCount: keyCount(state.store),
    sessionCount: sessionCount(state.store),
    digest: storeDigest(state.store),
  };
}
