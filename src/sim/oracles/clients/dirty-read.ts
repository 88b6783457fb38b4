import type { Operation } from '../../checkers/history.js';
import { operationText } from '../../checkers/report.js';
import type { FailedWrite } from './history.js';
import { violated } from '../../checkers/violation.js';
import { clientName } from '../../base/process-names.js';

/**
 * No Dirty Read: a value whose write was answered "definitely not", by the client's own word or by the
 * store's refusal, is never read by anyone, before that answer or after it. Values are unique, so a value
 * stands for its write (G1a of Adya, 1999: no aborted reads).
 */
export function checkDirtyReads(operations: readonly Operation[], failed: readonly FailedWrite[], atUs: number): void {
  const refused = new Map<string, string>();
  for (const { client, value } of failed) refused.set(value, `${clientName(client)} was told that its write failed`);
  for (const operation of operations) {
    const isRefused = operation.op === 'put' && (operation.outcome === 'versionConflict' || operation.outcome === 'noKey');
    if (isRefused && operation.value !== null)
      refused.set(operation.value, `${clientName(operation.clientId)} was told ${operation.outcome}`);
  }
  for (const read of operations) {
    const because = read.op === 'get' && read.resultValue !== null ? refused.get(read.resultValue) : undefined;
    if (because === undefined) continue;
    violated('No Dirty Read', `${operationText(read)}, key ${read.key}: ${because}`, atUs, { keys: [read.key], operations: [read] });
  }
}
