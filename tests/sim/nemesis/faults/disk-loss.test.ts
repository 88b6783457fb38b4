import { describe, expect, test } from 'vitest';
import { nodeId, type NodeId } from '../../../../src/core/base/units.js';
import { walName } from '../../../../src/core/storage/wal-format.js';
import type { Cluster } from '../../../../src/sim/cluster/cluster.js';
import { Coverage } from '../../../../src/sim/coverage/coverage.js';
import { fault, type FaultName } from '../../../../src/sim/nemesis/faults/families.js';
import { History } from '../../../../src/sim/oracles/clients/history.js';
import { Nemesis } from '../../../../src/sim/nemesis/nemesis.js';
import type { Observer } from '../../../../src/sim/world/observer.js';
import { PromiseSurvives } from '../../../../src/sim/systems/raft/oracles/log/promise-survives.js';
import { Violated } from '../../../../src/sim/checkers/violation.js';
import { Watch } from '../../../../src/sim/systems/raft/oracles/watch.js';
import { Workload } from '../../../../src/sim/clients/key-value-load.js';
import { quietOptions } from '../../quiet.js';
import { raftCluster, viewIn } from '../../raft-cluster.js';

const ONE = nodeId(1);

/** A working cluster, with a nemesis that does nothing of its own. */
function working(
  servers: number,
  observer: Observer = {},
  seed = 9,
): { readonly cluster: Cluster; readonly nemesis: Nemesis; readonly coverage: Coverage } {
  const history = new History(servers);
  const workload = new Workload(quietOptions().workload, history);
  const cluster = raftCluster({ ...quietOptions(), servers }, seed, observer, (client, outcome, atUs) =>
    workload.ended(client, outcome, atUs),
  );
  const coverage = new Coverage();
  workload.start(cluster);
  return { cluster, nemesis: new Nemesis(cluster, coverage), coverage };
}

/** Ten seconds under some families of fault. */
function strike(names: readonly FaultName[], servers: number, observer: Observer = {}): ReturnType<typeof working> {
  const all = working(servers, observer);
  all.nemesis.start(names.map((name) => fault(name, [20, 300], [20, 300])));
  all.cluster.world.runUntil(10_000_000);
  return all;
}

/** A server loses its power, its disk is changed, and it starts. */
function comesBack(cluster: Cluster, server: NodeId, change: () => void): void {
  cluster.world.crash(server, { keepsPageCache: false });
  change();
  cluster.world.restart(server);
  cluster.world.runUntil(cluster.world.nowUs + 100_000);
}

describe('the budget of disks', () => {
  test.each([1, 2, 3, 4, 5, 7])('is never more than a minority of %d servers, whatever strikes, and is used up', (servers) => {
    const { nemesis } = strike(['diskLoss', 'diskOldCopy', 'diskStale', 'diskMisdirected', 'diskShortened', 'diskUnreadable'], servers);
    expect(nemesis.budget.spare).toBe(0);
    expect(nemesis.budget.touched().length).toBeGreaterThanOrEqual(Math.floor((servers - 1) / 2));
  });

  test.each(['diskStall', 'diskReadError', 'diskWriteError', 'diskSyncError', 'diskFull'] as const)(
    'is not touched by "%s", which passes',
    (name) => {
      const { cluster, nemesis } = strike([name], 3);
      expect(nemesis.budget.touched()).toEqual([]);
      nemesis.stop();
      for (const server of cluster.servers) {
        cluster.world.disk(server).calm(cluster.options.disk);
        cluster.world.restart(server);
      }
      cluster.world.runUntil(cluster.world.nowUs + 2_000_000);
      const applied = cluster.servers.map((server) => viewIn(cluster, server)?.lastApplied ?? 0);
      expect(Math.min(...applied)).toBeGreaterThan(20);
    },
  );

  test.each(['diskLoss', 'diskOldCopy'] as const)('keeps out for good whoever "%s" struck', (name) => {
    const restarted: number[] = [];
    const { nemesis, cluster } = strike([name], 5, {
      onWorldEvent: (_atUs, event) => void (event.kind === 'restarted' && restarted.push(event.node)),
    });
    const struck = cluster.servers.filter((server) => nemesis.budget.standing(server) === 'forgetful');
    expect(struck).toHaveLength(2);
    for (const server of struck) {
      nemesis.restart(server);
      expect(cluster.world.process(server).isUp).toBe(false);
    }
    expect(restarted).toEqual([]);
  });
});

