/** The distributions of delay that there are. */
export type LatencyName = keyof typeof LATENCIES;

/**
 * Where delays lie: sixteen equally likely intervals, in 1/1024 of the span between a link's bounds. Whole
 * numbers, so that every engine draws the same.
 */
export const LATENCIES = {
  /** Every delay is as likely as any other. */
  plain: [[0, 1_024]],
  /** Half are within 5 % of the span, one in sixteen is spread over the last two thirds. */
  heavyTail: [
    [0, 8],
    [8, 13],
    [13, 18],
    [18, 23],
    [23, 29],
    [29, 35],
    [35, 42],
    [42, 50],
    [50, 60],
    [60, 72],
    [72, 88],
    [88, 110],
    [110, 145],
    [145, 205],
    [205, 340],
    [340, 1_024],
  ],
  /** Three of four take the short way, the others the long one, and nothing lies between. */
  twoModes: [
    [0, 60],
    [0, 60],
    [0, 60],
    [0, 60],
    [0, 60],
    [0, 60],
    [0, 60],
    [0, 60],
    [0, 60],
    [0, 60],
    [0, 60],
    [0, 60],
    [840, 1_024],
    [840, 1_024],
    [840, 1_024],
    [840, 1_024],
  ],
} as const satisfies Readonly<Record<string, readonly (readonly [low: number, high: number])[]>>;

const TABLE_UNITS = 1_024;

/** A share of the span, in [0, 1), for a draw in [0, 1). */
export function latencyShare(name: LatencyName, draw: number): number {
  const table: readonly (readonly [number, number])[] = LATENCIES[name];
  const place = draw * table.length;
  const row = Math.floor(place);
  const [low, high] = table[row] as readonly [number, number];
  return (low + (high - low) * (place - row)) / TABLE_UNITS;
}
