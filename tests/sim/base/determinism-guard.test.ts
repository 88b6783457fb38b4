import { describe, expect, test } from 'vitest';
import nodeCrypto from 'node:crypto';
import nodeTimers from 'node:timers';
import { FORBIDDEN, NonDeterminismError, guarded, unguarded } from '../../../src/sim/base/determinism-guard.js';

const SOURCES: readonly (readonly [string, () => unknown])[] = [
  ['Date.now', () => Date.now()],
  ['new Date()', () => new Date()],
  ['Date()', () => Date()],
  ['Math.random', () => Math.random()],
  ['performance.now', () => performance.now()],
  ['setTimeout', () => setTimeout(() => undefined, 0)],
  ['setInterval', () => setInterval(() => undefined, 1_000)],
  ['setImmediate', () => setImmediate(() => undefined)],
  [
    'queueMicrotask',
    () => {
      queueMicrotask(() => undefined);
    },
  ],
  [
    'process.nextTick',
    () => {
      process.nextTick(() => undefined);
    },
  ],
  ['process.hrtime', () => process.hrtime()],
  ['process.hrtime', () => process.hrtime.bigint()],
  ['process.uptime', () => process.uptime()],
  ['crypto.getRandomValues', () => crypto.getRandomValues(new Uint8Array(1))],
  ['crypto.randomUUID', () => crypto.randomUUID()],
  ['crypto.randomBytes', () => nodeCrypto.randomBytes(1)],
  ['crypto.randomUUID', () => nodeCrypto.randomUUID()],
  ['crypto.randomInt', () => nodeCrypto.randomInt(2)],
  [
    'crypto.randomFill',
    () => {
      nodeCrypto.randomFill(new Uint8Array(1), () => undefined);
    },
  ],
  ['crypto.randomFillSync', () => nodeCrypto.randomFillSync(new Uint8Array(1))],
  ['timers.setTimeout', () => nodeTimers.setTimeout(() => undefined, 0)],
  ['timers.setInterval', () => nodeTimers.setInterval(() => undefined, 1_000)],
  ['timers.setImmediate', () => nodeTimers.setImmediate(() => undefined)],
  ['process.cpuUsage', () => process.cpuUsage()],
  ['process.memoryUsage', () => process.memoryUsage()],
  ['fetch', () => fetch('http://localhost/')],
];

describe('while a run lasts', () => {
  test.each(SOURCES)('%s throws an error that names it', (what, source) => {
    let seen: unknown = null;
    guarded(() => {
      try {
        source();
      } catch (error) {
        seen = error;
      }
    });
    expect(seen).toBeInstanceOf(NonDeterminismError);
    expect((seen as NonDeterminismError).what).toBe(what);
  });

  // That one is a number: while a run lasts it is a function, so that no sum with it makes sense.
  test('each source on the list is tried here, but for one that is no function', () => {
    const tried = new Set(SOURCES.map(([what]) => what));
    expect(FORBIDDEN.map(({ what }) => what).filter((what) => !tried.has(what))).toEqual(['performance.timeOrigin']);
  });

  test('what is pure stays: dates of a number, parsing, instanceof', () => {
    guarded(() => {
      expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
      expect(Date.parse('1970-01-02')).toBe(86_400_000);
      expect(new Date(1) instanceof Date).toBe(true);
    });
  });

  test('a reference taken before goes on working, for progress', () => {
    const nowMs = performance.now.bind(performance);
    expect(guarded(nowMs)).toBeGreaterThan(0);
  });
});

describe('afterwards', () => {
  const works = (): void => {
    expect(Date.now()).toBeGreaterThan(0);
    expect(new Date().getTime()).toBeGreaterThan(0);
    expect(Math.random()).toBeLessThan(1);
    expect(performance.now()).toBeGreaterThan(0);
    expect(process.hrtime.bigint()).toBeGreaterThan(0n);
    expect(crypto.randomUUID()).toHaveLength(36);
    expect(Object.hasOwn(performance, 'now')).toBe(false);
  };

  test('everything is as before, also when the run threw', () => {
    expect(guarded(() => 7)).toBe(7);
    works();
    expect(() =>
      guarded(() => {
        throw new RangeError('inside');
      }),
    ).toThrow(RangeError);
    works();
  });

  test('it may be nested: the inner end does not open the outer one', () => {
    let seen: unknown = null;
    guarded(() => {
      guarded(() => undefined);
      try {
        Date.now();
      } catch (error) {
        seen = error;
      }
    });
    expect(seen).toBeInstanceOf(NonDeterminismError);
    works();
  });

  test('who looks from outside lifts the guard for a moment, and it closes behind them', () => {
    guarded(() => {
      unguarded(works);
      expect(() =>
        unguarded(() => {
          throw new RangeError('outside');
        }),
      ).toThrow(RangeError);
      expect(() => Date.now()).toThrow(NonDeterminismError);
    });
    expect(unguarded(() => 7)).toBe(7);
    works();
  });

  test('a run that would go on later is refused', () => {
    expect(() => guarded(async () => 1)).toThrow('synchronous');
    works();
  });
});
