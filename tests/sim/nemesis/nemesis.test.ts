import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../../src/core/base/units.js';
import { Coverage } from '../../../src/sim/coverage/coverage.js';
import { between, LinkCuts } from '../../../src/sim/nemesis/base/link-cuts.js';
import { FAULT_NAMES, fault, type FaultName } from '../../../src/sim/nemesis/faults/families.js';
import { History } from '../../../src/sim/oracles/clients/history.js';
import { Nemesis } from '../../../src/sim/nemesis/nemesis.js';
import type { Observer } from '../../../src/sim/world/observer.js';
import type { WorldEvent } from '../../../src/sim/world/world-event.js';
import { Workload } from '../../../src/sim/clients/key-value-load.js';
import { quietOptions } from '../quiet.js';
import { raftCluster } from '../raft-cluster.js';

/** Servers and their clients under one family of fault for ten seconds. */
function strike(name: FaultName, servers: number): { readonly nemesis: Nemesis; readonly faults: readonly WorldEvent[] } {
  const faults: WorldEvent[] = [];
  const history = new History(servers);
  const workload = new Workload(quietOptions().workload, history);
  const observer: Observer = { onWorldEvent: (_atUs, event) => void faults.push(event) };
  const options = { ...quietOptions(), servers, clockRatePpmMax: 1_000, monotonicClocks: 'lying' as const };
  const cluster = raftCluster(options, 9, observer, (client, outcome, atUs) => workload.ended(client, outcome, atUs));
  const nemesis = new Nemesis(cluster, new Coverage());
  workload.start(cluster);
  nemesis.start([fault(name, [20, 200], [20, 300])]);
  cluster.world.runUntil(10_000_000);
  return { nemesis, faults };
}

const howMany = (faults: readonly WorldEvent[], kind: WorldEvent['kind']): number => faults.filter((event) => event.kind === kind).length;

describe('a nemesis', () => {
  // takeOver needs a system in which operators decide who leads: process.test.ts.
  test.each(FAULT_NAMES.filter((name) => name !== 'takeOver'))(
    'has something to strike with in "%s", and is named as the cause of all that happens',
    (name) => {
      const { faults } = strike(name, 3);
      expect(faults.length).toBeGreaterThan(0);
      expect(new Set(faults.map(({ by }) => by))).toEqual(new Set([name]));
    },
  );

  test.each([1, 2, 3, 4, 5, 7])('damages what was promised on less than half of %d servers', (servers) => {
    const { nemesis } = strike('rot', servers);
    expect(servers - nemesis.budget.whole().length).toBe(Math.floor((servers - 1) / 2));
  });

  test('undoes what it did: at the end only the last strikes still stand', () => {
    const paused = strike('pauseLeader', 3).faults;
    expect(howMany(paused, 'paused') - howMany(paused, 'resumed')).toBeLessThanOrEqual(3);
    expect(howMany(paused, 'resumed')).toBeGreaterThan(3);
    const cut = strike('oneWayCut', 3).faults;
    expect(howMany(cut, 'cut') - howMany(cut, 'healed')).toBeLessThanOrEqual(3);
    expect(howMany(cut, 'healed')).toBeGreaterThan(3);
  });

  test('strikes no more once it has stopped', () => {
    const { nemesis, faults } = strike('crash', 3);
    nemesis.stop();
    const before = faults.length;
    nemesis.cluster.world.runUntil(12_000_000);
    expect(faults.length).toBe(before);
  });
});

test('a direction that two faults have cut is mended when the second lets go', () => {
  const { world, servers } = raftCluster(quietOptions(), 1, {}, () => undefined);
  const [one, two, three] = servers as [NodeId, NodeId, NodeId];
  const cuts = new LinkCuts(world);
  const mendFirst = cuts.cut([[one, two]]);
  const mendSecond = cuts.cut(between([one], [two, three]));
  mendFirst();
  expect(world.network.isCut(one, two)).toBe(true);
  mendSecond();
  expect([world.network.isCut(one, two), world.network.isCut(three, one)]).toEqual([false, false]);
});
