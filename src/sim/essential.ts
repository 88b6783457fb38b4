import type { Operation } from './checkers/history.js';

/** A longer history is told as it is: each operation is tried by judging all others once more. */
const OPERATIONS_MAX = 400;

/**
 * As little of a history as still breaks a property: operations are left out, the latest first, as long as what remains is broken.
 *
 * @param operations Of one key.
 * @param isWhole Whether the property asks for all that happened, as Linearizability does: then a write stays on whose effect an
 *   answer rests, or the answer would seem to be made up. Other properties set two operations against each other, whatever was between.
 */
export function essential(operations: readonly Operation[], isWhole: boolean, isBroken: (some: readonly Operation[]) => boolean): readonly Operation[] {
  if (operations.length > OPERATIONS_MAX || !isBroken(operations)) return operations;
  let kept = operations;
  for (const operation of operations.toSorted((a, b) => b.callUs - a.callUs)) {
    const rest = kept.filter((other) => other !== operation);
    const isNeeded = isWhole && rest.some((other) => dependsOn(other, operation));
    if (!isNeeded && isBroken(rest)) kept = rest;
  }
  return kept;
}

/** Whether an answer may rest on what a write did. What a read saw is nobody's business. */
function dependsOn(other: Operation, operation: Operation): boolean {
  if (operation.op === 'get' || operation.outcome === 'noKey' || operation.outcome === 'versionConflict') return false;
  if (other.outcome === 'unknown') return false;
  // A delete begins the versions anew, and nobody knows when a write of unknown outcome took effect.
  if (operation.op === 'delete' || operation.resultVersion === null) return (other.returnUs ?? 0) > operation.callUs;
  return other.resultVersion !== null && other.resultVersion >= operation.resultVersion;
}
