import { describe, expect, test } from 'vitest';
import { Draws } from '../../src/sim/draws.js';
import { HARMS } from '../../src/sim/harms.js';
import { RandomStreams } from '../../src/sim/random.js';
import { HARM_GROUPS, SWARM_HARMS, swarmHarms, swarmOperations } from '../../src/sim/swarm-harms.js';

const worlds = Array.from({ length: 300 }, (_, seed) => new Draws(new RandomStreams(seed)));
const drawn = worlds.map((draws) => swarmHarms(draws).map(({ harm }) => harm));

describe('a swarm of harms', () => {
  test('knows every family, in a group that is there', () => {
    expect(Object.keys(SWARM_HARMS).toSorted()).toEqual(HARMS.toSorted());
    for (const [group] of Object.values(SWARM_HARMS)) expect(HARM_GROUPS).toContain(group);
  });

  test('has each family on in some worlds and off in most', () => {
    for (const name of HARMS) {
      const worldsWith = drawn.filter((names) => names.includes(name)).length;
      expect(worldsWith).toBeGreaterThan(30);
      expect(worldsWith).toBeLessThan(120);
    }
  });

  test('has worlds without a group, for each of them, and worlds with few families and with many', () => {
    for (const group of HARM_GROUPS) expect(drawn.filter((names) => !names.some((name) => SWARM_HARMS[name][0] === group)).length).toBeGreaterThan(50);
    expect(drawn.filter((names) => names.length <= 4).length).toBeGreaterThan(30);
    expect(drawn.filter((names) => names.length >= 15).length).toBeGreaterThan(30);
  });
});

describe('a swarm of operations', () => {
  const operations = worlds.map((draws) => swarmOperations(draws, false));

  test('has worlds without each operation, and none without any', () => {
    for (const name of ['getWeight', 'setWeight', 'putWeight', 'deleteWeight'] as const) {
      const without = operations.filter((weights) => weights[name] === 0).length;
      expect(without).toBeGreaterThan(50);
      expect(without).toBeLessThan(150);
    }
    for (const { getWeight, setWeight, putWeight, deleteWeight } of operations) expect(getWeight + setWeight + putWeight + deleteWeight).toBeGreaterThan(0);
  });

  test('lets clients without a session delete nothing, and do something besides puts', () => {
    for (const draws of worlds) {
      const { getWeight, setWeight, deleteWeight } = swarmOperations(draws, true);
      expect(deleteWeight).toBe(0);
      expect(getWeight + setWeight).toBeGreaterThan(0);
    }
  });
});
