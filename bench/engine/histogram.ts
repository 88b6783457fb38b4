/** Latencies by the million in 13 KiB: exact below 64 µs, within 1.6 % above. */

/** Buckets for each doubling. */
const PER_DOUBLING = 64;
const PER_DOUBLING_BITS = 6;
/** Up to 2^31 µs, more than half an hour. */
const BUCKETS = PER_DOUBLING * (32 - PER_DOUBLING_BITS);
const US_MAX = 2 ** 31 - 1;

/** Counts of latencies by bucket: plain data, so that a worker may hand it over. */
export type Histogram = Uint32Array;

export const emptyHistogram = (): Histogram => new Uint32Array(BUCKETS);

/** Counts one latency. @param us Microseconds; a fraction is cut off. */
export function record(histogram: Histogram, us: number): void {
  const at = bucketOf(Math.min(US_MAX, Math.max(0, Math.floor(us))));
  histogram[at] = (histogram[at] ?? 0) + 1;
}

/** All counts of several. */
export function merged(histograms: readonly Histogram[]): Histogram {
  const sum = emptyHistogram();
  for (const one of histograms) for (const [at, count] of one.entries()) sum[at] = (sum[at] ?? 0) + count;
  return sum;
}

/**
 * The least latency that this share of all does not exceed, in µs; 0 when none was counted.
 *
 * @param share Above 0, up to 1.
 */
export function quantile(histogram: Histogram, share: number): number {
  let left = Math.ceil(histogram.reduce((sum, count) => sum + count, 0) * share);
  for (const [at, count] of histogram.entries()) {
    left -= count;
    if (count > 0 && left <= 0) return lowestOf(at);
  }
  return 0;
}

/** 0 to 63 have a bucket each; then each doubling has 64, of equal width. */
function bucketOf(us: number): number {
  if (us < PER_DOUBLING) return us;
  const shift = 31 - Math.clz32(us) - PER_DOUBLING_BITS;
  return PER_DOUBLING * (shift + 1) + (us >>> shift) - PER_DOUBLING;
}

function lowestOf(bucket: number): number {
  if (bucket < PER_DOUBLING) return bucket;
  const shift = Math.floor(bucket / PER_DOUBLING) - 1;
  return (PER_DOUBLING + (bucket % PER_DOUBLING)) * 2 ** shift;
}
