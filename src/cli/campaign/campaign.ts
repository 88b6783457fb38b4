import { explore } from '../../sim/campaign/explore.js';
import type { ExploreOptions, ExploreReport } from '../../sim/campaign/campaign.js';
import { complain } from '../terminal/output.js';
import { progressOn } from '../terminal/progress.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs a campaign with its progress on standard error. Ctrl-C, or SIGTERM, begins no further run and reports on those
 * that were lived so far; a second one ends at once.
 *
 * @param isQuiet No progress at all, for output that a program reads.
 */
export async function campaign(options: ExploreOptions, isQuiet: boolean): Promise<ExploreReport> {
  const progress = isQuiet ? null : progressOn(process.stderr);
  const stopping = new AbortController();
  const onStop = (): void => {
    ignoreSignals(onStop);
    stopping.abort();
    progress?.end();
    if (!isQuiet) complain('stopping: runs that have begun come to their end; once more ends at once');
  };
  for (const signal of SIGNALS) process.once(signal, onStop);
  try {
    return await explore({ ...options, signal: stopping.signal, onProgress: progress === null ? null : progress.show });
  } finally {
    ignoreSignals(onStop);
    progress?.end();
  }
}

function ignoreSignals(listener: () => void): void {
  for (const signal of SIGNALS) process.removeListener(signal, listener);
}
