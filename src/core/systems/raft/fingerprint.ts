import type { NodeMessage, NodeResponse } from '../../wire/protocol.js';
import type { NodeState } from './state.js';

/** What of a node's state goes into a run's digest after each of its steps: one cheap integer. */
export function nodeFingerprint(state: NodeState): number {
  const { raft, store } = state;
  if (raft === null) return state.phase === 'stopped' ? 1 : 0;
  let mixed = Math.imul(raft.currentTerm, 0x9e3779b1) ^ raft.log.lastIndex;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) ^ raft.commitIndex;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) ^ (raft.votedFor + (raft.leaderId << 5));
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x27d4eb2f) ^ store.laneA ^ raft.electionDeadline;
  return state.storage === null ? mixed : mixed ^ Math.imul(state.storage.durableSequence, 0x165667b1);
}

/**
 * What of a message or answer goes into a run's digest when it is sent: one cheap integer over its numbers. Of
 * entries and bytes only how many there are; what is in them shows in the states of those who take them.
 */
export function messageFingerprint(message: NodeMessage | NodeResponse): number {
  switch (message.kind) {
    case 'appendEntries':
      return four(
        message.term + (message.entries.length << 20),
        message.prevLogIndex + (message.prevLogTerm << 20),
        message.leaderCommit,
        message.sequence,
      );
    case 'appendEntriesReply':
      return four(
        message.term + (message.success ? 1 << 30 : 0),
        message.matchIndex + (message.hintTerm << 20),
        message.prevLogIndex,
        message.sequence,
      );
    case 'requestVote':
      return four(message.term + (message.isPreVote ? 1 << 30 : 0), message.lastLogIndex, message.lastLogTerm, message.candidateId);
    case 'requestVoteReply':
      return four(message.term, message.voteGranted ? 1 : 2, message.isPreVote ? 1 : 2, 0);
    case 'installSnapshot':
      return four(
        message.term + (message.data.length << 8),
        message.lastIndex + (message.lastTerm << 20),
        message.offset + (message.done ? 1 << 30 : 0),
        message.sequence,
      );
    case 'installSnapshotReply':
      return four(message.term, message.lastIndex, message.receivedBytes + (message.isInstalled ? 1 << 30 : 0), message.sequence);
    case 'done':
      return four(message.id, message.result.version, message.result.value.length, message.result.status.length);
    case 'notLeader':
      return four(message.id, message.leaderHint, message.isUncertain ? 1 : 2, 0);
    default:
      return message.id;
  }
}

/** Four integers as one; the place of each counts. */
function four(a: number, b: number, c: number, d: number): number {
  let mixed = Math.imul(a, 0x9e3779b1) ^ b;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) ^ c;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) ^ d;
  return mixed ^ (mixed >>> 16);
}
