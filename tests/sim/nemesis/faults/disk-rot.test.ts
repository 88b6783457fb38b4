import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../../../src/core/base/units.js';
import type { Strike } from '../../../../src/sim/nemesis/base/strike.js';
import { Coverage } from '../../../../src/sim/coverage/coverage.js';
import type { FoundDamage } from '../../../../src/sim/disk/disk.js';
import { History } from '../../../../src/sim/oracles/clients/history.js';
import { FAULTS } from '../../../../src/sim/nemesis/faults/families.js';
import { Injector } from '../../../../src/sim/nemesis/base/injector.js';
import type { Observer } from '../../../../src/sim/world/observer.js';
import type { WorldEventKind } from '../../../../src/sim/world/world-event.js';
import { Workload } from '../../../../src/sim/clients/key-value-load.js';
import { quietOptions } from '../../quiet.js';
import { raftCluster } from '../../raft-cluster.js';

const STRIKE: Strike = { lastsUs: 300_000, who: 0.5, other: 0.4, sides: [0.1, 0.2, 0.3, 0.4], how: 0.6 };

interface Stage {
  readonly injector: Injector;
  readonly faults: { readonly atUs: number; readonly kind: WorldEventKind }[];
}

/** A cluster that has worked for a second. */
function working(servers: number): Stage {
  const faults: { atUs: number; kind: WorldEventKind }[] = [];
  const history = new History(servers);
  const workload = new Workload(quietOptions().workload, history);
  const observer: Observer = { onWorldEvent: (atUs, { kind }) => void faults.push({ atUs, kind }) };
  const { node, ...others } = quietOptions();
  // Many files, so that a directory has names to keep.
  const storage = { segmentBytesMax: 1_024, recordBytesMax: 512, readBytes: 4_096, snapshotsKept: 1 };
  const cluster = raftCluster(
    { ...others, servers, node: { ...node, storage, snapshotEveryEntries: 40 } },
    9,
    observer,
    (client, outcome, atUs) => workload.ended(client, outcome, atUs),
  );
  workload.start(cluster);
  cluster.world.runUntil(1_000_000);
  return { injector: new Injector(cluster, new Coverage()), faults };
}

const damagesOf = ({ injector: { cluster } }: Stage): readonly (readonly [NodeId, readonly FoundDamage[]])[] =>
  cluster.servers.map((server) => [server, cluster.world.disk(server).damages()] as const).filter(([, damages]) => damages.length > 0);
const powerLosses = ({ faults }: Stage): readonly number[] => faults.filter(({ kind }) => kind === 'lostPower').map(({ atUs }) => atUs);

describe('latent rot', () => {
  test('is one bit of one server, which works on until the strike is over', () => {
    const stage = working(5);
    const { world } = stage.injector.cluster;
    FAULTS.latentRot.strike(stage.injector, STRIKE);
    expect(damagesOf(stage).map(([server, damages]) => [server, damages.map(({ damage }) => [damage.kind, damage.lengthBytes])])).toEqual([
      [3, [['rot', 1]]],
    ]);
    expect(powerLosses(stage)).toEqual([]);
    world.runUntil(world.nowUs + STRIKE.lastsUs);
    expect(powerLosses(stage)).toEqual([1_300_000]);
  });
});

describe('rot together', () => {
  test.each([3, 5, 7])(
    'strikes %d servers at one moment, as far as the budget goes, and each loses its power when the strike is over',
    (servers) => {
      const stage = working(servers);
      const { world } = stage.injector.cluster;
      FAULTS.rotTogether.strike(stage.injector, STRIKE);
      const struck = damagesOf(stage);
      expect(struck.length).toBeGreaterThanOrEqual(Math.min(2, stage.injector.budget.needed - 1));
      expect(stage.injector.budget.whole().length).toBeGreaterThanOrEqual(stage.injector.budget.needed);
      expect(new Set(struck.map(([, damages]) => damages[0]?.damage.offset)).size).toBe(struck.length);
      world.runUntil(world.nowUs + STRIKE.lastsUs);
      expect(powerLosses(stage)).toEqual(struck.map(() => 1_300_000));
    },
  );
});

describe('a directory that keeps no names', () => {
  test('costs the server its power only if a sync of the directory vouched for names meanwhile', () => {
    const idle = working(3);
    FAULTS.diskForgetsNames.strike(idle.injector, { ...STRIKE, lastsUs: 1_000 });
    idle.injector.cluster.world.runUntil(1_200_000);
    expect(powerLosses(idle)).toEqual([]);

    const { injector, faults } = working(3);
    const { world } = injector.cluster;
    FAULTS.diskForgetsNames.strike(injector, { ...STRIKE, lastsUs: 2_000_000 });
    const server = injector.cluster.servers[1] as NodeId;
    while (!world.disk(server).hasNamesInDoubt && world.nowUs < 3_000_000) world.runUntil(world.nowUs + 10_000);
    expect(injector.budget.standing(server)).toBe('forgetful');
    world.runUntil(3_000_000);
    expect(powerLosses({ injector, faults })).toEqual([3_000_000]);
    expect(injector.coverage.counts()['directory-sync-kept-no-names']).toBe(1);
  });
});
