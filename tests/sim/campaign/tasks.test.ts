import { expect, test } from 'vitest';
import { oneInOf, runsPlanned, tasksOf } from '../../../src/sim/campaign/tasks.js';

const campaign = { firstSeed: 5, lastSeed: 14, scenarios: ['a', 'b'], recheckOneIn: 4, shard: { index: 1, count: 1 } };
const named = (task: { scenario: string; seed: number }): string => `${task.scenario}${task.seed}`;

test('every seed meets every scenario, seeds first', () => {
  const tasks = [...tasksOf(campaign)];
  expect(tasks.slice(0, 4).map(named)).toEqual(['a5', 'b5', 'a6', 'b6']);
  expect(tasks).toHaveLength(20);
  expect(runsPlanned(campaign)).toBe(20);
});

test('shards share all tasks out, none twice', () => {
  const shards = [1, 2, 3].map((index) => ({ ...campaign, shard: { index, count: 3 } }));
  const all = shards.flatMap((shard) => [...tasksOf(shard)].map(named));
  expect(all.toSorted()).toEqual([...tasksOf(campaign)].map(named).toSorted());
  expect(shards.map((shard) => runsPlanned(shard))).toEqual(shards.map((shard) => [...tasksOf(shard)].length));
});

test('the first run is lived twice, and about one in so many of each scenario', () => {
  const tasks = [...tasksOf({ ...campaign, firstSeed: 1, lastSeed: 400 })];
  expect(tasks[0]?.again).toBe('twice');
  for (const scenario of ['a', 'b']) {
    const twice = tasks.filter((task) => task.scenario === scenario && task.again !== null).length;
    expect(twice).toBeGreaterThan(60);
    expect(twice).toBeLessThan(140);
  }
  expect([...tasksOf({ ...campaign, recheckOneIn: 0 })].some((task) => task.again !== null)).toBe(false);
});

test.each([0, 1, 5, 30, 40, 60, 70, 99, 100])('a share of %d percent is that share, not the nearest one in so many', (percent) => {
  const tasks = [...tasksOf({ ...campaign, firstSeed: 1, lastSeed: 2_000, recheckOneIn: oneInOf(percent) })];
  const share = (100 * tasks.filter(({ again }) => again !== null).length) / tasks.length;
  expect(Math.abs(share - percent)).toBeLessThan(0.5);
});
