import type { Operation } from '../../checkers/history.js';
import { operationText } from '../../checkers/report.js';
import { byKey, returnOf, type KeyHistory } from './key-history.js';
import { violated } from '../../checkers/violation.js';

/**
 * Version Monotonicity, as clients saw it: with no delete in between, nobody is told a lower version of a key
 * than somebody had been told before, and one version stands for one value.
 *
 * It says less than linearizability and costs next to nothing, so it holds where that search gives up.
 */
export function checkVersions(operations: readonly Operation[], atUs: number): void {
  for (const history of byKey(operations)) {
    checkGrowth(history, atUs);
    checkOneValue(history, atUs);
  }
}

function checkGrowth(history: KeyHistory, atUs: number): void {
  const { answered } = history;
  const highest = highestSoFar(answered);
  let known = 0;
  for (const later of byCall(answered)) {
    const version = later.resultVersion;
    while (known < answered.length && returnOf(answered[known] as Operation) < later.callUs) known++;
    if (version === null || known === 0 || (highest[known - 1] as number) <= version) continue;
    const deletedUs = history.lastDeleteUs(returnOf(later));
    for (let i = known - 1; i >= 0; i--) {
      const earlier = answered[i] as Operation;
      if (returnOf(earlier) <= deletedUs) break;
      if (earlier.callUs > deletedUs && earlier.resultVersion !== null && earlier.resultVersion > version) {
        violated('Version Monotonicity', `key ${history.key}: ${tell(earlier)}, and later ${tell(later)}`, atUs, {
          keys: [history.key],
          operations: [later, earlier],
        });
      }
    }
  }
}

function checkOneValue(history: KeyHistory, atUs: number): void {
  const last = new Map<number, Operation>();
  for (const operation of history.answered) {
    const version = operation.resultVersion;
    if (version === null || valueOf(operation) === null) continue;
    const before = last.get(version);
    last.set(version, operation);
    if (before === undefined || valueOf(before) === valueOf(operation) || !history.isUndeletedOver(before, operation)) continue;
    violated(
      'Version Monotonicity',
      `key ${history.key}: version ${version} stands for two values: ${tell(before)}, and ${tell(operation)}`,
      atUs,
      { keys: [history.key], operations: [operation, before] },
    );
  }
}

/** The value that stood at the key with the version that was told; null when none was told. */
function valueOf({ op, outcome, value, resultValue }: Operation): string | null {
  if (outcome !== 'ok') return null;
  return op === 'get' ? resultValue : value;
}

/** For each answer the highest version told up to it. */
function highestSoFar(answered: readonly Operation[]): readonly number[] {
  let highest = 0;
  return answered.map(({ resultVersion }) => (highest = Math.max(highest, resultVersion ?? 0)));
}

function byCall(operations: readonly Operation[]): readonly Operation[] {
  return [...operations].sort((a, b) => a.callUs - b.callUs);
}

function tell(operation: Operation): string {
  return `${operationText(operation)} (version ${operation.resultVersion})`;
}
