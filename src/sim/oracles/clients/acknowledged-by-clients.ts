import type { Operation } from '../../checkers/history.js';
import { byKey, returnOf, type KeyHistory } from './key-history.js';
import { violated } from '../../checkers/violation.js';
import { clientName } from '../../base/process-names.js';

/**
 * No Acknowledged Write Lost, by what clients saw alone, for a system without deletes whose versions count the writes of a key: two
 * acknowledged writes have two versions, and who reads last, when all writes are over, sees the newest or a later one.
 * It misses a loss that further writes have covered up, and knows nothing that is none.
 */
export function checkAcknowledgedByClients(operations: readonly Operation[], atUs: number): void {
  for (const history of byKey(operations)) {
    checkOneWritePerVersion(history, atUs);
    checkLastRead(history, atUs);
  }
}

const isWrite = ({ op }: Operation): boolean => op !== 'get';

function checkOneWritePerVersion({ key, answered }: KeyHistory, atUs: number): void {
  const written = new Map<number, Operation>();
  for (const operation of answered) {
    const { resultVersion, outcome, value } = operation;
    if (!isWrite(operation) || outcome !== 'ok' || resultVersion === null) continue;
    const other = written.get(resultVersion);
    if (other !== undefined && other.value !== value) {
      violated(
        'No Acknowledged Write Lost',
        `key ${key}: ${clientName(other.clientId)} was told that ${other.value ?? ''} is version ${resultVersion}, and ${clientName(operation.clientId)} that ${value ?? ''} is`,
        atUs,
        { keys: [key], operations: [operation, other] },
      );
    }
    written.set(resultVersion, operation);
  }
}

function checkLastRead({ key, answered }: KeyHistory, atUs: number): void {
  const writes = answered.filter((operation) => isWrite(operation) && operation.outcome === 'ok');
  const newest = writes.reduce<Operation | null>((best, one) => ((one.resultVersion ?? 0) > (best?.resultVersion ?? 0) ? one : best), null);
  const last = answered.filter((operation) => !isWrite(operation)).at(-1);
  if (newest === null || last === undefined || writes.some((write) => returnOf(write) >= last.callUs)) return;
  const seen = last.resultVersion ?? 0;
  if (seen >= (newest.resultVersion ?? 0)) return;
  violated(
    'No Acknowledged Write Lost',
    `key ${key}: ${clientName(newest.clientId)} was told that ${newest.value ?? ''} is version ${newest.resultVersion ?? 0}, and the last to read it saw version ${seen}`,
    atUs,
    { keys: [key], operations: [last, newest] },
  );
}
