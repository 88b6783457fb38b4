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
