import { fromMs } from '../../core/base/units.js';
import { quorumCodecs, type QuorumMessage } from '../../core/systems/quorum/messages.js';
import { quorumNode } from '../../core/systems/quorum/node.js';
import {
  checkQuorumOptions,
  DEFAULT_QUORUM_OPTIONS,
  quorumProblem,
  quorumsMeet,
  type QuorumOptions,
} from '../../core/systems/quorum/options.js';
import type { QuorumState } from '../../core/systems/quorum/state.js';
import { isJournalAtRest } from '../../core/journal/journal.js';
import { UserError } from '../base/errors.js';
import { checked, type Served } from './served-system.js';

/** What may be chosen of the quorum system. Absent: a majority, and five seconds. */
export interface QuorumChoices {
  readonly writeQuorum?: number;
  readonly readQuorum?: number;
  readonly timeoutMs?: number;
}

/** N servers, W to write, R to read. */
export function servedQuorum(choices: QuorumChoices = {}): Served<QuorumState, QuorumMessage> {
  return {
    name: 'quorum',
    machine: (clusterId, { length: servers }) => {
      const options = { ...optionsFor(choices, servers), clusterId };
      const problem = quorumProblem(options, servers);
      if (problem !== null) throw new UserError(problem);
      checked(() => checkQuorumOptions(options));
      return quorumNode(options);
    },
    codec: quorumCodecs.message,
    hasGuests: true,
    keepsFiles: true,
    isRecovering: ({ phase }) => phase === 'recalling' || phase === 'starting',
    isAtRest: ({ journal }) => isJournalAtRest(journal),
    warnings: (servers) => {
      const { writeQuorum, readQuorum } = optionsFor(choices, servers);
      if (quorumsMeet({ ...DEFAULT_QUORUM_OPTIONS, writeQuorum, readQuorum }, servers)) return [];
      return [`W=${writeQuorum} and R=${readQuorum} of ${servers} servers: reads may be stale, since W + R is not above N`];
    },
  };
}

function optionsFor({ writeQuorum, readQuorum, timeoutMs }: QuorumChoices, servers: number): QuorumOptions {
  const majority = Math.floor(servers / 2) + 1;
  const timeoutUs = timeoutMs === undefined ? DEFAULT_QUORUM_OPTIONS.timeoutUs : fromMs(timeoutMs);
  return {
    ...DEFAULT_QUORUM_OPTIONS,
    writeQuorum: writeQuorum ?? majority,
    readQuorum: readQuorum ?? majority,
    timeoutUs,
    // Whatever the patience, a lost message is sent again a few times within it.
    resendUs: fromMs(Math.max(1, Math.min(DEFAULT_QUORUM_OPTIONS.resendUs, timeoutUs / 4) / 1_000)),
  };
}
