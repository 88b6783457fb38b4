import { describe, expect, test } from 'vitest';
import { byteStringFromText } from '../../../../src/core/base/bytestring.js';
import { nodeId } from '../../../../src/core/base/units.js';
import type { Operation } from '../../../../src/sim/checkers/history.js';
import { checkAcknowledged, checkFailed, checkHistory } from '../../../../src/sim/oracles/clients/client-history.js';
import { expectViolated } from '../planted.js';

const set = (value: string, callUs: number, returnUs: number): Operation => ({
  clientId: 1,
  key: 'k',
  op: 'set',
  value,
  version: null,
  expected: null,
  outcome: 'ok',
  resultValue: null,
  resultVersion: null,
  callUs,
  returnUs,
});
const got = (value: string, callUs: number, returnUs: number): Operation => ({
  ...set(value, callUs, returnUs),
  clientId: 2,
  op: 'get',
  value: null,
  resultValue: value,
});

describe('when all is over', () => {
  test('a stale read is no linearizable history', () => {
    expectViolated('Linearizability', /key k: no order explains c2 .*get -> "a"/, () =>
      checkHistory([set('a', 0, 1), set('b', 2, 3), got('a', 4, 5)], 9),
    );
    expect(checkHistory([set('a', 0, 1), set('b', 2, 3), got('b', 4, 5)], 9)).toBe(true);
  });

  test('an acknowledged write is in the log of the core', () => {
    const write = [set('a', 0, 1)];
    expectViolated('No Acknowledged Write Lost', /took effect on no server/, () => checkAcknowledged(write, () => null, 5, 9));
    expectViolated('No Acknowledged Write Lost', /took effect at entry 6, but the core has only 5/, () =>
      checkAcknowledged(write, () => 6, 5, 9),
    );
    checkAcknowledged(write, () => 5, 5, 9);
    checkAcknowledged([{ ...set('b', 0, 1), outcome: 'unknown', returnUs: null }], () => null, 5, 9);
  });

  test('a write that was called failed never took effect', () => {
    const failed = [{ client: nodeId(4), key: byteStringFromText('k'), value: byteStringFromText('a'), atUs: 1 }];
    expectViolated('Honest Failure', /c4 was told that its write of "a" to k failed, but it took effect at entry 3/, () =>
      checkFailed(failed, () => 3, 9),
    );
    checkFailed(failed, () => null, 9);
  });
});
