import type { Operation } from '../../checkers/history.js';
import { operationText } from '../../checkers/report.js';
import { byKey } from './key-history.js';
import { violated } from '../../checkers/violation.js';

/**
 * Exclusion: a key hosts a lock when its holder is whoever put into the version that was free (and the version
 * is then the fencing token). Of two puts that expect one version of a key only one succeeds, unless a delete
 * may have begun the versions anew between them.
 */
export function checkExclusion(operations: readonly Operation[], atUs: number): void {
  for (const history of byKey(operations)) {
    const holders = new Map<number, Operation>();
    for (const put of history.answered) {
      if (put.op !== 'put' || put.outcome !== 'ok' || put.version === null) continue;
      const other = holders.get(put.version);
      holders.set(put.version, put);
      if (other === undefined || !history.isUndeletedOver(other, put)) continue;
      violated(
        'Exclusion',
        `key ${history.key}: two clients hold version ${put.version + 1}: ${operationText(other)}, and ${operationText(put)}`,
        atUs,
        { keys: [history.key], operations: [put, other] },
      );
    }
  }
}
