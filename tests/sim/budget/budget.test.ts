import { raftSystem } from '../../../src/sim/systems/raft/system.js';
import { describe, expect, test } from 'vitest';
import { snapshotInForce } from '../../../src/sim/systems/storage/recovery.js';
import { nodeId, type NodeId } from '../../../src/core/base/units.js';
import { snapshotNumber, unfinishedNumber } from '../../../src/core/storage/snapshot-format.js';
import type { Strike } from '../../../src/sim/nemesis/base/strike.js';
import type { Cluster } from '../../../src/sim/cluster/cluster.js';
import { Coverage } from '../../../src/sim/coverage/coverage.js';
import type { SimDisk } from '../../../src/sim/disk/disk.js';
import { fault } from '../../../src/sim/nemesis/faults/families.js';
import { History } from '../../../src/sim/oracles/clients/history.js';
import type { RaftRunOptions } from '../../../src/sim/systems/raft/hosted.js';
import { PromiseSurvives } from '../../../src/sim/systems/raft/oracles/log/promise-survives.js';
import { Watch } from '../../../src/sim/systems/raft/oracles/watch.js';
import { rotCoveredByte } from '../../../src/sim/nemesis/faults/damage-places.js';
import { runOptions } from '../../../src/sim/run/run.js';
import { FAULTS } from '../../../src/sim/nemesis/faults/families.js';
import { Injector } from '../../../src/sim/nemesis/base/injector.js';
import { Workload } from '../../../src/sim/clients/key-value-load.js';
import { quietOptions } from '../quiet.js';
import { raftCluster, viewIn } from '../raft-cluster.js';

const [ONE, TWO, THREE] = [nodeId(1), nodeId(2), nodeId(3)];
const STRIKE: Strike = { lastsUs: 100_000, who: 0.3, other: 0.4, sides: [0.1, 0.2, 0.3, 0.4], how: 0.6 };

/** A cluster that worked for two seconds, and a injector that did nothing yet. */
function working(
  servers: number,
  change: (options: RaftRunOptions) => RaftRunOptions = (options) => options,
): { readonly cluster: Cluster; readonly injector: Injector } {
  const history = new History(servers);
  const options = change({ ...quietOptions(), servers });
  const workload = new Workload(options.workload, history);
  const promises = new PromiseSurvives();
  const cluster = raftCluster(options, 9, new Watch([promises], servers), (client, outcome, atUs) => workload.ended(client, outcome, atUs));
  workload.start(cluster);
  cluster.world.runUntil(2_000_000);
  return { cluster, injector: new Injector(cluster, new Coverage(), promises) };
}

/** Server 1 starts again, and the sync of the file of the log that it begins then keeps nothing: it has just said so. */
function lyingAboutItsNewFile({ world }: Cluster, injector: Injector): SimDisk {
  const disk = world.disk(ONE);
  world.crash(ONE, { keepsPageCache: false });
  injector.restart(ONE);
  disk.lieOnNextSync({ kind: 'stale', which: 0.5, where: 0.5 });
  while (disk.hasLieWaiting) world.step();
  return disk;
}

const rotLog = (injector: Injector, server: NodeId): boolean =>
  injector.damage(server, (disk, recovery) => rotCoveredByte(disk, recovery, 0.5, 0.5));
const withSnapshots =
  (entriesKept: number) =>
  (options: RaftRunOptions): RaftRunOptions => ({
    ...options,
    node: {
      ...options.node,
      snapshotEveryEntries: 40,
      entriesKept,
      storage: { segmentBytesMax: 1_024, recordBytesMax: 512, readBytes: 4_096, snapshotsKept: 3 },
    },
  });

