import type { Operation } from '../../checkers/history.js';

/** What clients did to one key, and when it may have been deleted. */
export class KeyHistory {
  readonly key: string;
  /** The operations that were answered, in the order of their answers. */
  readonly answered: readonly Operation[];
  readonly #deletes: readonly Operation[];

  constructor(key: string, operations: readonly Operation[]) {
    this.key = key;
    this.answered = operations.filter(({ returnUs }) => returnUs !== null).sort((a, b) => returnOf(a) - returnOf(b));
    this.#deletes = operations.filter(({ op, outcome }) => op === 'delete' && outcome !== 'noKey');
  }

  /**
   * The latest moment, in microseconds, at which a delete that was called by `byUs` may have taken effect; -1 if there
   * is none, Infinity for one of unknown outcome. So what was called after it and returned by `byUs` saw no delete between.
   */
  lastDeleteUs(byUs: number): number {
    let lastUs = -1;
    for (const deletion of this.#deletes) {
      if (deletion.callUs <= byUs) lastUs = Math.max(lastUs, returnOf(deletion));
    }
    return lastUs;
  }

  /** Whether no delete of the key can have taken effect from the call of the one to the return of the other, whichever was first. */
  isUndeletedOver(one: Operation, other: Operation): boolean {
    return this.lastDeleteUs(Math.max(returnOf(one), returnOf(other))) < Math.min(one.callUs, other.callUs);
  }
}

/** A history key by key, since keys know nothing of each other. */
export function byKey(operations: readonly Operation[]): readonly KeyHistory[] {
  const lists = new Map<string, Operation[]>();
  for (const operation of operations) {
    const list = lists.get(operation.key);
    if (list === undefined) lists.set(operation.key, [operation]);
    else list.push(operation);
  }
  return [...lists].map(([key, list]) => new KeyHistory(key, list));
}

/** When an operation returned, in microseconds; Infinity for one that may still take effect. */
export function returnOf(operation: Operation): number {
  return operation.returnUs ?? Infinity;
}
