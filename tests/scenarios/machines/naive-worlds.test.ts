import { describe, expect, test } from 'vitest';
import { worldWhere, type Wrong } from '../../../scenarios/machines/naive-worlds.js';
import { naiveJoin } from '../../../scenarios/naive-join.js';
import { naiveLostPut } from '../../../scenarios/naive-lost-put.js';
import { naiveLostWrite } from '../../../scenarios/naive-lost-write.js';
import { naiveOrder } from '../../../scenarios/naive-order.js';
import { memoryOptions } from '../../../src/core/systems/primary-replica/options.js';
import { nodeId } from '../../../src/core/base/units.js';
import { runScenario } from '../../../src/sim/run.js';
import type { Scenario } from '../../../src/sim/scenario.js';
import { primaryReplicaSystem } from '../../../src/sim/system-primary-replica.js';
import { usualPrimaryReplica } from '../../../src/sim/usual-primary-replica.js';

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

const STORIES: readonly (readonly [Wrong, Scenario, readonly string[]])[] = [
  ['joins', naiveJoin, ['Replica Prefix', 'Liveness']],
  ['order', naiveOrder, ['Replica Prefix', 'Liveness']],
  ['loss', naiveLostPut, ['Replica Prefix', 'Liveness']],
  ['death', naiveLostWrite, ['Linearizability', 'Exclusion', 'Version Monotonicity']],
];

/** The same world, and our system in it. */
function withOurs(wrong: Wrong, keepsNothing: boolean): Scenario {
  const options: Scenario['options'] = (draws) => {
    const { node } = usualPrimaryReplica(draws);
    const { journal } = memoryOptions(nodeId(1));
    return { ...worldWhere(wrong, draws), node: keepsNothing ? { ...node, journal } : node };
  };
  return { name: `ours-${wrong}`, title: '', why: '', expected: [], expectedWithinRuns: 1, system: primaryReplicaSystem as NonNullable<Scenario['system']>, options };
}

describe.each(STORIES)('a world where what goes wrong is %s', (wrong, naive, properties) => {
  test('shows the loss of the naive form in most seeds, by name', () => {
    const found = SEEDS.map((seed) => runScenario(naive, seed)).filter(({ verdict }) => verdict === 'found');
    expect(found.length).toBeGreaterThanOrEqual(SEEDS.length / 2);
    for (const { violation } of found) expect(properties).toContain(violation?.property);
  });

  test('does our system no harm', () => {
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
