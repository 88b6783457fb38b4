import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodeClock, TRUE_CLOCK } from '../../src/sim/clock.js';

const offset = fc.integer({ min: 0, max: 10_000_000_000 });
const rate = fc.oneof(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: -500, max: 500 }));
/** Up to about 11 days. */
const moment = fc.integer({ min: 0, max: 1_000_000_000_000 });

describe("a node's clock", () => {
  test('shows start + elapsed + floor(elapsed * ppm / 10^6), exactly', () => {
    fc.assert(
      fc.property(offset, rate, moment, (offsetUs, ratePpm, worldUs) => {
        const exact = BigInt(offsetUs) + (BigInt(worldUs) * BigInt(1_000_000 + ratePpm)) / 1_000_000n;
        expect(BigInt(new NodeClock({ offsetUs, ratePpm }).at(worldUs))).toBe(exact);
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  test('worldAt is the first moment at which it shows so much: never early, never a microsecond late', () => {
    fc.assert(
      fc.property(offset, rate, moment, fc.nat({ max: 1_000_000_000 }), (offsetUs, ratePpm, worldUs, aheadUs) => {
        const clock = new NodeClock({ offsetUs, ratePpm });
        const wanted = clock.at(worldUs) + aheadUs;
        const wakeUs = clock.worldAt(wanted);
        expect(clock.at(wakeUs)).toBeGreaterThanOrEqual(wanted);
        expect(clock.at(wakeUs - 1)).toBeLessThan(wanted);
      }),
      { seed: 2, numRuns: 2_000 },
    );
  });

  test('never goes back, through changes of rate and jumps', () => {
    const change = fc.record({ afterUs: fc.nat({ max: 1_000_000 }), ratePpm: rate, jumpUs: fc.nat({ max: 1_000 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const clock = new NodeClock(TRUE_CLOCK);
        let worldUs = 0;
        let last = 0;
        for (const { afterUs, ratePpm, jumpUs } of changes) {
          worldUs += afterUs;
          const before = clock.at(worldUs);
          expect(before).toBeGreaterThanOrEqual(last);
          clock.setRate(worldUs, ratePpm);
          expect(clock.at(worldUs)).toBe(before);
          clock.jump(worldUs, jumpUs);
          last = clock.at(worldUs);
          expect(last).toBe(before + jumpUs);
        }
      }),
      { seed: 3 },
    );
  });

  test('refuses a rate at which time would stand still', () => {
    expect(() => new NodeClock({ offsetUs: 0, ratePpm: -1_000_000 })).toThrow('parts per million');
    expect(() => { new NodeClock(TRUE_CLOCK).jump(0, -1); }).toThrow('never goes back');
  });
});
