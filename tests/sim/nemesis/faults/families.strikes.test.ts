import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../../../src/core/base/units.js';
import type { Strike } from '../../../../src/sim/nemesis/base/strike.js';
import type { Cluster } from '../../../../src/sim/cluster/cluster.js';
import { Coverage } from '../../../../src/sim/coverage/coverage.js';
import type { FaultName } from '../../../../src/sim/nemesis/faults/families.js';
import { History } from '../../../../src/sim/oracles/clients/history.js';
import type { Observer } from '../../../../src/sim/world/observer.js';
import { RandomStreams } from '../../../../src/sim/base/random-streams.js';
import { FAULTS } from '../../../../src/sim/nemesis/faults/families.js';
import { FATE_REFUSED, type Network } from '../../../../src/sim/network/network.js';
import { Injector } from '../../../../src/sim/nemesis/base/injector.js';
import { Workload } from '../../../../src/sim/clients/key-value-load.js';
import { quietOptions } from '../../quiet.js';
import { raftCluster, viewIn } from '../../raft-cluster.js';

const SECOND = 1_000_000;
/** Old enough to have a leader. */
const SETTLED = 700_000;
const STRIKE: Strike = { lastsUs: 300_000, who: 0.41, other: 0.73, sides: [0.3, 0.6, 0.2, 0.9], how: 0.5 };

interface End {
  readonly atUs: number;
  readonly server: NodeId;
  readonly keepsPageCache: boolean;
  readonly wasWriting: boolean;
}

interface Stage {
  readonly injector: Injector;
  readonly ends: readonly End[];
  readonly starts: readonly { readonly atUs: number; readonly server: NodeId }[];
}

/** A working cluster of that age, in which nothing strikes by itself, and the ends and starts of lives from then on. */
function stageAt(atUs: number, servers = 5): Stage {
  const ends: End[] = [];
  const starts: { atUs: number; server: NodeId }[] = [];
  const history = new History(servers);
  const options = { ...quietOptions(), servers };
  const workload = new Workload(options.workload, history);
  const cluster: Cluster = raftCluster(options, 9, {}, (client, outcome, at) => workload.ended(client, outcome, at));
  const writing = new Set<NodeId>();
  const observer: Observer = {
    onCrash: (_at, server) => void (cluster.world.disk(server).hasPendingWrites ? writing.add(server) : writing.delete(server)),
    onWorldEvent: (at, event) => {
      if (event.kind === 'restarted') starts.push({ atUs: at, server: event.node });
      if (event.kind !== 'killed' && event.kind !== 'lostPower') return;
      ends.push({ atUs: at, server: event.node, keepsPageCache: event.kind === 'killed', wasWriting: writing.has(event.node) });
    },
  };
  workload.start(cluster);
  cluster.world.runUntil(atUs);
  cluster.world.setObserver(observer);
  return { injector: new Injector(cluster, new Coverage()), ends, starts };
}

function struck(name: FaultName, strike: Partial<Strike> = {}, stage = stageAt(SETTLED)): Stage {
  FAULTS[name].strike(stage.injector, { ...STRIKE, ...strike });
  return stage;
}

function live(
  {
    injector: {
      cluster: { world },
    },
  }: Stage,
  forUs: number,
): void {
  world.runUntil(world.nowUs + forUs);
}

/** All directions that are cut, as "s1>s2". */
function cutsOf({
  injector: {
    cluster: { world, servers, clients },
  },
}: Stage): readonly string[] {
  const ids = [...servers, ...clients];
  return ids.flatMap((from) =>
    ids.filter((to) => to !== from && world.network.isCut(from, to)).map((to) => `${world.process(from).name}>${world.process(to).name}`),
  );
}

/** Both directions between each of some and each of others. */
function both(some: readonly string[], others: readonly string[]): readonly string[] {
  return some.flatMap((one) => others.filter((other) => other !== one).flatMap((other) => [`${one}>${other}`, `${other}>${one}`]));
}

const namesOf = ({ injector: { cluster } }: Stage, ids: readonly NodeId[]): readonly string[] =>
  ids.map((id) => cluster.world.process(id).name);

