import { describe, expect, test } from 'vitest';
import { checkVersions } from '../../../../src/sim/oracles/clients/client-versions.js';
import { byKey } from '../../../../src/sim/oracles/clients/key-history.js';
import { deleted, expectViolated, got, wrote } from '../planted.js';

describe('Version Monotonicity, as clients saw it', () => {
  test('sees a lower version after a higher one, whoever saw them', () => {
    expectViolated('Version Monotonicity', /key k: .*version 2\), and later .*version 1\)/, () =>
      checkVersions([wrote('b', 2, 0, 1), got('a', 1, 2, 3)], 9),
    );
  });

  test('sees one version stand for two values', () => {
    expectViolated('Version Monotonicity', /version 1 stands for two values/, () =>
      checkVersions([wrote('a', 1, 0, 5), got('b', 1, 2, 6)], 9),
    );
  });

  test('sees both also where a delete was, but not between them', () => {
    const early = deleted(0, 1);
    expectViolated('Version Monotonicity', /and later/, () => checkVersions([early, wrote('b', 2, 2, 3), got('a', 1, 4, 5)], 9));
    expectViolated('Version Monotonicity', /two values/, () => checkVersions([early, wrote('a', 1, 2, 3), got('b', 1, 2, 5)], 9));
  });

  test('is content with growth, with overlapping calls in any order, and with what a delete may have begun anew', () => {
    checkVersions([wrote('a', 1, 0, 1), got('a', 1, 2, 3), wrote('b', 2, 4, 5), got('b', 2, 6, 7)], 9);
    checkVersions([wrote('b', 2, 0, 4), got('a', 1, 3, 5)], 9);
    checkVersions([wrote('b', 2, 0, 1), deleted(1, 2), wrote('c', 1, 2, 3), wrote('d', 2, 3, 4)], 9);
    checkVersions([wrote('b', 2, 0, 1), { ...deleted(0, 1), outcome: 'unknown', returnUs: null }, wrote('c', 1, 6, 7)], 9);
    checkVersions([wrote('b', 2, 0, 1), { ...got('a', 1, 2, 3), key: 'other' }], 9);
  });

  test('knows when a delete may have been', () => {
    const [history] = byKey([deleted(3, 5), wrote('a', 1, 0, 1), { ...deleted(0, 9), outcome: 'noKey' }]);
    expect([2, 3, 9].map((byUs) => history?.lastDeleteUs(byUs))).toEqual([-1, 5, 5]);
  });
});
