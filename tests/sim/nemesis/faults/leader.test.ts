import { describe, expect, test } from 'vitest';
import { NOBODY, type NodeId } from '../../../../src/core/base/units.js';
import type { Strike } from '../../../../src/sim/nemesis/base/strike.js';
import { Coverage } from '../../../../src/sim/coverage/coverage.js';
import type { FaultName } from '../../../../src/sim/nemesis/faults/families.js';
import { FAULTS } from '../../../../src/sim/nemesis/faults/families.js';
import { Injector } from '../../../../src/sim/nemesis/base/injector.js';
import { quietOptions } from '../../quiet.js';
import { raftCluster, viewIn } from '../../raft-cluster.js';

const STRIKE: Strike = { lastsUs: 2_000_000, who: 0.41, other: 0.2, sides: [0.3, 0.6, 0.2, 0.9], how: 0.5 };

interface Stage {
  readonly injector: Injector;
  readonly faults: string[];
}

function stageAt(atUs: number, servers = 3): Stage {
  const faults: string[] = [];
  const cluster = raftCluster(
    { ...quietOptions(), servers },
    5,
    { onWorldEvent: (_atUs, { kind }) => void faults.push(kind) },
    () => undefined,
  );
  cluster.world.runUntil(atUs);
  return { injector: new Injector(cluster, new Coverage()), faults };
}

function strikeThenLive(name: FaultName, stage: Stage, forUs: number): Injector {
  const { world } = stage.injector.cluster;
  FAULTS[name].strike(stage.injector, STRIKE);
  world.runUntil(world.nowUs + forUs);
  return stage.injector;
}

const termOf = ({ cluster }: Injector): number =>
  Math.max(...cluster.servers.map((server) => viewIn(cluster, server)?.raft.currentTerm ?? 0));

describe('a shape that looks at the cluster first', () => {
  test('isolates a leader just after its election', () => {
    const stage = stageAt(0);
    expect(stage.injector.cluster.leader()).toBe(NOBODY);
    const { cluster, coverage } = strikeThenLive('isolateNewLeader', stage, 900_000);
    expect(coverage.counts()).toEqual({ 'new-leader-isolated': 1 });
    const cut = cluster.servers.filter((server) =>
      cluster.servers.every((other) => other === server || cluster.world.network.isCut(server, other)),
    );
    expect(cut).toHaveLength(1);
  });

  test('kills one leader after the other, each in a later term', () => {
    const stage = stageAt(2_000_000);
    const termBefore = termOf(stage.injector);
    const injector = strikeThenLive('killEachNewLeader', stage, STRIKE.lastsUs);
    expect(stage.faults.filter((kind) => kind === 'killed').length).toBeGreaterThan(1);
    expect(injector.coverage.counts()['next-leader-killed-too']).toBeGreaterThan(0);
    expect(termOf(injector)).toBeGreaterThan(termBefore + 1);
  });

  test('takes the power from the server whose log is ahead', () => {
    const stage = stageAt(2_000_000);
    const { cluster } = stage.injector;
    const [, , third] = cluster.servers as [NodeId, NodeId, NodeId];
    const leader = cluster.leader();
    const behind = leader === third ? (cluster.servers[0] as NodeId) : third;
    // A follower that hears nothing falls behind, so it is not the one.
    for (const other of cluster.servers) if (other !== behind) cluster.world.cut(other, behind);
    cluster.world.crash(leader, { keepsPageCache: true });
    cluster.world.restart(leader);
    cluster.world.runUntil(5_000_000);
    const lengths = cluster.servers.map((server) => viewIn(cluster, server)?.raft.log.lastIndex ?? 0);
    FAULTS.crashMostAdvanced.strike(stage.injector, STRIKE);
    const downIndex = cluster.servers.findIndex((server) => !cluster.world.process(server).isUp);
    expect(lengths[downIndex]).toBe(Math.max(...lengths));
    expect(Math.min(...lengths)).toBeLessThan(Math.max(...lengths));
  });

  test('cuts a leader off together with clients, which still reach it and nobody else', () => {
    const { cluster } = strikeThenLive('clientsWithDeposedLeader', stageAt(2_000_000, 5), 1);
    const { network } = cluster.world;
    const leader = cluster.servers.find((server) =>
      cluster.servers.every((other) => other === server || network.isCut(server, other)),
    ) as NodeId;
    const together = cluster.clients.filter((client) => !network.isCut(client, leader));
    expect(together.length).toBeGreaterThan(0);
    for (const client of together) expect(cluster.servers.filter((server) => !network.isCut(client, server))).toEqual([leader]);
    for (const client of cluster.clients.filter((other) => !together.includes(other))) expect(network.isCut(client, leader)).toBe(true);
  });

  test('wakes a leader when another has committed in a later term', () => {
    const stage = stageAt(2_000_000);
    const { cluster, coverage } = stage.injector;
    const before = cluster.leader();
    FAULTS.pauseLeaderPastLease.strike(stage.injector, STRIKE);
    let wokenUs = 0;
    let successor = NOBODY as NodeId;
    while (wokenUs === 0 && cluster.world.nowUs < 2_000_000 + STRIKE.lastsUs) {
      cluster.world.runUntil(cluster.world.nowUs + 1_000);
      if (cluster.world.process(before).isPaused) continue;
      wokenUs = cluster.world.nowUs;
      successor = cluster.leader();
    }
    expect(coverage.counts()).toEqual({ 'leader-slept-past-its-lease': 1 });
    expect(wokenUs).toBeLessThan(2_000_000 + STRIKE.lastsUs);
    expect(successor).not.toBe(before);
    const raft = viewIn(cluster, successor)?.raft;
    expect(raft?.log.termAt(raft.commitIndex)).toBe(raft?.currentTerm);
  });
});
