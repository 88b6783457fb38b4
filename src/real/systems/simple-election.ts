import { fromMs } from '../../core/base/units.js';
import { electionCodecs, type ElectionMessage } from '../../core/systems/simple-election/messages.js';
import { electionNode } from '../../core/systems/simple-election/node.js';
import { checkElectionOptions, DEFAULT_ELECTION_OPTIONS } from '../../core/systems/simple-election/options.js';
import type { ElectionState } from '../../core/systems/simple-election/state.js';
import { isJournalAtRest } from '../../core/journal/journal.js';
import { UserError } from '../base/errors.js';
import { checked, type Served } from './served-system.js';

/** What may be chosen of the simple-election system. Absent: a heartbeat each second, five seconds of patience, a majority. */
export interface ElectionChoices {
  readonly heartbeatMs?: number;
  readonly timeoutMs?: number;
  readonly writeQuorum?: number;
}

/** Automatic failover by votes alone: a lesson, not a store to rely on. */
export function servedSimpleElection({ heartbeatMs, timeoutMs, writeQuorum }: ElectionChoices = {}): Served<
  ElectionState,
  ElectionMessage
> {
  return {
    name: 'simple-election',
    machine: (clusterId, { length: servers }) => {
      if (writeQuorum !== undefined && (writeQuorum < 1 || writeQuorum > servers)) {
        throw new UserError(`W=${writeQuorum} does not fit ${servers} server${servers === 1 ? '' : 's'}: choose W from 1 to ${servers}`);
      }
      const defaults = DEFAULT_ELECTION_OPTIONS;
      const timeoutUs = timeoutMs === undefined ? defaults.timeoutUs : fromMs(timeoutMs);
      const options = {
        ...defaults,
        clusterId,
        ...(heartbeatMs === undefined ? {} : { heartbeatUs: fromMs(heartbeatMs) }),
        timeoutUs,
        // In proportion to the patience, so that a short one is not followed by a long pause.
        retryUsMin: fromMs(Math.max(1, timeoutUs / 10_000)),
        retryUsMax: fromMs(Math.max(2, (timeoutUs * 6) / 10_000)),
        writeQuorum: writeQuorum ?? null,
      };
      checked(() => checkElectionOptions(options));
      return electionNode(options);
    },
    codec: electionCodecs.message,
    hasGuests: true,
    keepsFiles: true,
    isRecovering: ({ phase }) => phase === 'recalling',
    isAtRest: ({ journal }) => isJournalAtRest(journal),
    warnings: () => [
      'simple-election teaches: it loses acknowledged writes and forgets votes when servers restart; for real use there is raft',
    ],
  };
}