describe('one end of a life', () => {
  test.each([
    ['crash', false, false],
    ['kill', true, false],
    ['crashLeader', false, true],
    ['killLeader', true, true],
  ] as const)(
    '"%s" keeps the page cache: %s; is aimed at the leader: %s; and the server starts again when the strike is over',
    (name, keeps, aims) => {
      for (const who of [0, 0.5, 0.99]) {
        const stage = stageAt(SETTLED);
        const { cluster } = stage.injector;
        const expected = aims ? cluster.leader() : cluster.servers[Math.floor(who * 5)];
        struck(name, { who }, stage);
        expect(stage.ends.map(({ server, keepsPageCache }) => [server, keepsPageCache])).toEqual([[expected, keeps]]);
        live(stage, STRIKE.lastsUs - 1);
        expect(stage.starts).toEqual([]);
        live(stage, 1);
        expect(stage.starts).toEqual([{ atUs: SETTLED + STRIKE.lastsUs, server: expected }]);
      }
    },
  );

  test.each(['crashLeader', 'killLeader'] as const)('"%s" passes where nobody leads', (name) => {
    const stage = struck(name, {}, stageAt(0));
    live(stage, SECOND);
    expect(stage.ends).toEqual([]);
  });

  test('"crashWhileWriting" waits until somebody writes', () => {
    for (const who of [0.1, 0.5, 0.9]) {
      const stage = struck('crashWhileWriting', { who });
      live(stage, SECOND);
      expect(stage.ends.map(({ keepsPageCache, wasWriting }) => [keepsPageCache, wasWriting])).toEqual([[false, true]]);
    }
  });

  test('"crashDuringElection" takes the power from a voter whose vote is not on its disk yet', () => {
    const stage = stageAt(0);
    const { cluster } = stage.injector;
    const seen: (readonly [votedForCandidate: boolean, wasWriting: boolean])[] = [];
    cluster.world.setObserver({
      onCrash: (_atUs, server) => {
        const raft = viewIn(cluster, server)?.raft;
        const stood = cluster.servers.some((other) => other === raft?.votedFor && viewIn(cluster, other)?.raft.role === 'candidate');
        seen.push([stood, cluster.world.disk(server).hasPendingWrites]);
      },
    });
    struck('crashDuringElection', {}, stage);
    live(stage, SECOND);
    expect(seen).toEqual([[true, true]]);
  });

  test('"crashDuringElection" lets voters be whose votes are on their disks', () => {
    const stage = stageAt(0);
    const { world, servers } = stage.injector.cluster;
    const stands = (server: NodeId): boolean => viewIn(stage.injector.cluster, server)?.raft.role === 'candidate';
    while (!servers.some(stands) || servers.some((server) => world.disk(server).hasPendingWrites)) live(stage, 50);
    struck('crashDuringElection', {}, stage);
    expect(stage.ends).toEqual([]);
  });

  test('"killNewLeader" lets the present leader be, and kills the next one within 20 ms of its election', () => {
    const settled = struck('killNewLeader');
    live(settled, SECOND / 2);
    expect(settled.ends).toEqual([]);
    const stage = stageAt(0);
    const { cluster } = stage.injector;
    struck('killNewLeader', { how: 0.99 }, stage);
    let electedUs = -1;
    while (stage.ends.length === 0 && cluster.world.nowUs < SECOND) {
      live(stage, 500);
      if (electedUs < 0 && cluster.leader() !== 0) electedUs = cluster.world.nowUs;
    }
    expect(stage.ends.map(({ keepsPageCache }) => keepsPageCache)).toEqual([true]);
    expect((stage.ends[0]?.atUs ?? 0) - electedUs).toBeGreaterThan(15_000);
    expect((stage.ends[0]?.atUs ?? 0) - electedUs).toBeLessThanOrEqual(21_000);
  });

  test('"powerCut" takes the power from all at one moment', () => {
    const stage = struck('powerCut');
    expect(stage.ends.map(({ atUs, server, keepsPageCache }) => [atUs, server, keepsPageCache])).toEqual(
      stage.injector.cluster.servers.map((server) => [SETTLED, server, false]),
    );
    live(stage, STRIKE.lastsUs);
    expect(stage.starts).toHaveLength(5);
  });
});