describe('a server that lost what it promised, and is let in again all the same', () => {
  /** Two seconds of work, then the change, with the oracle on. */
  function promise(change: (cluster: Cluster) => void): () => void {
    return () => {
      const { cluster } = working(3, new Watch([new PromiseSurvives()], 3));
      cluster.world.runUntil(1_000_000);
      change(cluster);
    };
  }

  test('is found out after its disk was wiped', () => {
    expect(
      promise((cluster) =>
        comesBack(cluster, ONE, () => {
          cluster.world.disk(ONE).wipe();
        }),
      ),
    ).toThrow(Violated);
  });

  test('is found out after an old copy of its disk came back', () => {
    expect(
      promise((cluster) => {
        const image = cluster.world.disk(ONE).image();
        cluster.world.runUntil(2_000_000);
        comesBack(cluster, ONE, () => {
          cluster.world.disk(ONE).become(image);
        });
      }),
    ).toThrow(Violated);
  });

  test('is in order when its disk is as it left it', () => {
    promise((cluster) => comesBack(cluster, ONE, () => undefined))();
  });
});

describe('a file that ends before what was synced', () => {
  test('lets nobody serve who has forgotten a promise: who cannot notice stays out, and who can refuses', () => {
    const seen: Record<string, number> = {};
    const { coverage, cluster } = strike(['diskShortened'], 7, new Watch([new PromiseSurvives()], 7));
    for (const moment of ['file-shortened', 'forgetful-server-kept-out', 'damage-refused-by-budget'])
      seen[moment] = coverage.counts()[moment] ?? 0;
    expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]);
    expect(cluster.leader()).not.toBe(0);
  });

  test('is found out where such a server is let in again all the same', () => {
    const { cluster } = working(3, new Watch([new PromiseSurvives()], 3));
    cluster.world.runUntil(1_000_000);
    const disk = cluster.world.disk(ONE);
    expect(() =>
      comesBack(cluster, ONE, () => {
        const [log] = disk.list();
        disk.shorten(log?.path ?? '', disk.earlierEnds(log?.path ?? '')[0] ?? 0);
        // What the medium lost shows once its page cache is gone.
        disk.losePower();
      }),
    ).toThrow(Violated);
  });
});

describe('a sync that lied', () => {
  test.each(['diskStale', 'diskMisdirected', 'diskJunk', 'diskShorn'] as const)(
    'by "%s" is noticed by the server at its next start, once later records cover it',
    (name) => {
      const stops: string[] = [];
      const { coverage } = strike([name], 7, { onStop: (_atUs, _server, reason) => void stops.push(reason) });
      expect(coverage.counts()['lie-was-covered']).toBeGreaterThanOrEqual(1);
      expect(stops.length).toBeGreaterThanOrEqual(1);
      for (const reason of stops) expect(reason).toContain('do not delete the file to make it start');
    },
  );

  test('is all that keeps the server from starting: with the damage switched off it comes back with its log', () => {
    const stops: string[] = [];
    const { cluster } = working(3, { onStop: (_atUs, _server, reason) => void stops.push(reason) });
    const disk = cluster.world.disk(ONE);
    cluster.world.runUntil(1_000_000);
    disk.lieOnNextSync({ kind: 'stale', which: 0, where: 0 });
    cluster.world.runUntil(3_000_000);
    const last = viewIn(cluster, ONE)?.raft.log.lastIndex ?? 0;
    comesBack(cluster, ONE, () => undefined);
    expect(stops.join()).toMatch(/a record is damaged that was durable before/);
    disk.switchDamage(null, false);
    comesBack(cluster, ONE, () => undefined);
    expect(stops).toHaveLength(1);
    expect(viewIn(cluster, ONE)?.raft.log.lastIndex).toBeGreaterThanOrEqual(last);
  });

  test('may be forgotten until a later record covers it, and not after', () => {
    const { cluster, nemesis } = working(1);
    const { budget } = nemesis;
    const disk = cluster.world.disk(ONE);
    cluster.world.runUntil(1_000_000);
    expect(budget.standing(ONE)).toBe('whole');
    disk.lieOnNextSync({ kind: 'stale', which: 0.999, where: 0 });
    while (disk.hasLieWaiting) cluster.world.step();
    expect(disk.damages().map(({ path }) => path)).toEqual([walName(1)]);
    expect(budget.standing(ONE)).toBe('forgetful');
    cluster.world.runUntil(cluster.world.nowUs + 1_000_000);
    expect(budget.standing(ONE)).toBe('damaged');
    expect(budget.standing(ONE, false)).toBe('whole');
  });
});

