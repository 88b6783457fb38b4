import { describe, test } from 'vitest';
import { byteStringFromText } from '../../../../src/core/base/bytestring.js';
import { nodeId } from '../../../../src/core/base/units.js';
import { checkDirtyReads } from '../../../../src/sim/oracles/clients/dirty-read.js';
import { expectViolated, got, put } from '../planted.js';

const failed = [{ client: nodeId(4), key: byteStringFromText('k'), value: byteStringFromText('a'), atUs: 5 }];

describe('No Dirty Read', () => {
  test('sees a value whose client was told that the write failed, also in a read before that answer', () => {
    expectViolated('No Dirty Read', /get -> "a".*, key k: c4 was told that its write failed/, () =>
      checkDirtyReads([got('a', 1, 6, 7)], failed, 9),
    );
    expectViolated('No Dirty Read', /get -> "a"/, () => checkDirtyReads([got('a', 1, 1, 2)], failed, 9));
  });

  test('sees a value that the store itself refused', () => {
    for (const outcome of ['versionConflict', 'noKey'] as const) {
      const refused = { ...put('b', 3, 0, 1), outcome };
      expectViolated('No Dirty Read', new RegExp(`c1 was told ${outcome}`), () => checkDirtyReads([refused, got('b', 4, 2, 3)], [], 9));
    }
  });

  test('is content with values that were written, or may have been', () => {
    checkDirtyReads(
      [put('b', 3, 0, 1), got('b', 4, 2, 3), { ...put('c', 4, 2, 3), outcome: 'unknown', returnUs: null }, got('c', 5, 4, 5)],
      failed,
      9,
    );
  });
});
