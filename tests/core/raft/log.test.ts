import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logIndex, term } from '../../../src/core/base/units.js';
import { Log, type Entry } from '../../../src/core/raft/log.js';
import { entriesOf, entry, logOf } from './server.js';

/** The same as a plain array, copied at every change. */
interface Twin {
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly entries: readonly Entry[];
}

interface Version {
  readonly log: Log;
  readonly twin: Twin;
}

const BLANK: Version = { log: Log.emptyAfter(logIndex(0), term(0)), twin: { prevIndex: 0, prevTerm: 0, entries: [] } };
const lastTerm = ({ entries, prevTerm }: Twin): number => entries.at(-1)?.term ?? prevTerm;
const lastIndex = ({ entries, prevIndex }: Twin): number => prevIndex + entries.length;

const bytesOf = (entries: readonly Entry[]): number => entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

function expectSame({ log, twin }: Version): void {
  expect(log.firstIndex).toBe(twin.prevIndex + 1);
  expect(log.lastIndex).toBe(lastIndex(twin));
  expect(log.lastTerm).toBe(lastTerm(twin));
  expect(log.prevTerm).toBe(twin.prevTerm);
  expect(log.slice(log.firstIndex, log.lastIndex)).toEqual(twin.entries);
  for (let index = -1; index <= lastIndex(twin) + 2; index++) {
    const at = index - twin.prevIndex - 1;
    const expected = index === 0 ? 0 : at === -1 ? twin.prevTerm : (twin.entries[at]?.term ?? -1);
    expect(log.termAt(logIndex(index))).toBe(expected);
    const upTo = Math.max(Math.min(at + 1, twin.entries.length), 0);
    expect(log.bytesBetween(twin.prevIndex, twin.prevIndex + upTo)).toBe(bytesOf(twin.entries.slice(0, upTo)));
    if (at >= 0 && at < twin.entries.length) expect(log.entryAt(logIndex(index))).toBe(twin.entries[at]);
  }
}

/** One change of one version, which may be an old one, so that histories branch. */
interface Change {
  readonly of: number;
  readonly kind: 'append' | 'appendAll' | 'truncateTail' | 'dropHead';
  readonly amount: number;
  readonly raise: number;
}

let payload = 0;
function changed({ log, twin }: Version, { kind, amount, raise }: Change): Version {
  const first = lastIndex(twin) + 1;
  const fresh = entriesOf(
    first,
    Array.from({ length: amount }, () => lastTerm(twin) + raise),
  ).map((each) => ({ ...each, payload: payload++, sizeBytes: payload % 7 }));
  const held = amount % (twin.entries.length + 1);
  switch (kind) {
    case 'append': {
      const each = { ...entry(first, lastTerm(twin) + raise, payload % 5), payload: payload++ };
      return { log: log.append(each), twin: { ...twin, entries: [...twin.entries, each] } };
    }
    case 'appendAll':
      return { log: log.appendAll(fresh), twin: { ...twin, entries: [...twin.entries, ...fresh] } };
    case 'truncateTail':
      return { log: log.truncateTail(logIndex(twin.prevIndex + held + 1)), twin: { ...twin, entries: twin.entries.slice(0, held) } };
    case 'dropHead':
      return {
        log: log.dropHead(logIndex(twin.prevIndex + held)),
        twin: {
          prevIndex: twin.prevIndex + held,
          prevTerm: held === 0 ? twin.prevTerm : (twin.entries[held - 1] as Entry).term,
          entries: twin.entries.slice(held),
        },
      };
  }
}

const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    of: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 50 }) }),
    kind: fc.constantFrom('append', 'append', 'appendAll', 'truncateTail', 'dropHead'),
    amount: fc.nat({ max: 5 }),
    raise: fc.nat({ max: 1 }),
  }),
  { maxLength: 40, size: 'max' },
);

describe('a log', () => {
  test('does as an array would, and every version stays what it was while others grow from it', () => {
    let branches = 0;
    fc.assert(
      fc.property(changes, (all) => {
        const versions: Version[] = [BLANK];
        for (const change of all) {
          const of = Math.max(versions.length - 1 - change.of, 0);
          if (of < versions.length - 1) branches++;
          versions.push(changed(versions[of] as Version, change));
        }
        versions.forEach(expectSame);
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(branches).toBeGreaterThan(500);
  });

  test('has no gap, and no term that descends', () => {
    expect(() => logOf(1).append(entry(3, 1))).toThrow('no gap');
    expect(() => logOf(2).append(entry(2, 1))).toThrow('never descend');
    expect(() => logOf(1).appendAll([entry(2, 2), entry(3, 1)])).toThrow('never descend');
    expect(() => logOf(1).appendAll([entry(2, 2), entry(4, 2)])).toThrow('no gap');
  });

  test('neither shows nor drops what it does not hold', () => {
    const log = logOf(1, 1, 1).dropHead(logIndex(1));
    expect(() => log.entryAt(logIndex(1))).toThrow();
    expect(() => log.entryAt(logIndex(4))).toThrow();
    expect(() => log.slice(logIndex(1), logIndex(2))).toThrow();
    expect(() => log.truncateTail(logIndex(1))).toThrow();
    expect(() => log.dropHead(logIndex(4))).toThrow();
  });

  test('knows behind which entry its last ones have so many bytes', () => {
    const log = Log.emptyAfter(logIndex(10), term(1)).appendAll([5, 3, 0, 4, 9].map((size, at) => entry(11 + at, 1, size)));
    expect([0, 8, 9, 13, 16, 21, 99].map((bytes) => log.startOfLast(bytes, 0, 15))).toEqual([15, 15, 14, 12, 11, 10, 10]);
    expect([0, 4, 7, 99].map((bytes) => log.startOfLast(bytes, 12, 14))).toEqual([14, 12, 12, 12]);
    expect(log.startOfLast(99, 3, 12)).toBe(10);
    expect(log.dropHead(logIndex(13)).startOfLast(99, 0, 15)).toBe(13);
  });

  test('agrees with every other one before its first entry, also when it is compacted', () => {
    expect(logOf(3, 3, 3).dropHead(logIndex(2)).termAt(logIndex(0))).toBe(0);
  });
});
