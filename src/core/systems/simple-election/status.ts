import type { NodeStatus } from '../../wire/protocol.js';
import { dataDigest } from './data.js';
import type { ElectionState } from './state.js';

/** The word on the command line. */
const NAME = 'simple-election';

/** What a server says of itself. Its log is its own: the same index elsewhere may be another write. */
export function statusOf({ self, phase, role, currentTerm, leaderId, journal }: ElectionState): NodeStatus {
  return {
    self,
    system: NAME,
    role: phase === 'serving' ? role : phase,
    term: currentTerm,
    leaderId,
    commitIndex: journal.lastApplied,
    lastApplied: journal.lastApplied,
    lastLogIndex: journal.lastIndex,
    firstLogIndex: journal.snapshotIndex + 1,
    snapshotIndex: journal.snapshotIndex,
    keyCount: journal.state.keys.size,
    sessionCount: 0,
    digest: dataDigest(journal.state),
  };
}
