import { fromMs } from '../../core/base/units.js';
import { checkJournalOptions, DEFAULT_JOURNAL_OPTIONS, type JournalOptions, type SyncPolicy } from '../../core/journal/options.js';
import { checked } from './served-system.js';

/** What may be set of a system with a journal. Absent: a log, always synced. */
export interface Keeping {
  /** `memory`: nothing is kept, and `sync` has no meaning. */
  readonly store?: 'memory' | 'log';
  /** A number: milliseconds after a write, at most. */
  readonly sync?: 'always' | 'never' | number;
}

/**
 * The journal that a user wishes for.
 *
 * @throws {UserError} When its numbers do not fit together.
 */
export function journalOptionsOf(keeping: Keeping): JournalOptions {
  const journal = { ...DEFAULT_JOURNAL_OPTIONS, ...(keepsFiles(keeping) ? {} : { storage: null }), sync: syncPolicy(keeping) };
  checked(() => checkJournalOptions(journal));
  return journal;
}

/** Whether anything outlives the process. */
export function keepsFiles({ store = 'log' }: Keeping): boolean {
  return store === 'log';
}

/** The sync policy in the words of the command line. */
export function syncText({ sync = 'always' }: Keeping): string {
  return typeof sync === 'number' ? `${sync}ms` : sync;
}

/** What a weaker way to keep data costs, a line. */
export function keepingWarnings(keeping: Keeping): readonly string[] {
  const { sync = 'always' } = keeping;
  if (!keepsFiles(keeping)) return ['nothing is kept: all data ends with this process'];
  if (sync === 'always') return [];
  const span = sync === 'never' ? 'without bound' : `of the last ${sync} ms`;
  return [`a power cut may take answered writes ${span}; the end of the process alone takes none`];
}

function syncPolicy({ sync = 'always' }: Keeping): SyncPolicy {
  return typeof sync === 'number' ? { kind: 'interval', everyUs: fromMs(sync) } : { kind: sync };
}
