import type { NodeStatus } from '../../wire/protocol.js';
import { cellsDigest } from './cells.js';
import type { QuorumState } from './state.js';

/** What a server says of itself. A write id counts as an index; the term counts the boots of this server. */
export function statusOf({ self, primary, phase, journal }: QuorumState): NodeStatus {
  const { state, lastApplied, lastIndex, snapshotIndex } = journal;
  return {
    self,
    system: 'quorum',
    role: phase !== 'serving' ? phase : self === primary ? 'primary' : 'replica',
    term: state.lives,
    leaderId: primary,
    commitIndex: state.lastWriteId,
    lastApplied,
    lastLogIndex: lastIndex,
    firstLogIndex: snapshotIndex + 1,
    snapshotIndex,
    keyCount: state.keyCount,
    sessionCount: 0,
    digest: cellsDigest(state),
  };
}
