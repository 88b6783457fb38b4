import { describe, test } from 'vitest';
import { checkExclusion } from '../../../../src/sim/oracles/clients/exclusion.js';
import { deleted, expectViolated, put } from '../planted.js';

describe('Exclusion', () => {
  test('sees two clients take one version', () => {
    expectViolated('Exclusion', /key k: two clients hold version 4: .*"a".*"b"/, () =>
      checkExclusion([put('a', 3, 0, 5), put('b', 3, 1, 6)], 9),
    );
  });

  test('sees it also when a delete was before both', () => {
    expectViolated('Exclusion', /two clients/, () => checkExclusion([deleted(0, 1), put('a', 3, 2, 5), put('b', 3, 3, 6)], 9));
  });

  test('is content with one holder of each version, a loser, another key, and a delete between', () => {
    checkExclusion([put('a', 3, 0, 5), put('b', 4, 1, 6), { ...put('c', 3, 1, 6), outcome: 'versionConflict' }], 9);
    checkExclusion([put('a', 3, 0, 5), { ...put('b', 3, 1, 6), key: 'other' }], 9);
    checkExclusion([put('a', 0, 0, 1), deleted(1, 2), put('b', 0, 2, 3)], 9);
    checkExclusion([put('a', 3, 0, 5), { ...put('b', 3, 1, 6), outcome: 'unknown', returnUs: null }], 9);
  });
});
