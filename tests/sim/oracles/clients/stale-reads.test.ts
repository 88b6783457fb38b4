import { describe, expect, test } from 'vitest';
import { byteStringFromText } from '../../../../src/core/base/bytestring.js';
import { nodeId } from '../../../../src/core/base/units.js';
import { Coverage } from '../../../../src/sim/coverage/coverage.js';
import { judgeClients } from '../../../../src/sim/clients/judges.js';
import { checkStaleReads, type StaleHistory } from '../../../../src/sim/oracles/clients/stale-reads.js';
import type { RunEnd } from '../../../../src/sim/run/system.js';
import { deleted, expectViolated, got, put, wrote } from '../planted.js';

const failed = [{ client: nodeId(4), key: byteStringFromText('k'), value: byteStringFromText('refused'), atUs: 5 }];
const history = (operations: StaleHistory['operations'], ...staleReads: StaleHistory['staleReads']): StaleHistory => ({
  operations,
  staleReads,
  failedWrites: failed,
});
const inDoubt = (value: string, callUs: number) => ({
  ...wrote(value, 0, callUs, 0),
  outcome: 'unknown' as const,
  resultVersion: null,
  returnUs: null,
});
const committed = (each: StaleHistory) => (): void => checkStaleReads('committed', each, 99);
const written = (each: StaleHistory) => (): void => checkStaleReads('written', each, 99);

describe('Stale Reads', () => {
  test('sees a value that nobody wrote, or to another key, or that comes from the future, whatever is promised', () => {
    for (const as of [committed, written]) {
      expectViolated('Stale Reads', /get -> "x".*, key k: nobody wrote that/, as(history([wrote('a', 1, 0, 1)], got('x', 1, 2, 3))));
      expectViolated('Stale Reads', /that was written to k/, as(history([wrote('a', 1, 0, 1)], { ...got('a', 1, 2, 3), key: 'other' })));
      expectViolated('Stale Reads', /that was not asked to be written before 9 us/, as(history([wrote('a', 1, 9, 10)], got('a', 1, 2, 3))));
    }
  });

  test('sees a value whose write was refused, where what is shown is to be committed', () => {
    const conflict = { ...put('b', 3, 0, 1), outcome: 'versionConflict' as const };
    expectViolated('Stale Reads', /its client was told that its write failed/, committed(history([], got('refused', 1, 2, 3))));
    expectViolated('Stale Reads', /c1 was told versionConflict/, committed(history([conflict], got('b', 4, 2, 3))));
    written(history([], got('refused', 1, 2, 3)))();
  });

  test('sees a version that is not the one that the writer was told, or one for two values', () => {
    expectViolated(
      'Stale Reads',
      /version 2, and it was told to have version 1/,
      committed(history([wrote('a', 1, 0, 1)], got('a', 2, 2, 3))),
    );
    const rivals = [wrote('a', 1, 0, 1), inDoubt('b', 2), inDoubt('c', 2)];
    expectViolated(
      'Stale Reads',
      /key k: with the writes done by when a stale read showed them, no order explains/,
      committed(history(rivals, got('b', 2, 3, 4), got('c', 2, 5, 6))),
    );
  });

  test('sees a value that was shown and then lost: a write in doubt that a read has shown is in doubt no more', () => {
    const operations = [wrote('a', 1, 0, 1), inDoubt('b', 2), got('a', 1, 10, 11)];
    expectViolated('Stale Reads', /no order explains c2 .* get -> "a"/, committed(history(operations, got('b', 2, 5, 6))));
    written(history(operations, got('b', 2, 5, 6)))();
  });

  test('is content with what is old, was deleted since, or is shown before its writer is told', () => {
    const operations = [wrote('a', 1, 0, 1), wrote('b', 2, 2, 8), { ...deleted(10, 11), resultVersion: 2 }, wrote('c', 1, 12, 13)];
    committed(
      history(operations, got('b', 2, 4, 5), got('a', 1, 6, 7), got('a', 1, 20, 21), got('c', 1, 22, 23), {
        ...got('', 0, 24, 25),
        outcome: 'noKey',
        resultValue: null,
      }),
    )();
  });

  test('are judged like all others where a system has one level of reads', () => {
    const end: RunEnd = {
      operations: [wrote('a', 1, 0, 1), wrote('b', 2, 2, 3)],
      staleReads: [got('a', 1, 4, 5)],
      failedWrites: [],
      core: [],
      atUs: 9,
    };
    const coverage = new Coverage();
    judgeClients(end, coverage);
    expect(coverage.counts()).toEqual({ 'stale-read-was-old': 1 });
    expectViolated('Version Monotonicity', /and later/, () => judgeClients(end, new Coverage(), [], 'linearizable'));
  });
});
