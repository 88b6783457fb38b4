import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../../src/sim/checkers/history.js';
import { checkLocks, LockExclusion } from '../../../../src/sim/oracles/clients/lock-exclusion.js';
import { Violated } from '../../../../src/sim/checkers/violation.js';

const broken = expect.objectContaining({ violation: expect.objectContaining({ property: 'Lock Exclusion' }) as unknown }) as Error;

describe('Lock Exclusion, as it happens', () => {
  test('is lawful from holder to holder with growing versions, and says when the lock changed hands', () => {
    const oracle = new LockExclusion();
    expect(oracle.held('a', 4, 1, 10)).toBe(false);
    expect(oracle.held('b', 5, 1, 11)).toBe(false);
    oracle.letsGo('a', 4);
    expect(oracle.held('a', 5, 3, 12)).toBe(true);
    oracle.letsGo('a', 5);
    expect(oracle.held('a', 5, 5, 13)).toBe(false);
  });

  test('is red when two hold it, when a version fences off nobody, and when a holder was robbed', () => {
    const oracle = new LockExclusion();
    oracle.held('a', 4, 3, 10);
    expect(() => oracle.held('a', 5, 4, 11)).toThrow(broken);
    expect(() => oracle.held('a', 5, 4, 11)).toThrow('lock a: c5 holds it too, and c4 has not let go of it');
    // Only who holds it can let go of it.
    oracle.letsGo('a', 5);
    expect(() => oracle.held('a', 5, 4, 12)).toThrow(Violated);
    oracle.letsGo('a', 4);
    expect(() => oracle.held('a', 5, 3, 13)).toThrow('version 3, which does not fence off version 3');
    expect(() => oracle.brokenInto('a', 4, 14)).toThrow(broken);
  });
});

describe('Lock Exclusion, by what the clients saw', () => {
  const operation = (
    clientId: number,
    op: 'acquire' | 'release',
    outcome: Operation['outcome'],
    callUs: number,
    returnUs: number | null,
  ): Operation => ({
    clientId,
    key: 'a',
    op,
    value: null,
    version: null,
    expected: null,
    outcome,
    resultValue: null,
    resultVersion: null,
    callUs,
    returnUs,
  });

  test('is lawful when an unknown release explains the next holder', () => {
    expect(
      checkLocks(
        [operation(1, 'acquire', 'ok', 0, 5), operation(1, 'release', 'unknown', 6, null), operation(2, 'acquire', 'ok', 10, 20)],
        30,
      ),
    ).toBe(true);
  });

  test('is red when nobody let go', () => {
    const operations = [operation(1, 'acquire', 'ok', 0, 5), operation(2, 'acquire', 'ok', 10, 20)];
    expect(() => checkLocks(operations, 30)).toThrow(broken);
    expect(() => checkLocks(operations, 30)).toThrow(/lock a: no order explains c\d/);
  });
});
