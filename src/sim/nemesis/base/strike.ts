/** One strike of a fault: how long it lasts, and what was drawn for its choices, numbers in [0, 1). */
export interface Strike {
  readonly lastsUs: number;
  readonly who: number;
  readonly other: number;
  /** Bits for choosing sides, taken from these in turn. */
  readonly sides: readonly number[];
  readonly how: number;
}
