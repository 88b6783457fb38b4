import { describe, expect, test } from 'vitest';
import { worldWhere, type Wrong } from '../../../scenarios/machines/naive-worlds.js';
import { naiveJoin } from '../../../scenarios/primary-replica/naive-join.js';
import { naiveLostPut } from '../../../scenarios/primary-replica/naive-lost-put.js';
import { naiveLostWrite } from '../../../scenarios/primary-replica/naive-lost-write.js';
import { naiveOrder } from '../../../scenarios/primary-replica/naive-order.js';
import { nodeId } from 'seedstorm/core';
import { runScenario, type AnyScenario } from 'seedstorm/sim';
import { primaryReplicaInMemory, primaryReplicaSystem, usualPrimaryReplica } from 'seedstorm/systems';

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

const STORIES: readonly (readonly [Wrong, AnyScenario, readonly string[]])[] = [
  ['joins', naiveJoin, ['Replica Prefix', 'Liveness']],
  ['order', naiveOrder, ['Replica Prefix', 'Liveness']],
  ['loss', naiveLostPut, ['Replica Prefix', 'Liveness']],
  ['death', naiveLostWrite, ['Linearizability', 'Exclusion', 'Version Monotonicity']],
];

/** The same world, and our system in it. */
function withOurs(wrong: Wrong, keepsNothing: boolean): AnyScenario {
  const options: AnyScenario['options'] = (draws) => {
    const { node } = usualPrimaryReplica(draws);
    const { journal } = primaryReplicaInMemory(nodeId(1));
    return { ...worldWhere(wrong, draws), node: keepsNothing ? { ...node, journal } : node };
  };
  return {
    name: `ours-${wrong}`,
    title: '',
    why: '',
    expected: [],
    expectedWithinRuns: 1,
    system: primaryReplicaSystem,
    options,
  };
}

describe.each(STORIES)('a world where what goes wrong is %s', (wrong, naive, properties) => {
  test('shows the loss of the naive form in most seeds, by name', () => {
    const found = SEEDS.map((seed) => runScenario(naive, seed)).filter(({ verdict }) => verdict === 'found');
    expect(found.length).toBeGreaterThanOrEqual(SEEDS.length / 2);
    for (const { violation } of found) expect(properties).toContain(violation?.property);
  });

  test('does our system no fault', () => {
    for (const seed of SEEDS) {
      const { violation, operations } = runScenario(withOurs(wrong, false), seed);
      expect(violation, `seed ${seed}`).toBeUndefined();
      expect(operations).toBeGreaterThan(20);
    }
  });
});

test('a primary of ours that keeps nothing loses what it answered when it dies, as it says', () => {
  const lost = SEEDS.map((seed) => runScenario(withOurs('death', true), seed)).filter(({ violation }) => violation !== undefined);
  expect(lost.length).toBeGreaterThanOrEqual(SEEDS.length / 2);
});