describe('a cut', () => {
  test('"partition" leaves each with its own side, clients included', () => {
    const stage = struck('partition');
    const { servers, clients } = stage.injector.cluster;
    const cuts = cutsOf(stage);
    const names = namesOf(stage, [...servers, ...clients]);
    const left = names.filter((name) => name === names[0] || !cuts.includes(`${names[0] ?? ''}>${name}`));
    const right = names.filter((name) => !left.includes(name));
    expect(left.length).toBeGreaterThan(0);
    expect(right.length).toBeGreaterThan(0);
    expect(cuts.toSorted()).toEqual(both(left, right).toSorted());
  });

  test('"partition" draws each side for itself, clients and servers', () => {
    const draw = new RandomStreams(1).stream('nemesis', 'partition');
    const sides = new Set(
      Array.from({ length: 40 }, () => cutsOf(struck('partition', { sides: [draw(), draw(), draw(), draw()] }, stageAt(0))).join(' ')),
    );
    expect(sides.size).toBeGreaterThan(20);
  });

  test('"oneWayCut" is one direction between two servers', () => {
    expect(cutsOf(struck('oneWayCut', { who: 0, other: 0 }))).toEqual(['s1>s2']);
    expect(cutsOf(struck('oneWayCut', { who: 0.99, other: 0.99 }))).toEqual(['s5>s4']);
  });

  test('"isolateLeader" leaves the leader its clients, "isolateServer" leaves a server nobody', () => {
    const alone = struck('isolateLeader');
    const { servers, clients } = alone.injector.cluster;
    const all = namesOf(alone, [...servers, ...clients]);
    const leader = namesOf(alone, [alone.injector.cluster.leader()]);
    expect(cutsOf(alone).toSorted()).toEqual(both(leader, namesOf(alone, servers)).toSorted());
    expect(cutsOf(struck('isolateServer', { who: 0.5 })).toSorted()).toEqual(both(['s3'], all).toSorted());
  });

  test.each(['partition', 'oneWayCut', 'isolateLeader', 'isolateServer'] as const)(
    '"%s" is mended when the strike is over, and not before',
    (name) => {
      const stage = struck(name);
      live(stage, STRIKE.lastsUs - 1);
      expect(cutsOf(stage).length).toBeGreaterThan(0);
      live(stage, 1);
      expect(cutsOf(stage)).toEqual([]);
    },
  );

  test('"resetConnections" breaks every connection of one server and no other, and refuses new ones as long as the strike lasts', () => {
    const stage = stageAt(SETTLED);
    const { world, servers, clients } = stage.injector.cluster;
    const [one, two, three] = servers as [NodeId, NodeId, NodeId];
    const client = clients[0] as NodeId;
    const refused = (from: NodeId, to: NodeId): boolean => (world.network as Network).send(from, to, { kind: 'nothing' }) === FATE_REFUSED;
    struck('resetConnections', { who: 0 }, stage);
    expect([refused(one, two), refused(three, one), refused(client, one), refused(one, client)]).toEqual([true, true, true, true]);
    expect([refused(two, three), refused(client, two)]).toEqual([false, false]);
  });
});

describe('a pause', () => {
  test.each([
    ['pause', false],
    ['pauseLeader', true],
  ] as const)('"%s" stops one server, the leader: %s, as long as the strike lasts', (name, aims) => {
    const stage = stageAt(SETTLED);
    const { cluster } = stage.injector;
    const expected = aims ? cluster.leader() : cluster.servers[2];
    struck(name, { who: 0.5 }, stage);
    const paused = (): readonly NodeId[] => cluster.servers.filter((server) => cluster.world.process(server).isPaused);
    expect(paused()).toEqual([expected]);
    live(stage, STRIKE.lastsUs - 1);
    expect(paused()).toEqual([expected]);
    live(stage, 1);
    expect(paused()).toEqual([]);
    expect(stage.ends).toEqual([]);
  });
});
