import { NOBODY, type NodeId } from '../../core/base/units.js';
import { isJournalAtRest } from '../../core/journal/journal.js';
import { primaryReplicaCodecs } from '../../core/systems/primary-replica/codec.js';
import type { PeerMessage } from '../../core/systems/primary-replica/messages.js';
import { primaryReplicaNode } from '../../core/systems/primary-replica/node.js';
import { defaultOptions } from '../../core/systems/primary-replica/options.js';
import type { ReplicationState } from '../../core/systems/primary-replica/state.js';
import { UserError } from '../base/errors.js';
import { journalOptionsOf, keepingWarnings, keepsFiles, syncText, type Keeping } from './keeping.js';
import type { Served } from './served-system.js';

/** What may be chosen of the primary-replica system. */
export interface ReplicationChoices extends Keeping {
  /** Who is the primary until another server is promoted. Absent: the one with the lowest number. */
  readonly primary?: NodeId;
}

/** One server writes, the others copy it. The same primary must be named to all of them. */
export function servedPrimaryReplica(choices: ReplicationChoices = {}): Served<ReplicationState, PeerMessage> {
  return {
    name: 'primary-replica',
    machine: (clusterId, members) => {
      const primary = choices.primary ?? members.reduce((lowest, id) => (id < lowest ? id : lowest), members[0] ?? NOBODY);
      if (!members.includes(primary))
        throw new UserError(`the primary is to be server ${primary}, which is not in the list of servers: ${members.join(', ')}`);
      return primaryReplicaNode({ ...defaultOptions(primary), clusterId, journal: journalOptionsOf(choices) });
    },
    codec: primaryReplicaCodecs.message,
    hasGuests: true,
    keepsFiles: keepsFiles(choices),
    sync: syncText(choices),
    isRecovering: ({ journal }) => journal.phase === 'recalling',
    warnings: () => warningsOf(choices),
    isAtRest: ({ journal }) => isJournalAtRest(journal),
  };
}

function warningsOf(choices: ReplicationChoices): readonly string[] {
  if (keepsFiles(choices)) return keepingWarnings(choices);
  return ['nothing is kept: a primary that starts again is empty, and so are its replicas then; promote one of them instead'];
}
