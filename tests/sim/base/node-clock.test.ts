import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodeClock, TRUE_CLOCK } from '../../../src/sim/base/node-clock.js';

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

  test('whose rate stays within a bound keeps it over every span, but for the microsecond that each change rounds down', () => {
    const turn = fc.record({ afterUs: fc.nat({ max: 3_000_000 }), ratePpm: fc.integer({ min: -200, max: 200 }) });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 12 }), (turns) => {
        const clock = new NodeClock(TRUE_CLOCK);
        const seen: { readonly worldUs: number; readonly shown: number }[] = [];
        let worldUs = 0;
        for (const { afterUs, ratePpm } of turns) {
          worldUs += afterUs;
          clock.setRate(worldUs, ratePpm);
          const shown = clock.at(worldUs);
          for (const then of seen) {
            const spanUs = worldUs - then.worldUs;
            expect(Math.abs(shown - then.shown - spanUs)).toBeLessThanOrEqual((spanUs * 200) / 1_000_000 + turns.length);
          }
          seen.push({ worldUs, shown });
        }
      }),
      { seed: 7 },
    );
  });

  test('stands still while frozen, and then goes on from where it stood or catches up, exactly', () => {
    fc.assert(
      fc.property(offset, rate, moment, moment, moment, (offsetUs, ratePpm, startUs, stoodUs, laterUs) => {
        const [goesOn, catchesUp, never] = [0, 1, 2].map(() => new NodeClock({ offsetUs, ratePpm })) as [NodeClock, NodeClock, NodeClock];
        const shown = never.at(startUs);
        for (const clock of [goesOn, catchesUp]) expect(clock.freeze(startUs)).toBe(true);
        expect([goesOn.at(startUs), goesOn.at(startUs + stoodUs), goesOn.isFrozen]).toEqual([shown, shown, true]);
        expect(goesOn.thaw(startUs + stoodUs, 'goOn')).toBe(true);
        expect(catchesUp.thaw(startUs + stoodUs, 'catchUp')).toBe(true);
        const endUs = startUs + stoodUs + laterUs;
        expect(goesOn.at(endUs)).toBe(shown + new NodeClock({ offsetUs: 0, ratePpm }).at(laterUs));
        // A change rounds down what is not a whole microsecond, at the freeze and at the thaw.
        expect(never.at(endUs) - catchesUp.at(endUs)).toBeGreaterThanOrEqual(0);
        expect(never.at(endUs) - catchesUp.at(endUs)).toBeLessThanOrEqual(2);
        expect([goesOn.isFrozen, goesOn.ratePpm]).toEqual([false, ratePpm]);
      }),
      { seed: 4, numRuns: 1_000 },
    );
  });

  test('runs again when the last of several freezes has ended, as that one says', () => {
    const clock = new NodeClock(TRUE_CLOCK);
    expect([clock.freeze(100), clock.freeze(200)]).toEqual([true, false]);
    expect([clock.thaw(300, 'catchUp'), clock.at(350)]).toEqual([false, 100]);
    expect([clock.thaw(400, 'goOn'), clock.at(400), clock.at(450)]).toEqual([true, 100, 150]);
    expect(() => clock.thaw(500, 'goOn')).toThrow('what is thawed was frozen');
    expect(clock.thawAll(500, 'goOn')).toBe(false);
    clock.freeze(500);
    clock.freeze(500);
    expect([clock.thawAll(600, 'goOn'), clock.at(600), clock.isFrozen]).toEqual([true, 200, false]);
  });

  test('is turned while it stands still: rates wait for the thaw, jumps and steps show at once', () => {
    const clock = new NodeClock({ offsetUs: 1_000, ratePpm: 0 });
    clock.freeze(100);
    clock.setRate(200, 1_000_000);
    clock.jump(300, 10);
    expect([clock.at(400), clock.ratePpm]).toEqual([1_110, 1_000_000]);
    expect(clock.stepBack(400, 50)).toBe(50);
    expect(clock.at(500)).toBe(1_060);
    // 100 us at the old rate, 300 at twice of it, and the same turns.
    clock.thaw(500, 'catchUp');
    expect([clock.at(500), clock.at(501)]).toEqual([1_000 + 200 + 600 + 10 - 50, 1_762]);
  });

  test('wakes nobody while frozen, except whose time has come', () => {
    const clock = new NodeClock({ offsetUs: 500, ratePpm: 7 });
    clock.freeze(1_000_000);
    const shown = clock.at(1_000_000);
    expect(clock.worldAt(shown + 1)).toBe(Infinity);
    expect(clock.worldAt(shown)).toBeLessThanOrEqual(1_000_000);
    expect(clock.worldAt(shown - 1)).toBeLessThanOrEqual(1_000_000);
  });

  test('that went back tells when it will have caught up with the latest that it showed', () => {
    const clock = new NodeClock({ offsetUs: 1_000, ratePpm: 0 });
    clock.jump(50, 10);
    expect(clock.caughtUpUs).toBe(0);
    clock.stepBack(100, 60);
    expect([clock.caughtUpUs, clock.at(160)]).toEqual([160, clock.at(100) + 60]);
    // What it showed before the first step is still the latest; then twice as fast.
    clock.stepBack(120, 100);
    expect(clock.caughtUpUs).toBe(260);
    clock.setRate(120, 1_000_000);
    expect(clock.caughtUpUs).toBe(190);
    clock.freeze(130);
    expect(clock.caughtUpUs).toBe(Infinity);
  });

  test('goes back no further than its 0', () => {
    const clock = new NodeClock({ offsetUs: 10, ratePpm: 0 });
    expect([clock.stepBack(100, 60), clock.at(100)]).toEqual([60, 50]);
    expect([clock.stepBack(100, 60), clock.at(100), clock.at(130)]).toEqual([50, 0, 30]);
    expect(() => clock.stepBack(200, -1)).toThrow('0 or more');
  });

  test('refuses a rate at which time would stand still', () => {
    expect(() => new NodeClock({ offsetUs: 0, ratePpm: -1_000_000 })).toThrow('parts per million');
    expect(() => {
      new NodeClock(TRUE_CLOCK).jump(0, -1);
    }).toThrow('only a step back goes back');
  });
});
