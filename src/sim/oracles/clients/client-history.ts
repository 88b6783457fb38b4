import type { ByteString } from '../../../core/base/bytestring.js';
import type { Operation } from '../../checkers/history.js';
import { checkLinearizability } from '../../checkers/linearizability.js';
import { kv } from '../../checkers/models/kv.js';
import { operationText, unexplained } from '../../checkers/report.js';
import type { FailedWrite } from './history.js';
import { violated } from '../../checkers/violation.js';
import { clientName } from '../../base/process-names.js';

/** Where a value took effect in the log; null if it nowhere did. */
export type IndexOfValue = (value: ByteString) => number | null;

/**
 * Linearizability: every client saw the store as if each operation had happened at one moment between its
 * call and its answer (Herlihy & Wing 1990); an unknown outcome may have happened at any time since, or never.
 *
 * @returns Whether there was a verdict; false when the search gave up.
 */
export function checkHistory(operations: readonly Operation[], atUs: number): boolean {
  const { verdict, key, culprit, unplaced } = checkLinearizability(operations, kv);
  if (verdict === 'failed') {
    const operations = culprit === null ? unplaced : [culprit, ...unplaced.filter((other) => other !== culprit)];
    violated('Linearizability', `key ${key}: ${unexplained(culprit)}`, atUs, { keys: [key ?? ''], operations });
  }
  return verdict === 'passed';
}

/**
 * No Acknowledged Write Lost: each write that a client was told of is in the log of the healed core, up to
 * the index that all of the core have applied. Values are unique, so a value stands for its write.
 */
export function checkAcknowledged(operations: readonly Operation[], indexOf: IndexOfValue, appliedTo: number, atUs: number): void {
  for (const operation of operations) {
    if (operation.value === null || operation.outcome !== 'ok') continue;
    const index = indexOf(operation.value as ByteString);
    if (index !== null && index <= appliedTo) continue;
    const where = index === null ? 'took effect on no server' : `took effect at entry ${index}, but the core has only ${appliedTo}`;
    violated('No Acknowledged Write Lost', `${operationText(operation)}: it ${where}`, atUs, {
      keys: [operation.key],
      operations: [operation],
    });
  }
}

/** Honest Failure: a write that a client was told has failed never took effect. */
export function checkFailed(failed: readonly FailedWrite[], indexOf: IndexOfValue, atUs: number): void {
  for (const { client, key, value } of failed) {
    const index = indexOf(value);
    if (index === null) continue;
    violated(
      'Honest Failure',
      `${clientName(client)} was told that its write of "${value}" to ${key} failed, but it took effect at entry ${index}`,
      atUs,
      { keys: [key] },
    );
  }
}
