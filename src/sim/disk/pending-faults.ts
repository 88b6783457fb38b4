import type { Damage } from './damage.js';

/** Steps that an injected error can strike. */
export type FailingStep = 'append' | 'write' | 'sync' | 'syncDirectory' | 'read';

/** An error that waits for its step. */
export interface Failure {
  readonly kind: FailingStep;
  /** null for any file. */
  readonly path: string | null;
  /** Of a write: the share of its bytes that still got there, in [0, 1]. */
  readonly share: number;
  /** It was reported to the user. */
  hasStruck: boolean;
  readonly onStrike?: () => void;
}

/** A sync that will say that all is well though one sector did not go where it should. */
export interface Lie {
  readonly kind: 'stale' | 'misdirected' | 'junk' | 'shorn';
  /** Which of the sectors that the sync changed, in [0, 1). */
  readonly which: number;
  /** Which sector of the whole disk gets it instead, which junk is there, or how much of it is new; in [0, 1). */
  readonly where: number;
  /** Called when it was told, with what it did to the disk. */
  readonly onTold?: (damages: readonly Damage[]) => void;
}

/**
 * What is wrong with a disk beside damaged bytes: errors and lies that wait for their step, a bound on space,
 * a stall. All of it passes; what it leaves behind is elsewhere.
 */
export class DiskIlls {
  /** Bytes in all files; Infinity for no bound. */
  capacityBytes = Infinity;
  /** No step is taken before this moment of world time. */
  stalledUntilUs = 0;
  /** Before this moment of world time each sync of the directory ends well and does nothing. */
  forgetsNamesUntilUs = 0;
  #failures: Failure[] = [];
  #lies: Lie[] = [];

  failNext(kind: FailingStep, path: string | null, share: number, onStrike?: () => void): Failure {
    const failure: Failure = { kind, path, share, hasStruck: false, ...(onStrike === undefined ? {} : { onStrike }) };
    this.#failures.push(failure);
    return failure;
  }

  takeBack(failure: Failure): void {
    this.#failures = this.#failures.filter((each) => each !== failure);
  }

  /** The failure that strikes this step now, if one waits for it. */
  takeFailure(kind: FailingStep, path: string): Failure | null {
    if (this.#failures.length === 0) return null;
    const failure = this.#failures.find((each) => each.kind === kind && (each.path === null || each.path === path));
    if (failure === undefined) return null;
    failure.hasStruck = true;
    this.takeBack(failure);
    failure.onStrike?.();
    return failure;
  }

  lieNext(lie: Lie): void {
    this.#lies.push(lie);
  }

  get nextLie(): Lie | null {
    return this.#lies[0] ?? null;
  }

  /** A lie that was not told yet never will be. */
  takeBackLie(lie: Lie): void {
    this.#lies = this.#lies.filter((each) => each !== lie);
  }

  /** The next lie was told. */
  lieTold(): void {
    this.#lies.shift();
  }

  /** All is well from now on; what was stalled goes on at the moment it was told. */
  calm(): void {
    this.capacityBytes = Infinity;
    this.stalledUntilUs = 0;
    this.forgetsNamesUntilUs = 0;
    this.#failures = [];
    this.#lies = [];
  }
}
