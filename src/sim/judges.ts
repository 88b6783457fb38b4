import type { Operation } from './checkers/history.js';
import { Coverage } from './coverage.js';
import type { RunEnd } from './system.js';
import { checkVersions } from './oracles/client-versions.js';
import { checkDirtyReads } from './oracles/dirty-read.js';
import { checkExclusion } from './oracles/exclusion.js';
import { checkHistory } from './oracles/final.js';
import { Violated } from './oracles/oracle.js';
import { checkStaleReads, type StalePromise } from './oracles/stale-reads.js';

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
export function judgeClients(end: RunEnd, coverage: Coverage, notPromised: readonly string[] = [], promise: StalePromise = 'committed'): void {
  const isOne = promise === 'linearizable';
  const judged = isOne && end.staleReads.length > 0 ? { ...end, operations: [...end.operations, ...end.staleReads] } : end;
  for (const [property, judge] of Object.entries(JUDGES)) if (!notPromised.includes(property)) judge(judged, coverage);
  if (isOne) return;
  if (hasOldRead(end)) coverage.mark('stale-read-was-old');
  checkStaleReads(promise, end, end.atUs);
}

/** Whether a stale read showed a version below one that had been told before it was asked. */
function hasOldRead({ operations, staleReads }: RunEnd): boolean {
  return staleReads.some(({ key, callUs, outcome, resultVersion }) =>
    outcome === 'ok' && operations.some((told) => told.key === key && told.returnUs !== null && told.returnUs < callUs && (told.resultVersion ?? 0) > (resultVersion ?? 0)));
}

/** Whether a property is one of client histories. */
export function isJudgedFromHistories(property: string): boolean {
  return property in JUDGES;
}

/** How a history by itself breaks a property of client histories; null when it keeps it. */
export function breachIn(property: string, operations: readonly Operation[]): string | null {
  try {
    JUDGES[property]?.({ operations, staleReads: [], failedWrites: [], core: [], atUs: 0 }, new Coverage());
    return null;
  } catch (error) {
    if (error instanceof Violated) return error.message;
    throw error;
  }
}
