import { explore } from '../sim/explore.js';
import type { ExploreOptions, ExploreReport } from '../sim/campaign.js';
import { progressOn } from './progress.js';

/**
 * Runs a campaign with its progress on standard error. Ctrl-C begins no further run and reports on those
 * that were lived so far; a second one ends at once.
 *
 * @param isQuiet No progress at all, for output that a program reads.
 */
export async function campaign(options: ExploreOptions, isQuiet: boolean): Promise<ExploreReport> {
  const progress = isQuiet ? null : progressOn(process.stderr);
  const stopping = new AbortController();
  const onInterrupt = (): void => stopping.abort();
  process.once('SIGINT', onInterrupt);
  try {
    return await explore({ ...options, signal: stopping.signal, onProgress: progress === null ? null : progress.show });
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    progress?.end();
  }
}
