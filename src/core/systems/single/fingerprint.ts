import type { SingleState } from './node.js';

/** What of a server's state goes into a run's digest after each of its steps: one cheap integer. */
export function singleFingerprint({ journal }: SingleState): number {
  const { phase, state, lastIndex, storage, held } = journal;
  if (phase !== 'keeping') return phase === 'stopped' ? 1 : 0;
  let mixed = Math.imul(state.lastApplied, 0x9e3779b1) ^ lastIndex;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) ^ state.laneA;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) ^ held.size;
  return storage === null ? mixed : mixed ^ Math.imul(storage.durableSequence + (storage.appendedSequence << 16), 0x27d4eb2f);
}
