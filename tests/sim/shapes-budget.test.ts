import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../src/core/base/units.js';
import type { Blow } from '../../src/sim/aim.js';
import { Cluster } from '../../src/sim/cluster.js';
import { Coverage } from '../../src/sim/coverage.js';
import type { FoundDamage } from '../../src/sim/disk.js';
import { History } from '../../src/sim/history.js';
import { SHAPES } from '../../src/sim/shapes.js';
import { Striker } from '../../src/sim/striker.js';
import { Workload } from '../../src/sim/workload.js';
import { quietOptions } from './quiet.js';

const BLOW: Blow = { lastsUs: 300_000, who: 0.5, other: 0.4, sides: [0.1, 0.2, 0.3, 0.4], how: 0.6 };

interface Stage {
  readonly striker: Striker;
  readonly harms: { readonly atUs: number; readonly text: string }[];
}

/** A cluster that has worked for a second. */
function working(servers: number): Stage {
  const harms: { atUs: number; text: string }[] = [];
  const history = new History();
  const workload = new Workload(quietOptions().workload, history);
  const observer = { onHarm: (atUs: number, text: string) => void harms.push({ atUs, text }) };
  const { node, ...others } = quietOptions();
  // Many files, so that a directory has names to keep.
  const storage = { segmentBytesMax: 1_024, recordBytesMax: 512, readBytes: 4_096, snapshotsKept: 1 };
  const cluster = new Cluster({ ...others, servers, node: { ...node, storage, snapshotEveryEntries: 40 } }, 9, observer, (client, outcome, atUs) => workload.ended(client, outcome, atUs));
  workload.start(cluster);
  cluster.world.runUntil(1_000_000);
  return { striker: new Striker(cluster, new Coverage()), harms };
}

const damagesOf = ({ striker: { cluster } }: Stage): readonly (readonly [NodeId, readonly FoundDamage[]])[] =>
  cluster.servers.map((server) => [server, cluster.world.disk(server).damages()] as const).filter(([, damages]) => damages.length > 0);
const powerLosses = ({ harms }: Stage): readonly number[] => harms.filter(({ text }) => text.startsWith('power off')).map(({ atUs }) => atUs);

describe('latent rot', () => {
  test('is one bit of one server, which works on until the blow is over', () => {
    const stage = working(5);
    const { world } = stage.striker.cluster;
    SHAPES.latentRot(stage.striker, BLOW);
    expect(damagesOf(stage).map(([server, damages]) => [server, damages.map(({ damage }) => [damage.kind, damage.lengthBytes])])).toEqual([[3, [['rot', 1]]]]);
    expect(powerLosses(stage)).toEqual([]);
    world.runUntil(world.nowUs + BLOW.lastsUs);
    expect(powerLosses(stage)).toEqual([1_300_000]);
  });
});

describe('rot together', () => {
  test.each([3, 5, 7])('strikes %d servers at one moment, as far as the budget goes, and each loses its power when the blow is over', (servers) => {
    const stage = working(servers);
    const { world } = stage.striker.cluster;
    SHAPES.rotTogether(stage.striker, BLOW);
    const struck = damagesOf(stage);
    expect(struck.length).toBeGreaterThanOrEqual(Math.min(2, stage.striker.budget.needed - 1));
    expect(stage.striker.budget.whole().length).toBeGreaterThanOrEqual(stage.striker.budget.needed);
    expect(new Set(struck.map(([, damages]) => damages[0]?.damage.offset)).size).toBe(struck.length);
    world.runUntil(world.nowUs + BLOW.lastsUs);
    expect(powerLosses(stage)).toEqual(struck.map(() => 1_300_000));
  });
});

describe('a directory that keeps no names', () => {
  test('costs the server its power only if a sync of the directory vouched for names meanwhile', () => {
    const idle = working(3);
    SHAPES.diskForgetsNames(idle.striker, { ...BLOW, lastsUs: 1_000 });
    idle.striker.cluster.world.runUntil(1_200_000);
    expect(powerLosses(idle)).toEqual([]);

    const { striker, harms } = working(3);
    const { world } = striker.cluster;
    SHAPES.diskForgetsNames(striker, { ...BLOW, lastsUs: 2_000_000 });
    const server = striker.cluster.servers[1] as NodeId;
    while (!world.disk(server).hasNamesInDoubt && world.nowUs < 3_000_000) world.runUntil(world.nowUs + 10_000);
    expect(striker.budget.standing(server)).toBe('forgetful');
    world.runUntil(3_000_000);
    expect(powerLosses({ striker, harms })).toEqual([3_000_000]);
    expect(striker.coverage.counts()['directory-sync-kept-no-names']).toBe(1);
  });
});