describe('a disk that keeps no names', () => {
  /** Runs until the disk vouched for a name that it did not keep. */
  function untilInDoubt(cluster: Cluster, server: NodeId): void {
    cluster.world.disk(server).forgetNamesUntil(60_000_000);
    while (!cluster.world.disk(server).hasNamesInDoubt) cluster.world.step();
  }

  test('is in doubt until an honest sync of the directory, and then as good as any', () => {
    const { cluster, nemesis } = working(3);
    cluster.world.runUntil(1_000_000);
    untilInDoubt(cluster, ONE);
    expect(nemesis.budget.standing(ONE)).toBe('forgetful');
    cluster.world.disk(ONE).calm(cluster.options.disk);
    while (cluster.world.disk(ONE).hasNamesInDoubt) cluster.world.step();
    expect(nemesis.budget.standing(ONE)).toBe('whole');
  });

  test('may lose a whole file of the log: then its server is kept out, or found out if it is let in all the same', () => {
    const lost: string[] = [];
    for (let seed = 0; seed < 8; seed++) {
      const promises = new PromiseSurvives();
      const { cluster } = working(3, new Watch([promises], 3), seed);
      const nemesis = new Nemesis(cluster, new Coverage(), promises);
      cluster.world.runUntil(1_000_000);
      untilInDoubt(cluster, ONE);
      cluster.world.runUntil(cluster.world.nowUs + 500_000);
      cluster.world.crash(ONE, { keepsPageCache: false });
      const standing = nemesis.budget.standing(ONE);
      nemesis.restart(ONE);
      const isLetIn = cluster.world.process(ONE).isUp;
      expect(isLetIn).toBe(standing !== 'forgetful');
      let isFoundOut = false;
      try {
        cluster.world.restart(ONE);
        cluster.world.runUntil(cluster.world.nowUs + 100_000);
      } catch (error) {
        isFoundOut = error instanceof Violated;
      }
      expect(isFoundOut).toBe(standing === 'forgetful');
      lost.push(standing);
    }
    expect(new Set(lost).size).toBeGreaterThanOrEqual(2);
    expect(lost).toContain('forgetful');
  });
});

test('a sync that dropped its pages is no reason to believe them: what was acknowledged afterwards survives a power loss', () => {
  const watch = new Watch([new PromiseSurvives()], 3);
  const { cluster } = working(3, watch);
  const { world } = cluster;
  for (let round = 1; round <= 8; round++) {
    world.runUntil(world.nowUs + 400_000);
    const server = cluster.servers[round % 3] as NodeId;
    const failure = world.disk(server).failNext('sync', null);
    while (!failure.hasStruck) world.step();
    expect(world.process(server).isStopped).toBe(true);
    world.restart(server);
    world.runUntil(world.nowUs + 300_000);
    world.crash(server, { keepsPageCache: false });
    world.restart(server);
    world.runUntil(world.nowUs + 200_000);
    expect(world.violation).toBeNull();
    expect([round, world.process(server).isUp]).toEqual([round, true]);
  }
});
