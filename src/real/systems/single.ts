import { isJournalAtRest } from '../../core/journal/journal.js';
import { singleCodecs } from '../../core/systems/single/codecs.js';
import { singleNode, type SingleState } from '../../core/systems/single/node.js';
import { DEFAULT_SINGLE_OPTIONS } from '../../core/systems/single/options.js';
import { UserError } from '../base/errors.js';
import { journalOptionsOf, keepingWarnings, keepsFiles, syncText, type Keeping } from './keeping.js';
import type { Served } from './served-system.js';

/** One server. */
export function servedSingle(keeping: Keeping = {}): Served<SingleState, never> {
  return {
    name: 'single',
    machine: (clusterId, { length: servers }) => {
      if (servers !== 1)
        throw new UserError(`a single server has no peers, and ${servers} servers are listed; list one, or choose another system`);
      return singleNode({ ...DEFAULT_SINGLE_OPTIONS, clusterId, journal: journalOptionsOf(keeping) });
    },
    codec: singleCodecs.message,
    hasGuests: false,
    keepsFiles: keepsFiles(keeping),
    sync: syncText(keeping),
    isRecovering: ({ journal }) => journal.phase === 'recalling',
    warnings: () => keepingWarnings(keeping),
    isAtRest: ({ journal }) => isJournalAtRest(journal),
  };
}
