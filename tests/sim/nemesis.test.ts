import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../src/core/base/units.js';
import { Cluster } from '../../src/sim/cluster.js';
import { Coverage } from '../../src/sim/coverage.js';
import { between, Cuts } from '../../src/sim/cuts.js';
import { HARMS, harm, type HarmName } from '../../src/sim/harms.js';
import { History } from '../../src/sim/history.js';
import { Nemesis } from '../../src/sim/nemesis.js';
import { Workload } from '../../src/sim/workload.js';
import { quietOptions } from './quiet.js';

/** Servers and their clients under one family of harm for ten seconds. */
function strike(name: HarmName, servers: number): { readonly nemesis: Nemesis; readonly harms: readonly string[] } {
  const harms: string[] = [];
  const history = new History();
  const workload = new Workload(quietOptions().workload, history);
  const observer = { onHarm: (_atUs: number, text: string) => void harms.push(text) };
  const options = { ...quietOptions(), servers, clockRatePpmMax: 1_000, monotonicClocks: 'lying' as const };
  const cluster = new Cluster(options, 9, observer, (client, outcome, atUs) => workload.ended(client, outcome, atUs));
  const nemesis = new Nemesis(cluster, new Coverage());
  workload.start(cluster);
  nemesis.start([harm(name, [20, 200], [20, 300])]);
  cluster.world.runUntil(10_000_000);
  return { nemesis, harms };
}

const howMany = (harms: readonly string[], word: string): number => harms.filter((text) => text.startsWith(word)).length;

describe('a nemesis', () => {
  // takeOver needs a system in which operators decide who leads: shapes-process.test.ts.
  test.each(HARMS.filter((name) => name !== 'takeOver'))('has something to strike with in "%s"', (name) => {
    expect(strike(name, 3).harms.length).toBeGreaterThan(0);
  });

  test.each([1, 2, 3, 4, 5, 7])('damages what was promised on less than half of %d servers', (servers) => {
    const { nemesis } = strike('rot', servers);
    expect(servers - nemesis.budget.whole().length).toBe(Math.floor((servers - 1) / 2));
  });

  test('undoes what it did: at the end only the last blows still stand', () => {
    const paused = strike('pauseLeader', 3).harms;
    expect(howMany(paused, 'pause') - howMany(paused, 'resume')).toBeLessThanOrEqual(3);
    expect(howMany(paused, 'resume')).toBeGreaterThan(3);
    const cut = strike('oneWayCut', 3).harms;
    expect(howMany(cut, 'cut') - howMany(cut, 'heal')).toBeLessThanOrEqual(3);
    expect(howMany(cut, 'heal')).toBeGreaterThan(3);
  });

  test('strikes no more once it has stopped', () => {
    const { nemesis, harms } = strike('crash', 3);
    nemesis.stop();
    const before = harms.length;
    nemesis.cluster.world.runUntil(12_000_000);
    expect(harms.length).toBe(before);
  });
});

test('a direction that two harms have cut is mended when the second lets go', () => {
  const { world, servers } = new Cluster(quietOptions(), 1, {}, () => undefined);
  const [one, two, three] = servers as [NodeId, NodeId, NodeId];
  const cuts = new Cuts(world);
  const mendFirst = cuts.cut([[one, two]]);
  const mendSecond = cuts.cut(between([one], [two, three]));
  mendFirst();
  expect(world.network.isCut(one, two)).toBe(true);
  mendSecond();
  expect([world.network.isCut(one, two), world.network.isCut(three, one)]).toEqual([false, false]);
});
