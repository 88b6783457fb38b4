import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../../../src/core/base/units.js';
import type { Strike } from '../../../../src/sim/nemesis/base/strike.js';
import { Coverage } from '../../../../src/sim/coverage/coverage.js';
import type { FaultName } from '../../../../src/sim/nemesis/faults/families.js';
import { FAULTS } from '../../../../src/sim/nemesis/faults/families.js';
import { Injector } from '../../../../src/sim/nemesis/base/injector.js';
import { quietOptions } from '../../quiet.js';
import { raftCluster } from '../../raft-cluster.js';

const STRIKE: Strike = { lastsUs: 500_000, who: 0.41, other: 0.73, sides: [0.3, 0.6, 0.2, 0.9], how: 0.2 };
const SECOND_US = 1_000_000;

/** A cluster in its second second, when it has a leader. */
function strikerOf(servers: number): Injector {
  const cluster = raftCluster({ ...quietOptions(), servers }, 5, {}, () => undefined);
  cluster.world.runUntil(2 * SECOND_US);
  return new Injector(cluster, new Coverage());
}

/** Who hears whom among the servers: for each server those that it hears. */
function hearing(injector: Injector, ids: readonly NodeId[] = injector.cluster.servers): readonly (readonly NodeId[])[] {
  const { network } = injector.cluster.world;
  return ids.map((to) => ids.filter((from) => from !== to && !network.isCut(from, to)));
}

function struck(name: FaultName, servers: number, strike: Partial<Strike> = {}): Injector {
  const injector = strikerOf(servers);
  FAULTS[name].strike(injector, { ...STRIKE, ...strike });
  return injector;
}

const everyone = ({ cluster }: Injector): readonly NodeId[] => [...cluster.servers, ...cluster.clients];
const cutsOf = (injector: Injector): number => {
  const ids = everyone(injector);
  return ids.length * (ids.length - 1) - hearing(injector, ids).flat().length;
};

describe.each([3, 4, 5, 7])('among %d servers', (servers) => {
  test('a bridge is one server that hears all, between two halves that hear nobody of the other', () => {
    const heard = hearing(struck('bridge', servers))
      .map(({ length }) => length)
      .toSorted((a, b) => a - b);
    expect(heard.at(-1)).toBe(servers - 1);
    const [small, large] = [Math.floor((servers - 1) / 2), Math.ceil((servers - 1) / 2)];
    const expected = [...Array.from({ length: small }, () => small), ...Array.from({ length: large }, () => large), servers - 1];
    expect(heard).toEqual(expected.toSorted((a, b) => a - b));
  });

  test('in a ring each server hears two, and one can go round all of them', () => {
    const injector = struck('ring', servers);
    const heard = hearing(injector);
    expect(heard.map(({ length }) => length).toSorted()).toEqual(servers === 3 ? [1, 1, 2] : Array.from({ length: servers }, () => 2));
    const reached = new Set<NodeId>([injector.cluster.servers[0] as NodeId]);
    for (const id of reached) for (const next of heard[injector.cluster.servers.indexOf(id)] ?? []) reached.add(next);
    expect(reached.size).toBe(servers);
  });

  test('a bare majority hears itself, the rest hears the rest, and the leader is where the strike says', () => {
    const majority = Math.floor(servers / 2) + 1;
    const injector = struck('majorityMinority', servers, { how: 0.1 });
    const heard = hearing(injector).map(({ length }) => length);
    expect(heard.filter((count) => count === majority - 1).length).toBeGreaterThanOrEqual(majority);
    expect(heard.reduce((sum, count) => sum + count, 0)).toBe(majority * (majority - 1) + (servers - majority) * (servers - majority - 1));
    expect(injector.coverage.counts()).toEqual({ 'leader-in-minority': 1 });
  });

  test('a deaf server hears nobody and is heard by all; a mute one the other way round', () => {
    for (const [name, isDeaf] of [
      ['deafServer', true],
      ['muteServer', false],
    ] as const) {
      const injector = struck(name, servers, { how: 0.9 });
      const ids = everyone(injector);
      const heard = hearing(injector, ids).map(({ length }) => length);
      expect(heard.filter((count) => count === 0)).toHaveLength(isDeaf ? 1 : 0);
      expect(heard.filter((count) => count === ids.length - 2)).toHaveLength(isDeaf ? 0 : ids.length - 1);
      expect(cutsOf(injector)).toBe(ids.length - 1);
    }
  });
});

describe('what a strike does ends with it', () => {
  test.each(['bridge', 'ring', 'majorityMinority', 'deafServer', 'muteServer', 'clientsWithDeposedLeader'] as const)('%s', (name) => {
    const injector = struck(name, 5);
    expect(cutsOf(injector)).toBeGreaterThan(0);
    injector.cluster.world.runUntil(2 * SECOND_US + STRIKE.lastsUs + 1);
    expect(cutsOf(injector)).toBe(0);
  });

  test('a slow link is twenty times as slow, both ways, until the last of two strikes lets go', () => {
    const injector = struck('slowLink', 3);
    const { world, servers, clients, options } = injector.cluster;
    const slow = () =>
      [...servers, ...clients]
        .flatMap((from) => servers.filter((to) => to !== from).map((to) => world.network.optionsOf(from, to).delayUsMax))
        .filter((delayUs) => delayUs === 20 * options.peerLink.delayUsMax).length;
    const both = slow();
    expect(both).toBeGreaterThanOrEqual(1);
    world.runUntil(world.nowUs + 100_000);
    FAULTS.slowLink.strike(injector, STRIKE);
    world.runUntil(2 * SECOND_US + STRIKE.lastsUs + 1);
    expect(slow()).toBe(both);
    world.runUntil(3 * SECOND_US);
    expect(slow()).toBe(0);
  });
});

test('a swizzle clogs one server after the other and ends with none clogged', () => {
  const faults: string[] = [];
  const injector = strikerOf(5);
  injector.cluster.world.setObserver({ onWorldEvent: (_atUs, { kind }) => void faults.push(kind) });
  FAULTS.swizzleClog.strike(injector, STRIKE);
  injector.cluster.world.runUntil(2 * SECOND_US + STRIKE.lastsUs / 2);
  const clogged = faults.filter((kind) => kind === 'held').length;
  expect(clogged).toBeGreaterThan(5);
  injector.cluster.world.runUntil(4 * SECOND_US);
  expect(faults.filter((kind) => kind === 'released')).toHaveLength(faults.filter((kind) => kind === 'held').length);
  expect(injector.coverage.counts()).toEqual({ swizzled: 1 });
});