describe('within the budget', () => {
  test.each([1, 3, 5, 7])('just a majority of %d disks stays whole, and damage that goes beyond never was', (servers) => {
    const { cluster, injector } = working(servers);
    const struck = cluster.servers.filter((server) => rotLog(injector, server));
    expect(struck).toHaveLength((servers - 1) / 2);
    expect(injector.budget.whole()).toHaveLength((servers + 1) / 2);
    expect(injector.budget.touched()).toEqual(struck);
    expect(injector.coverage.counts()['damage-refused-by-budget']).toBe((servers + 1) / 2);
  });

  test('a disk that is damaged already may be damaged more, whatever the others are', () => {
    const { cluster, injector } = working(3);
    expect([rotLog(injector, ONE), rotLog(injector, TWO)]).toEqual([true, false]);
    expect(injector.damage(ONE, (disk, recovery) => rotCoveredByte(disk, recovery, 0.5, 0.7))).toBe(true);
    expect(cluster.world.disk(ONE).damages()).toHaveLength(2);
  });

  test('a disk that is in doubt for a while may not be lost for good while another is, too (swarm seed 850633)', () => {
    const { injector } = working(3);
    const isOver = injector.budget.reserve(ONE);
    expect([injector.budget.allowsLoss(ONE), injector.budget.allowsLoss(THREE)]).toEqual([true, false]);
    // As a failed sync does, which costs nothing and may strike any number of servers.
    injector.budget.reserve(THREE);
    expect([injector.budget.allowsLoss(ONE), injector.budget.allowsLoss(THREE)]).toEqual([false, false]);
    isOver();
    expect([injector.budget.allowsLoss(ONE), injector.budget.allowsLoss(THREE)]).toEqual([false, true]);
  });

  test('damage that recovery can do without costs nothing, on every disk', () => {
    const { cluster, injector } = working(3, withSnapshots(1_000));
    for (const server of cluster.servers) {
      const [newest] = cluster.world
        .disk(server)
        .list()
        .filter(({ path }) => snapshotNumber(path) !== null)
        .toReversed();
      expect(injector.damage(server, (disk) => disk.rot(newest?.path ?? '', 70, 3))).toBe(true);
    }
    expect(injector.budget.whole()).toHaveLength(3);
    expect(injector.budget.touched()).toHaveLength(3);
    for (const server of cluster.servers) {
      cluster.world.crash(server, { keepsPageCache: false });
      injector.restart(server);
    }
    cluster.world.runUntil(cluster.world.nowUs + 1_000_000);
    for (const server of cluster.servers) expect(viewIn(cluster, server)?.raft.log.lastIndex).toBeGreaterThan(20);
  });

  test('a snapshot that a life left behind unnamed is needed by no other, dead or recovering', () => {
    const { cluster, injector } = working(3, withSnapshots(1_000));
    const { world } = cluster;
    const disk = world.disk(ONE);
    const drafts = (): readonly string[] => {
      const named = snapshotInForce(injector.budget.outlook(ONE));
      return disk
        .survey('medium', false)
        .map(({ path }) => path)
        .filter((path) => (snapshotNumber(path) ?? 0) > named);
    };
    while (drafts().length === 0) world.step();
    const [draft] = drafts();
    world.crash(ONE, { keepsPageCache: true });
    expect(injector.damage(ONE, () => disk.rot(draft ?? '', 70, 3))).toBe(true);
    expect(injector.budget.standing(ONE)).toBe('whole');
    injector.restart(ONE);
    while (viewIn(cluster, ONE) === null) {
      world.step();
      expect(injector.budget.standing(ONE)).toBe('whole');
    }
    world.runUntil(world.nowUs + 100_000);
    expect(injector.budget.standing(ONE)).toBe('whole');
  });

  /** Server 1 kept three snapshots or more, and comes back cut off from the others with options by which it keeps one: nothing makes a flush due. */
  function keepingFewer(): {
    readonly cluster: Cluster;
    readonly injector: Injector;
    readonly rotNewest: () => boolean;
    readonly snapshots: () => readonly string[];
  } {
    const { cluster, injector } = working(3, (options) => {
      const { node } = withSnapshots(12)(options);
      const storage = { segmentBytesMax: 1_024, recordBytesMax: 512, readBytes: 4_096, snapshotsKept: 1 };
      return { ...options, node: { ...node, snapshotEveryEntries: 4 }, laterNode: { ...node, snapshotEveryEntries: 1_000, storage } };
    });
    const { world } = cluster;
    const snapshots = (): readonly string[] =>
      world
        .disk(ONE)
        .list()
        .map(({ path }) => path)
        .filter((path) => snapshotNumber(path) !== null);
    expect(snapshots().length).toBeGreaterThanOrEqual(3);
    world.crash(ONE, { keepsPageCache: false });
    cluster.switchOptions(ONE);
    world.partition([[ONE], cluster.servers.filter((server) => server !== ONE)]);
    injector.restart(ONE);
    return { cluster, injector, snapshots, rotNewest: () => injector.damage(ONE, (disk) => disk.rot(snapshots().at(-1) ?? '', 70, 3)) };
  }

  test('a snapshot that is one too many for its server stands in for no other: it goes with the next flush (swarm seed 2526)', () => {
    const { cluster, injector, rotNewest, snapshots } = keepingFewer();
    while (viewIn(cluster, ONE) === null) cluster.world.step();
    expect(snapshots().length).toBeGreaterThanOrEqual(3);
    expect([rotNewest(), injector.budget.standing(ONE), rotLog(injector, TWO)]).toEqual([true, 'damaged', false]);
    cluster.world.healAll();
    cluster.world.runUntil(cluster.world.nowUs + 1_000_000);
    cluster.world.crash(ONE, { keepsPageCache: false });
    injector.restart(ONE);
    cluster.world.runUntil(cluster.world.nowUs + 100_000);
    expect([snapshots().length, cluster.world.process(ONE).isUp]).toEqual([1, false]);
  });

  test('while such a server recovers the snapshot that it may have read already is left alone; one that is down may do with an older one', () => {
    const recovering = keepingFewer();
    const { world } = recovering.cluster;
    let looks = 0;
    for (; viewIn(recovering.cluster, ONE) === null; looks++) {
      expect(recovering.rotNewest()).toBe(false);
      world.step();
    }
    expect(looks).toBeGreaterThan(2);

    const { cluster, injector, rotNewest } = keepingFewer();
    cluster.world.crash(ONE, { keepsPageCache: false });
    expect([rotNewest(), injector.budget.standing(ONE)]).toEqual([true, 'whole']);
    injector.restart(ONE);
    while (viewIn(cluster, ONE) === null) cluster.world.step();
    expect(injector.budget.standing(ONE)).toBe('whole');
  });

  test('a snapshot that was renamed and whose new name is not durable is damaged as any other', () => {
    const { cluster, injector } = working(3, (options) => ({
      ...options,
      node: { ...withSnapshots(0)(options).node, snapshotEveryEntries: 2 },
      disk: { ...options.disk, syncUsMin: 5_000, syncUsMax: 20_000 },
    }));
    const disk = cluster.world.disk(ONE);
    const names = (): readonly string[] => disk.list().map(({ path }) => path);
    const formerName = (): string | undefined =>
      disk
        .survey('medium', false)
        .find(({ path, bytes }) => unfinishedNumber(path) !== null && bytes.length > 70 && !names().includes(path))?.path;
    while (formerName() === undefined) cluster.world.runUntil(cluster.world.nowUs + 500);
    const path = formerName() ?? '';
    const [newName] = names().filter((name) => snapshotNumber(name) === unfinishedNumber(path));
    expect([injector.damage(ONE, () => disk.rot(path, 70, 3)), disk.damages().map((found) => found.path)]).toEqual([true, [path]]);
    expect([disk.damagesAt(newName ?? '').length, disk.damagesAt(path).length, injector.budget.standing(ONE)]).toEqual([1, 0, 'damaged']);
  });

  test('what compaction takes away in time is given back', () => {
    const { cluster, injector } = working(3, withSnapshots(0));
    expect(rotLog(injector, ONE)).toBe(true);
    expect(injector.budget.standing(ONE)).toBe('damaged');
    expect(rotLog(injector, TWO)).toBe(false);
    cluster.world.runUntil(6_000_000);
    expect(injector.budget.standing(ONE)).toBe('whole');
    expect(rotLog(injector, TWO)).toBe(true);
  });

  test('a disk that is about to lie counts as lost, until it is known what became of it', () => {
    const { injector } = working(3);
    const release = injector.budget.reserve(ONE);
    expect([injector.budget.standing(ONE), injector.mayLose(TWO), injector.mayLose(ONE)]).toEqual(['forgetful', false, true]);
    release();
    release();
    expect([injector.budget.standing(ONE), injector.mayLose(TWO)]).toEqual(['whole', true]);
  });

  test.each([true, false])('a disk whose names may be lost counts as lost, while its server is up and when it was killed', (isUp) => {
    const { cluster, injector } = working(3, withSnapshots(0));
    const disk = cluster.world.disk(ONE);
    disk.forgetNamesUntil(cluster.world.nowUs + 2_000_000);
    for (let looks = 0; looks < 4_000 && !disk.hasNamesInDoubt; looks++) cluster.world.runUntil(cluster.world.nowUs + 500);
    expect(disk.hasNamesInDoubt).toBe(true);
    if (!isUp) cluster.world.crash(ONE, { keepsPageCache: true });
    expect(injector.budget.standing(ONE)).toBe('forgetful');
    expect(injector.budget.allowsLoss(TWO)).toBe(false);
  });

  test('once the power has gone it is decided which names are kept: from then on the server counts by what it has, in its recovery too (swarm seed 891184)', () => {
    const { cluster, injector } = working(3);
    const { world } = cluster;
    const disk = world.disk(ONE);
    disk.forgetNamesUntil(world.nowUs + 50_000);
    world.crash(ONE, { keepsPageCache: false });
    injector.restart(ONE);
    world.runUntil(world.nowUs + 60_000);
    expect([disk.hasNamesInDoubt, injector.budget.standing(ONE)]).toEqual([true, 'forgetful']);
    world.crash(ONE, { keepsPageCache: false });
    expect(injector.budget.standing(ONE)).toBe('whole');
    injector.restart(ONE);
    let looks = 0;
    for (; looks < 200 && disk.hasNamesInDoubt; looks++) {
      expect(injector.budget.standing(ONE)).toBe('whole');
      world.runUntil(world.nowUs + 100);
    }
    expect([looks > 1, disk.hasNamesInDoubt]).toEqual([true, false]);
  });

  test('a server that was killed must be whole by what it would read, not only by what a power cut would leave', () => {
    const { cluster, injector } = working(3);
    const { world } = cluster;
    const disk = world.disk(ONE);
    expect(rotLog(injector, ONE)).toBe(true);
    world.crash(ONE, { keepsPageCache: true });
    const survey = disk.survey.bind(disk);
    // The damage lies under what was not synced: only who reads the page cache meets it.
    disk.survey = (where, withDamage) => survey(where, where === 'cache' && withDamage);
    expect(injector.budget.standing(ONE)).toBe('damaged');
  });

  test('rot below a write that is under way is over when the write is, for whoever reads the disk afterwards', () => {
    const { cluster, injector } = working(3);
    const { world } = cluster;
    const disk = world.disk(ONE);
    world.crash(ONE, { keepsPageCache: true });
    injector.restart(ONE);
    // Recovery writes the last flush anew, and a sync follows: rot what lies below, in between.
    while (!disk.hasPendingWrites) world.step();
    const [log] = disk
      .list()
      .filter(({ path }) => disk.durableBytes(path)?.length)
      .toReversed();
    const path = log?.path ?? '';
    expect(injector.damage(ONE, () => disk.rot(path, (disk.durableBytes(path)?.length ?? 0) - 1, 3))).toBe(true);
    world.runUntil(world.nowUs + 50_000);
    expect([disk.hasDamage, injector.budget.standing(ONE), injector.budget.mayRefuse(ONE)]).toEqual([false, 'whole', false]);
    world.crash(ONE, { keepsPageCache: true });
    expect(injector.budget.standing(ONE)).toBe('whole');
    injector.restart(ONE);
    world.runUntil(world.nowUs + 1_000_000);
    expect(viewIn(cluster, ONE)?.raft.log.lastIndex).toBeGreaterThan(0);
  });

  test('the last flush of a server that has started already may not rot before it is read; what nobody relies on may (swarm seed 910882)', () => {
    const tried = (until: 'down' | 'listed' | 'serving'): readonly [boolean, boolean] => {
      const { cluster, injector } = working(3);
      const { world } = cluster;
      const disk = world.disk(ONE);
      const rotLastByte = (): boolean =>
        injector.damage(ONE, () => {
          const [log] = disk
            .list()
            .filter(({ path }) => disk.durableBytes(path)?.length)
            .toReversed();
          return disk.rot(log?.path ?? '', (disk.durableBytes(log?.path ?? '')?.length ?? 0) - 1, 3);
        });
      world.crash(ONE, { keepsPageCache: false });
      if (until !== 'down') injector.restart(ONE);
      if (until === 'listed') world.step();
      if (until === 'serving') while (viewIn(cluster, ONE) === null) world.step();
      const isDone = rotLastByte();
      if (until === 'down') injector.restart(ONE);
      world.runUntil(world.nowUs + 1_000_000);
      return [isDone, world.process(ONE).isUp];
    };
    // Down: it is kept out. In its recovery: it would serve without what it has acknowledged. Afterwards: it knows all of it.
    expect(tried('down')).toEqual([true, false]);
    expect(tried('listed')).toEqual([false, true]);
    expect(tried('serving')).toEqual([true, true]);
  });

  test('a sync that lied about a new file counts before the name of that file is durable (swarm seed 924414)', () => {
    const { cluster, injector } = working(3);
    const { world } = cluster;
    const disk = lyingAboutItsNewFile(cluster, injector);
    const seen: string[] = [];
    while (viewIn(cluster, ONE) === null) {
      seen.push(
        `${injector.budget.standing(ONE)} with ${disk.survey('named', false).length - disk.survey('medium', false).length} names to come`,
      );
      world.step();
    }
    expect(new Set(seen)).toEqual(new Set(['forgetful with 1 names to come']));
    expect(injector.budget.standing(ONE)).toBe('forgetful');
  });

  test('a server that was killed is not whole where the page cache hides from its next life what the disk has lost (swarm seed 925537)', () => {
    const { cluster, injector } = working(3);
    const { world } = cluster;
    const disk = lyingAboutItsNewFile(cluster, injector);
    while (viewIn(cluster, ONE) === null) world.step();
    // A record behind what was lost marks it as durable, and never reaches the disk itself.
    disk.failNext('sync', null, 0);
    while (world.process(ONE).isUp) world.step();
    expect(injector.budget.standing(ONE)).toBe('forgetful');
    injector.restart(ONE);
    world.runUntil(world.nowUs + 500_000);
    expect([world.process(ONE).isUp, injector.budget.standing(ONE)]).toEqual([true, 'damaged']);
  });

  test('an old copy of a disk is as good as the disk if nothing was promised since, and not if something was', () => {
    const { cluster, injector } = working(3);
    const { world } = cluster;
    const comesBack = (waitUs: number): boolean => {
      world.crash(THREE, { keepsPageCache: false });
      const image = world.disk(THREE).image();
      if (waitUs > 0) {
        world.restart(THREE);
        world.runUntil(world.nowUs + waitUs);
        injector.budget.changed(THREE);
        world.crash(THREE, { keepsPageCache: false });
      }
      world.disk(THREE).become(image);
      injector.budget.changed(THREE);
      injector.restart(THREE);
      return world.process(THREE).isUp;
    };
    expect(comesBack(0)).toBe(true);
    world.runUntil(world.nowUs + 300_000);
    expect(comesBack(2_000_000)).toBe(false);
    expect(injector.budget.standing(THREE)).toBe('forgetful');
  });

  test('a copy of a disk that had kept no names may be refused by the server that reads it (swarm seed 202611280010)', () => {
    const { cluster, injector } = working(3, withSnapshots(0));
    const { world } = cluster;
    const disk = world.disk(THREE);
    const { directory } = disk.image();
    for (const path of directory.paths()) if (snapshotNumber(path) !== null) directory.remove(path);
    directory.settle(directory.mark());
    injector.budget.changed(THREE);
    world.crash(THREE, { keepsPageCache: false });
    disk.become({ directory });
    const judged = () => [injector.budget.standing(THREE), injector.budget.mayRefuse(THREE)];
    expect(judged()).toEqual(['damaged', true]);
    injector.restart(THREE);
    expect(judged()).toEqual(['damaged', true]);
    world.runUntil(world.nowUs + 100_000);
    expect(world.process(THREE).isUp).toBe(false);
    expect(judged()).toEqual(['damaged', true]);
  });

  test('a disk that was put back and that its server serves with counts as any other', () => {
    const { cluster, injector } = working(3);
    const { world } = cluster;
    injector.budget.changed(THREE);
    world.crash(THREE, { keepsPageCache: false });
    injector.restart(THREE);
    expect(injector.budget.touched()).toEqual([THREE]);
    world.runUntil(world.nowUs + 100_000);
    expect(injector.budget.touched()).toEqual([]);
  });

  test('the newest committed entry is left with one good copy, and not with none', () => {
    const counts = Array.from({ length: 8 }, (_, i) => {
      const { cluster, injector } = working(i % 2 === 0 ? 3 : 5);
      // What a bare majority commits on its own has no copy to spare.
      const needed = Math.floor(cluster.servers.length / 2) + 1;
      cluster.world.partition([cluster.servers.slice(0, needed), cluster.servers.slice(needed)]);
      cluster.world.runUntil(3_000_000 + i * 77_777);
      FAULTS.rotToLastCopy.strike(injector, { ...STRIKE, who: i / 8 });
      cluster.world.runUntil(cluster.world.nowUs + 1_200_000);
      expect(injector.budget.spare).toBeGreaterThanOrEqual(0);
      return injector.coverage.counts()['last-good-copy'] ?? 0;
    });
    expect(counts.filter((count) => count === 1).length).toBeGreaterThanOrEqual(4);
  });
});

