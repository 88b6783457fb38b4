/** Of an even number of figures the higher of the two in the middle; 0 of none. */
export function median(figures: readonly number[]): number {
  const ascending = figures.toSorted((a, b) => a - b);
  return ascending[Math.floor(ascending.length / 2)] ?? 0;
}

/** Two decimals. */
export function rounded(figure: number): number {
  return Math.round(figure * 100) / 100;
}
