import { expect, test } from 'vitest';
import { emptyHistogram, merged, quantile, record } from '../../../bench/engine/histogram.js';

test('quantiles are exact for short latencies and within 1.6 % for long ones', () => {
  const histogram = emptyHistogram();
  const latencies = Array.from({ length: 10_000 }, (_, i) => (i * i) / 7 + i / 100);
  for (const us of latencies) record(histogram, us);
  for (const share of [0.001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1]) {
    const truth = Math.floor(latencies[Math.ceil(latencies.length * share) - 1] ?? 0);
    const told = quantile(histogram, share);
    expect(told).toBeLessThanOrEqual(truth);
    expect(told).toBeGreaterThanOrEqual(truth < 128 ? truth : truth * (1 - 1 / 64));
  }
});

test('what several counted is one, and nothing counted is 0', () => {
  const [low, high] = [emptyHistogram(), emptyHistogram()];
  for (const us of [1, 2, 3]) record(low, us);
  for (const us of [40, 50]) record(high, us);
  expect(quantile(merged([low, high]), 0.5)).toBe(3);
  expect(quantile(merged([low, high]), 1)).toBe(50);
  expect(quantile(emptyHistogram(), 0.5)).toBe(0);
});

test('no latency falls out at either end', () => {
  const histogram = emptyHistogram();
  for (const us of [-1, 0, 1e15]) record(histogram, us);
  expect(histogram.reduce((sum, count) => sum + count, 0)).toBe(3);
});
