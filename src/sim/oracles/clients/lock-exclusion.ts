import type { Operation } from '../../checkers/history.js';
import { checkLinearizability } from '../../checkers/linearizability.js';
import { lock } from '../../checkers/models/lock.js';
import { unexplained } from '../../checkers/report.js';
import { violated } from '../../checkers/violation.js';
import { clientName } from '../../base/process-names.js';

/**
 * Lock Exclusion, as it happens: from "held" until it asks to release, a client holds a lock alone, and the version
 * that it was told fences off every earlier holder. Who was told "maybe" relies on nothing.
 */
export class LockExclusion {
  readonly #holders = new Map<string, number>();
  /** Who held it last, whether or not he still does, and at which version. */
  readonly #last = new Map<string, { readonly client: number; readonly version: number }>();

  /** @returns Whether another client held it before. */
  held(lockKey: string, client: number, version: number, atUs: number): boolean {
    const holder = this.#holders.get(lockKey);
    if (holder !== undefined)
      violated(
        'Lock Exclusion',
        `lock ${lockKey}: ${clientName(client)} holds it too, and ${clientName(holder)} has not let go of it`,
        atUs,
        { keys: [lockKey] },
      );
    const last = this.#last.get(lockKey);
    if (last !== undefined && version <= last.version) {
      violated(
        'Lock Exclusion',
        `lock ${lockKey}: ${clientName(client)} holds version ${version}, which does not fence off version ${last.version}`,
        atUs,
        { keys: [lockKey] },
      );
    }
    this.#holders.set(lockKey, client);
    this.#last.set(lockKey, { client, version });
    return last !== undefined && last.client !== client;
  }

  /** From its asking on, a client that releases relies on the lock no more. */
  letsGo(lockKey: string, client: number): void {
    if (this.#holders.get(lockKey) === client) this.#holders.delete(lockKey);
  }

  /** The release of a client that held it was told that it did not. */
  brokenInto(lockKey: string, client: number, atUs: number): never {
    violated('Lock Exclusion', `lock ${lockKey}: ${clientName(client)} held it, and was told by its release that it did not`, atUs, {
      keys: [lockKey],
    });
  }
}

/** The same when all is over, by what the clients saw alone: some order of acquires and releases explains it. */
export function checkLocks(operations: readonly Operation[], atUs: number): boolean {
  const { verdict, key, culprit, unplaced } = checkLinearizability(operations, lock);
  if (verdict === 'failed') {
    const shown = culprit === null ? unplaced : [culprit, ...unplaced.filter((other) => other !== culprit)];
    violated('Lock Exclusion', `lock ${key}: ${unexplained(culprit)}`, atUs, { keys: [key ?? ''], operations: shown });
  }
  return verdict === 'passed';
}
