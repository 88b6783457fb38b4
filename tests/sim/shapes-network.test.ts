import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../src/core/base/units.js';
import type { Blow } from '../../src/sim/aim.js';
import { Cluster } from '../../src/sim/cluster.js';
import { Coverage } from '../../src/sim/coverage.js';
import type { HarmName } from '../../src/sim/harms.js';
import { SHAPES } from '../../src/sim/shapes.js';
import { Striker } from '../../src/sim/striker.js';
import { quietOptions } from './quiet.js';

const BLOW: Blow = { lastsUs: 500_000, who: 0.41, other: 0.73, sides: [0.3, 0.6, 0.2, 0.9], how: 0.2 };
const SECOND_US = 1_000_000;

/** A cluster in its second second, when it has a leader. */
function strikerOf(servers: number): Striker {
  const cluster = new Cluster({ ...quietOptions(), servers }, 5, {}, () => undefined);
  cluster.world.runUntil(2 * SECOND_US);
  return new Striker(cluster, new Coverage());
}

/** Who hears whom among the servers: for each server those that it hears. */
function hearing(striker: Striker, ids: readonly NodeId[] = striker.cluster.servers): readonly (readonly NodeId[])[] {
  const { network } = striker.cluster.world;
  return ids.map((to) => ids.filter((from) => from !== to && !network.isCut(from, to)));
}

function struck(name: HarmName, servers: number, blow: Partial<Blow> = {}): Striker {
  const striker = strikerOf(servers);
  SHAPES[name](striker, { ...BLOW, ...blow });
  return striker;
}

const everyone = ({ cluster }: Striker): readonly NodeId[] => [...cluster.servers, ...cluster.clients];
const cutsOf = (striker: Striker): number => {
  const ids = everyone(striker);
  return ids.length * (ids.length - 1) - hearing(striker, ids).flat().length;
};

describe.each([3, 4, 5, 7])('among %d servers', (servers) => {
  test('a bridge is one server that hears all, between two halves that hear nobody of the other', () => {
    const heard = hearing(struck('bridge', servers)).map(({ length }) => length).toSorted((a, b) => a - b);
    expect(heard.at(-1)).toBe(servers - 1);
    const [small, large] = [Math.floor((servers - 1) / 2), Math.ceil((servers - 1) / 2)];
    const expected = [...Array.from({ length: small }, () => small), ...Array.from({ length: large }, () => large), servers - 1];
    expect(heard).toEqual(expected.toSorted((a, b) => a - b));
  });

  test('in a ring each server hears two, and one can go round all of them', () => {
    const striker = struck('ring', servers);
    const heard = hearing(striker);
    expect(heard.map(({ length }) => length).toSorted()).toEqual(servers === 3 ? [1, 1, 2] : Array.from({ length: servers }, () => 2));
    const reached = new Set<NodeId>([striker.cluster.servers[0] as NodeId]);
    for (const id of reached) for (const next of heard[striker.cluster.servers.indexOf(id)] ?? []) reached.add(next);
    expect(reached.size).toBe(servers);
  });

  test('a bare majority hears itself, the rest hears the rest, and the leader is where the blow says', () => {
    const majority = Math.floor(servers / 2) + 1;
    const striker = struck('majorityMinority', servers, { how: 0.1 });
    const heard = hearing(striker).map(({ length }) => length);
    expect(heard.filter((count) => count === majority - 1).length).toBeGreaterThanOrEqual(majority);
    expect(heard.reduce((sum, count) => sum + count, 0)).toBe(majority * (majority - 1) + (servers - majority) * (servers - majority - 1));
    expect(striker.coverage.counts()).toEqual({ 'leader-in-minority': 1 });
  });

  test('a deaf server hears nobody and is heard by all; a mute one the other way round', () => {
    for (const [name, isDeaf] of [['deafServer', true], ['muteServer', false]] as const) {
      const striker = struck(name, servers, { how: 0.9 });
      const ids = everyone(striker);
      const heard = hearing(striker, ids).map(({ length }) => length);
      expect(heard.filter((count) => count === 0)).toHaveLength(isDeaf ? 1 : 0);
      expect(heard.filter((count) => count === ids.length - 2)).toHaveLength(isDeaf ? 0 : ids.length - 1);
      expect(cutsOf(striker)).toBe(ids.length - 1);
    }
  });
});

describe('what a blow does ends with it', () => {
  test.each(['bridge', 'ring', 'majorityMinority', 'deafServer', 'muteServer', 'clientsWithDeposedLeader'] as const)('%s', (name) => {
    const striker = struck(name, 5);
    expect(cutsOf(striker)).toBeGreaterThan(0);
    striker.cluster.world.runUntil(2 * SECOND_US + BLOW.lastsUs + 1);
    expect(cutsOf(striker)).toBe(0);
  });

  test('a slow link is twenty times as slow, both ways, until the last of two blows lets go', () => {
    const striker = struck('slowLink', 3);
    const { world, servers, clients, options } = striker.cluster;
    const slow = () => [...servers, ...clients].flatMap((from) => servers.filter((to) => to !== from).map((to) => world.network.optionsOf(from, to).delayUsMax))
      .filter((delayUs) => delayUs === 20 * options.peerLink.delayUsMax).length;
    const both = slow();
    expect(both).toBeGreaterThanOrEqual(1);
    world.runUntil(world.nowUs + 100_000);
    SHAPES.slowLink(striker, BLOW);
    world.runUntil(2 * SECOND_US + BLOW.lastsUs + 1);
    expect(slow()).toBe(both);
    world.runUntil(3 * SECOND_US);
    expect(slow()).toBe(0);
  });
});

test('a swizzle clogs one server after the other and ends with none clogged', () => {
  const harms: string[] = [];
  const striker = strikerOf(5);
  striker.cluster.world.setObserver({ onHarm: (_atUs, text) => void harms.push(text.split(' ')[0] ?? '') });
  SHAPES.swizzleClog(striker, BLOW);
  striker.cluster.world.runUntil(2 * SECOND_US + BLOW.lastsUs / 2);
  const clogged = harms.filter((word) => word === 'clog').length;
  expect(clogged).toBeGreaterThan(5);
  striker.cluster.world.runUntil(4 * SECOND_US);
  expect(harms.filter((word) => word === 'unclog')).toHaveLength(harms.filter((word) => word === 'clog').length);
  expect(striker.coverage.counts()).toEqual({ swizzled: 1 });
});
