import { describe, expect, test } from 'vitest';
import { fateOf, PRESETS, randomOf, type Rules, type Way } from '../../../src/core/proxy/rules.js';

function fates(rules: Rules, way: Way, count: number, seed = 7, route = 0, connection = 0) {
  let random = randomOf(seed, route, connection, way);
  return Array.from({ length: count }, () => {
    const decided = fateOf(rules, way, random);
    random = decided.random;
    return decided.fate;
  });
}

const dropped = (all: ReturnType<typeof fates>) => all.filter(({ isDropped }) => isDropped).length;

describe('the fate of messages', () => {
  test('of a reliable network is to arrive at once', () => {
    expect(new Set(fates(PRESETS.reliable, 'request', 1_000).map((fate) => JSON.stringify(fate)))).toEqual(
      new Set(['{"isDropped":false,"delayMs":0}']),
    );
  });

  test('of an unreliable network is to be lost in half of all cases, either way, and else to be late', () => {
    for (const way of ['request', 'reply'] as const) {
      const all = fates(PRESETS.unreliable, way, 10_000);
      expect(Math.abs(dropped(all) - 5_000)).toBeLessThan(200);
      expect([Math.min(...all.map(({ delayMs }) => delayMs)), Math.max(...all.map(({ delayMs }) => delayMs))]).toEqual([0, 27]);
    }
  });

  test('is one of requests and one of replies', () => {
    const rules = { ...PRESETS.reliable, dropRepliesPermille: 1_000, dropRequestsPermille: 125 };
    expect(dropped(fates(rules, 'reply', 100))).toBe(100);
    expect(Math.abs(dropped(fates(rules, 'request', 8_000)) - 1_000)).toBeLessThan(120);
  });

  test('is the same for the same seed, and of its own for each connection, route and way', () => {
    const of = (...where: readonly number[]) => JSON.stringify(fates(PRESETS.unreliable, 'request', 40, ...where));
    expect(of(7, 0, 0)).toBe(of(7, 0, 0));
    expect(
      new Set([
        of(7, 0, 0),
        of(8, 0, 0),
        of(7 + 2 ** 32, 0, 0),
        of(7, 1, 0),
        of(7, 0, 1),
        JSON.stringify(fates(PRESETS.unreliable, 'reply', 40)),
      ]).size,
    ).toBe(6);
  });

  test('decides about later messages the same, whatever the rules made of earlier ones', () => {
    const lossless = { ...PRESETS.unreliable, dropRequestsPermille: 0 };
    expect(fates(lossless, 'request', 30).map(({ delayMs }) => delayMs)).toEqual(
      fates(PRESETS.unreliable, 'request', 30).map(({ delayMs }) => delayMs),
    );
  });
});
