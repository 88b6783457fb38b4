import type { Operation } from '../history.js';
import { Interner, type UniqueValues } from '../specification.js';

/** What an operation is to an object that is only written and read; null: something else. */
export type Access =
  | { readonly kind: 'write'; readonly value: string }
  /** `value` null: the initial one was read. */
  | { readonly kind: 'read'; readonly value: string | null };

/**
 * The table of {@link UniqueValues}, or null when it does not apply: an operation is neither a write nor a
 * read, or a value is written twice. A read without an answer is of no importance and gets value 0.
 */
export function uniqueValues(operations: readonly Operation[], accessOf: (operation: Operation) => Access | null): UniqueValues | null {
  const ofOperations = new Int32Array(operations.length);
  const isWrite = new Uint8Array(operations.length);
  const numbers = new Interner<string | null>();
  numbers.numberOf(null);
  const written = new Set<string>();
  for (let i = 0; i < operations.length; i++) {
    const operation = operations[i]!;
    const access = accessOf(operation);
    if (access === null) return null;
    if (access.kind === 'write') {
      if (written.has(access.value)) return null;
      written.add(access.value);
      isWrite[i] = 1;
    } else if (operation.outcome === 'unknown') continue;
    ofOperations[i] = numbers.numberOf(access.value);
  }
  return { ofOperations, isWrite, count: numbers.keys.length };
}

/** For each of `count` values 1 if at most one operation writes it. */
export function writtenOnce(values: Int32Array, isWrite: (i: number) => boolean, count: number): Uint8Array {
  const once = new Uint8Array(count).fill(1);
  const written = new Uint8Array(count);
  for (let i = 0; i < values.length; i++) {
    if (!isWrite(i)) continue;
    const value = values[i]!;
    if (written[value] === 1) once[value] = 0;
    written[value] = 1;
  }
  return once;
}
