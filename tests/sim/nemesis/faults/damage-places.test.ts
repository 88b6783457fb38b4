import { expect, test } from 'vitest';
import { nodeId } from '../../../../src/core/base/units.js';
import type { Damage } from '../../../../src/sim/disk/damage.js';
import type { Cluster } from '../../../../src/sim/cluster/cluster.js';
import { rotCoveredByte } from '../../../../src/sim/nemesis/faults/damage-places.js';
import { quietOptions } from '../../quiet.js';
import { raftCluster, viewIn } from '../../raft-cluster.js';
import { storageRecovery } from '../../../../src/sim/systems/storage/recovery.js';

const RECOVERY = storageRecovery(7, nodeId(1), () => Infinity);

/** A server that worked for two seconds, was damaged at `where` and lost its power. */
function damaged(where: number | null): { readonly cluster: Cluster; readonly how: Damage | null } {
  const cluster = raftCluster({ ...quietOptions(), servers: 1 }, 3, {}, () => undefined);
  for (let i = 1; i <= 6; i++) {
    cluster.world.request(nodeId(2), { id: i, op: 'set', key: 'k', value: `v${i}` }, 0 as never);
    cluster.world.runUntil(i * 400_000);
  }
  const how = where === null ? null : rotCoveredByte(cluster.world.disk(nodeId(1)), RECOVERY, 0, where);
  cluster.world.crash(nodeId(1), { keepsPageCache: false });
  cluster.world.restart(nodeId(1));
  cluster.world.runUntil(cluster.world.nowUs + 500_000);
  return { cluster, how };
}

test.each([0, 0.2, 0.4, 0.6, 0.8, 0.999])('damage in what was promised is never taken for a torn tail (at %d)', (where) => {
  const { cluster, how } = damaged(where);
  expect(how).toMatchObject({ kind: 'rot', lengthBytes: 1, path: expect.stringMatching(/^wal-\d{16}\.log$/) as string });
  expect(cluster.world.process(nodeId(1)).isStopped).toBe(true);
});

test('without damage the same server comes back with all it had', () => {
  const { cluster } = damaged(null);
  expect(viewIn(cluster, nodeId(1))?.raft.log.lastIndex).toBeGreaterThan(6);
});

test('a disk on which nothing is covered yet offers no place', () => {
  const cluster = raftCluster({ ...quietOptions(), servers: 1 }, 3, {}, () => undefined);
  expect(rotCoveredByte(cluster.world.disk(nodeId(1)), RECOVERY, 0, 0.5)).toBeNull();
});
