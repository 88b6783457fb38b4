import type { Coverage } from '../coverage/coverage.js';
import type { RunEnd } from '../run/system.js';
import { checkVersions } from '../oracles/clients/client-versions.js';
import { checkDirtyReads } from '../oracles/clients/dirty-read.js';
import { checkExclusion } from '../oracles/clients/exclusion.js';
import { checkHistory } from '../oracles/clients/client-history.js';
import { checkStaleReads, type StalePromise } from '../oracles/clients/stale-reads.js';

/** The properties of client histories, as docs/INVARIANTS.md names them, in the order of judging. */
const JUDGES: Readonly<Record<string, (end: RunEnd, coverage: Coverage) => void>> = {
  'No Dirty Read': ({ operations, failedWrites, atUs }) => checkDirtyReads(operations, failedWrites, atUs),
  Exclusion: ({ operations, atUs }) => checkExclusion(operations, atUs),
  'Version Monotonicity': ({ operations, atUs }) => checkVersions(operations, atUs),
  Linearizability: ({ operations, atUs }, coverage) => {
    if (!checkHistory(operations, atUs)) coverage.mark('linearizability-undecided');
  },
};

/**
 * Judges what the clients of a run saw, leaving out what their system does not promise.
 *
 * @param promise What it promises of reads that may be old.
 */
export function judgeClients(
  end: RunEnd,
  coverage: Coverage,
  notPromised: readonly string[] = [],
  promise: StalePromise = 'committed',
): void {
  const isOne = promise === 'linearizable';
  const judged = isOne && end.staleReads.length > 0 ? { ...end, operations: [...end.operations, ...end.staleReads] } : end;
  for (const [property, judge] of Object.entries(JUDGES)) if (!notPromised.includes(property)) judge(judged, coverage);
  if (isOne) return;
  if (hasOldRead(end)) coverage.mark('stale-read-was-old');
  checkStaleReads(promise, end, end.atUs);
}

/** Whether a stale read showed a version below one that had been told before it was asked. */
function hasOldRead({ operations, staleReads }: RunEnd): boolean {
  return staleReads.some(
    ({ key, callUs, outcome, resultVersion }) =>
      outcome === 'ok' &&
      operations.some(
        (told) => told.key === key && told.returnUs !== null && told.returnUs < callUs && (told.resultVersion ?? 0) > (resultVersion ?? 0),
      ),
  );
}
