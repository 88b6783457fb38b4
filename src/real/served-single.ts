import { fromMs } from '../core/base/units.js';
import { checkJournalOptions, type SyncPolicy } from '../core/journal/options.js';
import { closingSteps } from '../core/journal/journal.js';
import { singleCodecs } from '../core/systems/single/codecs.js';
import { singleNode, type SingleState } from '../core/systems/single/node.js';
import { DEFAULT_SINGLE_OPTIONS, type SingleOptions } from '../core/systems/single/options.js';
import { UserError } from './errors.js';
import { checked, type Served } from './served.js';

/** What may be set of a system with a journal. Absent: a log, always synced. */
export interface Keeping {
  /** `memory`: nothing is kept, and `sync` has no meaning. */
  readonly store?: 'memory' | 'log';
  /** A number: milliseconds after a write, at most. */
  readonly sync?: 'always' | 'never' | number;
}

/** One server. */
export function servedSingle(keeping: Keeping = {}): Served<SingleState, never> {
  return {
    name: 'single',
    machine: (clusterId, servers) => {
      if (servers !== 1) throw new UserError(`a single server has no peers, and ${servers} servers are listed; list one, or choose another system`);
      const journal = { ...DEFAULT_SINGLE_OPTIONS.journal, ...(keeping.store === 'memory' ? { storage: null } : {}), sync: syncPolicy(keeping) };
      checked(() => checkJournalOptions(journal));
      const options: SingleOptions = { ...DEFAULT_SINGLE_OPTIONS, clusterId, journal };
      return singleNode(options);
    },
    codec: singleCodecs.message,
    hasGuests: false,
    isRecovering: ({ journal }) => journal.phase === 'recalling',
    warnings: () => warningsOf(keeping),
    closingSteps: ({ journal }) => closingSteps(journal),
  };
}

function syncPolicy({ sync = 'always' }: Keeping): SyncPolicy {
  return typeof sync === 'number' ? { kind: 'interval', everyUs: fromMs(sync) } : { kind: sync };
}

function warningsOf({ store = 'log', sync = 'always' }: Keeping): readonly string[] {
  if (store === 'memory') return ['nothing is kept: all data ends with this process'];
  if (sync === 'always') return [];
  const span = sync === 'never' ? 'without bound' : `of the last ${sync} ms`;
  return [`a power cut may take answered writes ${span}; the end of the process alone takes none`];
}
