import type { Operation } from '../../checkers/history.js';
import { checkLinearizability } from '../../checkers/linearizability.js';
import { kv } from '../../checkers/models/kv.js';
import { operationText, unexplained } from '../../checkers/report.js';
import type { FailedWrite } from './history.js';
import { returnOf } from './key-history.js';
import { violated } from '../../checkers/violation.js';
import { clientName } from '../../base/process-names.js';

/**
 * What a system promises of a read that any server may answer from what it has:
 *
 *   linearizable  as much as of any other read, as where the system has one level of reads only
 *   committed     the value of a write that has taken effect for good by then; it may be an old one
 *   written       a value that somebody had asked to be written by then
 */
export type StalePromise = 'linearizable' | 'committed' | 'written';

/** Reads that may be old, and all that could have made what they saw. */
export interface StaleHistory {
  readonly operations: readonly Operation[];
  readonly staleReads: readonly Operation[];
  readonly failedWrites: readonly FailedWrite[];
}

/**
 * Stale Reads, as clients saw them: an old value is allowed, and one that was never written, was refused, or comes from
 * the future is not. Values are unique, so a value stands for its write.
 *
 * What a read of committed values showed had taken effect by its answer, and has the version that was shown. So the writes,
 * each with as much as the reads prove of it, must still be linearizable, as must a doubt that a read has resolved.
 */
export function checkStaleReads(promise: Exclude<StalePromise, 'linearizable'>, history: StaleHistory, atUs: number): void {
  const { operations, staleReads, failedWrites } = history;
  if (staleReads.length === 0) return;
  const writes = writesOf(operations);
  const failed = new Map(failedWrites.map((each) => [each.value as string, each]));
  const proven = new Map<Operation, Operation>();
  for (const read of staleReads) {
    const { resultValue: value } = read;
    if (read.outcome !== 'ok' || value === null) continue;
    const fail = (because: string): never =>
      violated('Stale Reads', `${operationText(read)}, key ${read.key}: ${because}`, atUs, {
        keys: [read.key],
        operations: [read],
      });
    const write = writes.get(value);
    const refused = failed.get(value);
    const key = write?.key ?? refused?.key;
    if (key === undefined) return fail('nobody wrote that');
    if (key !== read.key) fail(`that was written to ${key}`);
    if (write !== undefined && write.callUs > returnOf(read)) fail(`that was not asked to be written before ${write.callUs} us`);
    if (promise === 'written') continue;
    if (write === undefined) return fail('its client was told that its write failed');
    if (write.outcome !== 'ok' && write.outcome !== 'unknown') fail(`${clientName(write.clientId)} was told ${write.outcome}`);
    const known = proven.get(write) ?? write;
    if (known.resultVersion !== null && known.resultVersion !== read.resultVersion)
      fail(`version ${read.resultVersion}, and it was told to have version ${known.resultVersion}`);
    proven.set(write, { ...known, outcome: 'ok', resultVersion: read.resultVersion, returnUs: Math.min(returnOf(known), returnOf(read)) });
  }
  if (proven.size > 0) checkProven(operations, proven, atUs);
}

/** By the value that each write brought. */
function writesOf(operations: readonly Operation[]): ReadonlyMap<string, Operation> {
  return new Map(operations.flatMap((operation) => (operation.value === null ? [] : [[operation.value, operation] as const])));
}

/** The writes as the reads prove them. A search that gives up says nothing, as in Linearizability. */
function checkProven(operations: readonly Operation[], proven: ReadonlyMap<Operation, Operation>, atUs: number): void {
  const keys = new Set([...proven.keys()].map(({ key }) => key));
  const sharpened = operations.filter(({ key }) => keys.has(key)).map((operation) => proven.get(operation) ?? operation);
  const { verdict, key, culprit } = checkLinearizability(sharpened, kv);
  if (verdict !== 'failed') return;
  violated('Stale Reads', `key ${key}: with the writes done by when a stale read showed them, ${unexplained(culprit)}`, atUs, {
    keys: [key ?? ''],
    operations: culprit === null ? [] : [culprit],
  });
}
