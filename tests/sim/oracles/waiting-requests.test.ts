import { expect, test } from 'vitest';
import { quorumFive } from '../../../scenarios/quorum/quorum-five.js';
import { nodeId } from '../../../src/core/base/units.js';
import { WaitingRequests } from '../../../src/sim/oracles/waiting-requests.js';
import { optionsOf } from '../../../src/sim/run/run.js';
import type { QuorumRunOptions } from '../../../src/sim/systems/quorum/system.js';
import { expectViolated } from './planted.js';

const step = (node: number, waiting: number) => () =>
  new WaitingRequests(3, 2, (state) => state as number).onStep(1, nodeId(node), null, 0, waiting);

test('a server lets as many requests wait as its options allow, and no more; clients are none of it', () => {
  step(3, 2)();
  expectViolated('Bounded Queues', /requests that wait for other servers: s3 has 3, its options allow 2/, step(3, 3));
  step(4, 3)();
});

test('some worlds allow so few that clients meet the bound', () => {
  const allowed = Array.from({ length: 40 }, (_, i) => (optionsOf(quorumFive, 1 + i) as QuorumRunOptions).node.openMax);
  expect(new Set(allowed)).toEqual(new Set([1, 1_024]));
});
