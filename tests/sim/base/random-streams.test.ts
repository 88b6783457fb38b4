import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { RandomStreams, between, bits32, chance, pick, ratio } from '../../../src/sim/base/random-streams.js';

const drawsOf = (streams: RandomStreams, purpose: string, who: string, count = 8): number[] => {
  const stream = streams.stream(purpose, who);
  return Array.from({ length: count }, () => stream());
};

describe('labelled random streams', () => {
  test('are alea of the whole label without its first draw', () => {
    const alea = seedrandom.alea('7/network/s1>s2');
    alea();
    expect(drawsOf(new RandomStreams(7), 'network', 's1>s2')).toEqual(Array.from({ length: 8 }, () => alea()));
  });

  test('of other names do not change when one is drawn from', () => {
    const calm = drawsOf(new RandomStreams(7), 'disk', 's3');
    const busy = new RandomStreams(7);
    drawsOf(busy, 'disk', 's2', 100);
    expect(drawsOf(busy, 'disk', 's3')).toEqual(calm);
  });

  test('differ by seed, purpose and person; the same name is the same stream', () => {
    const all = [
      ['1', 'disk', 's1'],
      ['2', 'disk', 's1'],
      ['1', 'boot', 's1'],
      ['1', 'disk', 's2'],
    ] as const;
    expect(new Set(all.map(([seed, purpose, who]) => drawsOf(new RandomStreams(seed), purpose, who).join())).size).toBe(4);
    const streams = new RandomStreams(1);
    expect(streams.stream('disk', 's1')).toBe(streams.stream('disk', 's1'));
  });

  test('each helper costs exactly one draw, whatever comes out', () => {
    const draws = drawsOf(new RandomStreams(3), 'a', 'b', 5);
    const stream = new RandomStreams(3).stream('a', 'b');
    chance(stream, ratio(0, 1));
    between(stream, 5, 5);
    bits32(stream);
    pick(stream, ['only']);
    expect(stream()).toBe(draws[4]);
  });

  test('chances and ranges come out as asked, bounds included', () => {
    const stream = new RandomStreams(5).stream('a', 'b');
    let hits = 0;
    const seen = new Set<number>();
    for (let i = 0; i < 10_000; i++) {
      if (chance(stream, ratio(1, 4))) hits++;
      seen.add(between(stream, -1, 2));
    }
    expect(hits).toBeGreaterThan(2_350);
    expect(hits).toBeLessThan(2_650);
    expect([...seen].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
    expect(chance(stream, ratio(1, 1))).toBe(true);
    expect(chance(stream, ratio(0, 9))).toBe(false);
    expect(() => ratio(2, 1)).toThrow('ratio');
    expect(() => ratio(0.5, 1)).toThrow('ratio');
  });
});
