import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../../src/sim/checkers/history.js';
import { checkAcknowledgedByClients } from '../../../../src/sim/oracles/clients/acknowledged-by-clients.js';

const base = { key: 'k', version: null, expected: null } as const;
const set = (clientId: number, value: string, resultVersion: number, callUs: number): Operation => ({
  ...base,
  clientId,
  op: 'set',
  value,
  outcome: 'ok',
  resultValue: null,
  resultVersion,
  callUs,
  returnUs: callUs + 5,
});
const get = (value: string | null, version: number | null, callUs: number): Operation => ({
  ...base,
  clientId: 9,
  op: 'get',
  value: null,
  outcome: value === null ? 'noKey' : 'ok',
  resultValue: value,
  resultVersion: version,
  callUs,
  returnUs: callUs + 5,
});

describe('an acknowledged write that is gone is seen', () => {
  test('where another write was told the same version', () => {
    expect(() => checkAcknowledgedByClients([set(1, 'a', 4, 10), set(2, 'b', 4, 100)], 200)).toThrow(
      'key k: c1 was told that a is version 4, and c2 that b is',
    );
  });

  test.each([[get('old', 3, 100)], [get(null, null, 100)]])('where the last to read sees less: %j', (last) => {
    expect(() => checkAcknowledgedByClients([set(1, 'a', 4, 10), last], 200)).toThrow(
      /^key k: c1 was told that a is version 4, and the last to read it saw version [03]$/,
    );
  });

  test.each([
    ['a later version covers it', [set(1, 'a', 4, 10), set(2, 'b', 6, 50), get('b', 6, 100)]],
    ['a read of less came while a write was under way', [set(1, 'a', 4, 95), get('old', 3, 98)]],
    ['it was read less before, and is there in the end', [set(1, 'a', 4, 10), get('old', 3, 50), get('a', 4, 100)]],
    ['it belongs to another key', [set(1, 'a', 4, 10), { ...get(null, null, 100), key: 'other' }]],
  ])('and not where %s', (_why, operations) => expect(() => checkAcknowledgedByClients(operations, 200)).not.toThrow());
});
