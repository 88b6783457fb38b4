import { describe, expect, test } from 'vitest';
import { micros, nodeId } from '../../../src/core/base/units.js';
import { SingleHolder } from '../../../src/sim/oracles/single-holder.js';
import { expectViolated } from './planted.js';

const SERVERS = [1, 2, 3].map(nodeId);
const WAKE = { kind: 'wake', now: micros(0) } as const;
const holdersAre = (...holders: readonly number[]): SingleHolder => new SingleHolder(SERVERS, (server) => holders.includes(server));

describe('Single Holder', () => {
  test('sees two servers that believe to hold the lease, whoever took the step', () => {
    for (const node of SERVERS) {
      expectViolated('Single Holder', /^s1 and s3 both believe to hold the lease/, () => holdersAre(3, 1).onStep(9, node, WAKE));
    }
  });

  test('is content with one holder, with none, and with a boot', () => {
    expect(() => {
      holdersAre(2).onStep(1, nodeId(2), WAKE);
      holdersAre().onStep(1, nodeId(2), WAKE);
      holdersAre(1, 2).onStep(1, nodeId(2), null);
    }).not.toThrow();
  });
});
