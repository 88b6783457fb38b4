import { describe, test } from 'vitest';
import { nodeId, type NodeId } from '../../../../../../src/core/base/units.js';
import { DurableQuorum, type DurableFile } from '../../../../../../src/sim/systems/raft/oracles/log/durable-quorum.js';
import { Life } from '../../../../../core/storage/life.js';
import { quietOptions } from '../../../../quiet.js';
import { expectViolated, view } from '../../../../oracles/planted.js';
import { raftCluster } from '../../../../raft-cluster.js';

/** The durable files of a server after one second of a quiet cluster of one: its first entry is durable. */
function durableFilesOf(server: NodeId): readonly DurableFile[] {
  const cluster = raftCluster({ ...quietOptions(), servers: 1 }, 1, {}, () => undefined);
  cluster.world.runUntil(1_000_000);
  const disk = cluster.world.disk(server);
  return disk.list().map(({ path }) => ({ path, bytes: disk.durableBytes(path) ?? new Uint8Array(0) }));
}

const S1 = nodeId(1);
const files = durableFilesOf(S1);
const before = view({ role: 'leader', term: 1, log: [1] });
const after = view({ role: 'leader', term: 1, log: [1], commit: 1 });
const nobodyRots = () => false;

describe('Commit On A Durable Quorum', () => {
  test('sees a commit that a minority of the disks has', () => {
    const oracle = new DurableQuorum(7, 3, (server) => (server === S1 ? files : []), nobodyRots);
    expectViolated('Commit On A Durable Quorum', /takes entry 1 of term 1 for committed, but it is durable on s1 of 3 only/, () =>
      oracle.onStep(1, S1, before, after),
    );
  });

  test('sees a commit of an entry of another term than the disk has', () => {
    const oracle = new DurableQuorum(7, 1, () => files, nobodyRots);
    expectViolated('Commit On A Durable Quorum', /durable on no server of 1 only/, () =>
      oracle.onStep(1, S1, view({ role: 'leader', term: 2, log: [2] }), view({ role: 'leader', term: 2, log: [2], commit: 1 })),
    );
  });

  test('learns from each sync, and forgets at a crash what the disk did not keep', () => {
    let left: readonly DurableFile[] = [];
    const oracle = new DurableQuorum(7, 1, () => left, nobodyRots);
    for (const { path, bytes } of files) oracle.onSynced(1, S1, path, bytes, bytes.length);
    oracle.onStep(2, S1, before, after);

    const forgetful = new DurableQuorum(7, 1, () => left, nobodyRots);
    for (const { path, bytes } of files) forgetful.onSynced(1, S1, path, bytes, bytes.length);
    left = [];
    forgetful.onCrash(2, S1);
    expectViolated('Commit On A Durable Quorum', /on no server/, () => forgetful.onStep(3, S1, before, after));
  });

  test('counts what a disk held before the nemesis damaged it', () => {
    const oracle = new DurableQuorum(
      7,
      1,
      () => [],
      (server) => server === S1,
    );
    for (const { path, bytes } of files) oracle.onSynced(1, S1, path, bytes, bytes.length);
    oracle.onCrash(2, S1);
    oracle.onStep(3, S1, before, after);
  });

  test('counts what a server held when it ended, whatever becomes of its disk while it is down (swarm seed 927280)', () => {
    let held = files;
    const oracle = new DurableQuorum(7, 1, () => held, nobodyRots);
    for (const { path, bytes } of files) oracle.onSynced(1, S1, path, bytes, bytes.length);
    oracle.onCrash(2, S1);
    // The disk is lost, or put back to an older copy; nobody sees a second crash.
    held = [];
    oracle.onStep(3, S1, before, after);
  });

  test('counts what a server came back with, though it synced nothing more before its disk was put back (swarm seed 986851)', () => {
    let held = files;
    let isGone = false;
    const oracle = new DurableQuorum(
      7,
      1,
      () => held,
      () => isGone,
    );
    oracle.onRecovered(1, S1);
    isGone = true;
    oracle.onCrash(2, S1);
    held = [];
    oracle.onStep(3, S1, before, after);
  });

  test('reads anew what a server came back with, also where its disk was changed after it had stopped by itself (swarm seed 880281)', () => {
    const inTerm = (term: number): readonly DurableFile[] => {
      const life = new Life();
      life.settle();
      life.setTerm(term, 1);
      life.append(1);
      life.settle();
      return life.disk.list().map(({ path }) => ({ path, bytes: life.disk.bytesOf(path) }));
    };
    const S3 = nodeId(3);
    const oracle = new DurableQuorum(7, 3, () => [], nobodyRots);
    for (const { path, bytes } of inTerm(5)) oracle.onSynced(1, S3, path, bytes, bytes.length);
    // No crash: it stopped for a failed sync, its disk was put back to before these files, and it began them anew.
    oracle.onRecovered(2, S3);
    for (const { path, bytes } of inTerm(6)) oracle.onSynced(3, S3, path, bytes, bytes.length);
    expectViolated('Commit On A Durable Quorum', /durable on s3 of 3 only/, () =>
      oracle.onStep(4, S3, view({ role: 'leader', term: 6, log: [6] }), view({ role: 'leader', term: 6, log: [6], commit: 1 })),
    );
  });
});
