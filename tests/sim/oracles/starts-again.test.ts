import { test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { StartsAgain } from '../../../src/sim/oracles/starts-again.js';
import { expectViolated } from './planted.js';

test('a server may refuse to start only if its durable bytes were damaged', () => {
  const oracle = new StartsAgain((server) => server === nodeId(2));
  oracle.onStop(1, nodeId(2), 'a record is damaged');
  expectViolated('Starts Again', /s1 stopped although its disk kept every promise: a record is damaged/, () =>
    oracle.onStop(2, nodeId(1), 'a record is damaged'),
  );
});
