import { describe, expect, test } from 'vitest';
import { LATENCIES, latencyShare, type LatencyName } from '../../../src/sim/network/latency.js';

const NAMES = Object.keys(LATENCIES) as LatencyName[];
const DRAWS = Array.from({ length: 4_096 }, (_, i) => i / 4_096);

describe.each(NAMES)('latency "%s"', (name) => {
  test('is a share of the span for every draw, and grows with the draw within a row', () => {
    const shares = DRAWS.map((draw) => latencyShare(name, draw));
    for (const share of shares) expect(share >= 0 && share < 1).toBe(true);
    expect(shares[0]).toBe(0);
    expect(Math.max(...shares)).toBeGreaterThan(0.99);
  });

  test('is whole numbers, each interval inside the span', () => {
    for (const [low, high] of LATENCIES[name])
      expect([low, high].every(Number.isInteger) && low >= 0 && low < high && high <= 1_024).toBe(true);
  });
});

const shareWithin = (name: LatencyName, low: number, high: number): number =>
  DRAWS.filter((draw) => latencyShare(name, draw) >= low && latencyShare(name, draw) < high).length / DRAWS.length;

test('plain is even', () => {
  for (const low of [0, 0.25, 0.5, 0.75]) expect(shareWithin('plain', low, low + 0.25)).toBe(0.25);
});

test('a heavy tail has half of all within 5 % of the span, and one in sixteen in the last two thirds', () => {
  expect(shareWithin('heavyTail', 0, 0.05)).toBeGreaterThanOrEqual(0.5);
  expect(shareWithin('heavyTail', 0.333, 1)).toBeGreaterThan(0.06);
  expect(shareWithin('heavyTail', 0.333, 1)).toBeLessThan(0.07);
});

test('two modes leave out what lies between', () => {
  expect([shareWithin('twoModes', 0, 0.06), shareWithin('twoModes', 0.06, 0.8), shareWithin('twoModes', 0.8, 1)]).toEqual([0.75, 0, 0.25]);
});
