import { describe, expect, test } from 'vitest';
import { Draws } from '../../../src/sim/options/draws.js';
import { FAULT_NAMES, FAULTS, type FaultName } from '../../../src/sim/nemesis/faults/families.js';
import { FAULT_GROUPS } from '../../../src/sim/nemesis/faults/family.js';
import type { Hosted } from '../../../src/sim/cluster/hosted.js';
import { raftSystem } from '../../../src/sim/systems/raft/system.js';
import { RandomStreams } from '../../../src/sim/base/random-streams.js';
import { swarmFaults, swarmOperations } from '../../../src/sim/nemesis/swarm-faults.js';

/** A system that can suffer everything. */
const CAPABLE = { ...raftSystem, takeOver: { kind: 'promote' } } as unknown as Hosted;

const worlds = Array.from({ length: 300 }, (_, seed) => new Draws(new RandomStreams(seed)));
const drawn = worlds.map((draws) => swarmFaults(draws, CAPABLE).map(({ fault }) => fault as FaultName));

describe('a swarm of faults', () => {
  test('has each family on in some worlds and off in most', () => {
    for (const name of FAULT_NAMES) {
      const worldsWith = drawn.filter((names) => names.includes(name)).length;
      expect(worldsWith).toBeGreaterThan(30);
      expect(worldsWith).toBeLessThan(120);
    }
  });

  test('leaves out what a system cannot suffer, and nothing else', () => {
    const ofRaft = worlds.map((draws) => swarmFaults(draws, raftSystem as unknown as Hosted).map(({ fault }) => fault));
    expect(new Set(ofRaft.flat())).toEqual(new Set(FAULT_NAMES.filter((name) => name !== 'takeOver')));
  });

  test('has worlds without a group, for each of them, and worlds with few families and with many', () => {
    for (const group of FAULT_GROUPS)
      expect(drawn.filter((names) => !names.some((name) => FAULTS[name].group === group)).length).toBeGreaterThan(50);
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
    for (const { getWeight, setWeight, putWeight, deleteWeight } of operations)
      expect(getWeight + setWeight + putWeight + deleteWeight).toBeGreaterThan(0);
  });

  test('lets clients without a session delete nothing, and do something besides puts', () => {
    for (const draws of worlds) {
      const { getWeight, setWeight, deleteWeight } = swarmOperations(draws, true);
      expect(deleteWeight).toBe(0);
      expect(getWeight + setWeight).toBeGreaterThan(0);
    }
  });
});