describe('beyond the budget', () => {
  const faults = [fault('rot', [100, 400], [20, 200]), fault('diskUnreadable', [100, 400], [20, 200])];
  const beyond: RaftRunOptions = { ...quietOptions(), chaosMs: 6_000, faults, promise: 'beyond: may be unavailable' };

  test('every disk may be damaged, as far as it can be noticed', () => {
    const { cluster, injector } = working(3, (options) => ({ ...options, promise: 'beyond: may be unavailable' }));
    for (const server of cluster.servers) expect(rotLog(injector, server)).toBe(true);
    expect([injector.budget.whole(), injector.budget.whole(false)]).toEqual([[], cluster.servers]);
    expect([injector.mayLose(ONE), injector.budget.reserve(ONE) !== null, injector.mayLose(TWO)]).toEqual([true, true, false]);
  });

  test.each([1, 2, 3])('a cluster stands still, and has lost nothing once it is repaired (seed %d)', (seed) => {
    const report = runOptions({ name: 'beyond', system: raftSystem }, beyond, seed);
    expect(report.violation).toBeUndefined();
    expect(Object.keys(report.moments)).toEqual(
      expect.arrayContaining(['budget-exceeded', 'cluster-unavailable-beyond-budget', 'cluster-repaired']),
    );
  });

  test('the same faults within the budget never take so much', () => {
    const { moments, violation } = runOptions({ name: 'within', system: raftSystem }, { ...beyond, promise: 'within budget' }, 1);
    expect(violation).toBeUndefined();
    expect(Object.keys(moments)).not.toContain('budget-exceeded');
    expect(Object.keys(moments)).toEqual(expect.arrayContaining(['budget-exhausted', 'damage-refused-by-budget']));
  });
});
