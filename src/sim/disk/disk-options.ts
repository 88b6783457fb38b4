import { assert } from '../../core/base/assert.js';

/** How fast a simulated disk is. No field has a default. All spans in microseconds, 0 or more, min <= max. */
export interface SimDiskOptions {
  /** Before an operation's first step: the way to the disk. One draw for each operation. */
  readonly operationUsMin: number;
  readonly operationUsMax: number;
  /** Each `sync` and `syncDirectory` takes this long. One draw for each. */
  readonly syncUsMin: number;
  readonly syncUsMax: number;
}

/** A disk that takes no time: operations complete at the moment they are asked for, through the queue. */
export const INSTANT_DISK: SimDiskOptions = { operationUsMin: 0, operationUsMax: 0, syncUsMin: 0, syncUsMax: 0 };

/** Refuses spans that are none. */
export function checkSpans(options: SimDiskOptions): void {
  assert(options.operationUsMin >= 0 && options.operationUsMin <= options.operationUsMax, 'an operation takes 0 <= min <= max');
  assert(options.syncUsMin >= 0 && options.syncUsMin <= options.syncUsMax, 'a sync takes 0 <= min <= max');
}

/** Such a disk draws nothing. */
export function isInstant(options: SimDiskOptions): boolean {
  return options.operationUsMax === 0 && options.syncUsMax === 0;
}
