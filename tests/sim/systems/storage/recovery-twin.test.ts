import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeId, type NodeId } from '../../../../src/core/base/units.js';
import { CLEAN_STOP_NAME } from '../../../../src/core/storage/clean-stop.js';
import { verifyFiles } from '../../../../src/core/storage/inspect.js';
import type { SimDisk, SurveyedFile } from '../../../../src/sim/disk/disk.js';
import { History } from '../../../../src/sim/oracles/clients/history.js';
import { recoveryTwin } from '../../../../src/sim/systems/storage/recovery-twin.js';
import { Workload } from '../../../../src/sim/clients/key-value-load.js';
import { quietOptions } from '../../quiet.js';
import { raftCluster } from '../../raft-cluster.js';

const IDENTITY = { clusterId: 7, nodeId: nodeId(1) };

/** Disks of clusters that worked for a while, with few or many snapshots and segments, some after a crash, some after a stop in good order. */
function disks(): readonly (readonly [NodeId, SimDisk])[] {
  return [30, 100, 1_000].flatMap((snapshotEveryEntries, i) => {
    const options = quietOptions();
    const history = new History(options.servers);
    const workload = new Workload(options.workload, history);
    const storage = { segmentBytesMax: 2_048, recordBytesMax: 512, readBytes: 4_096, snapshotsKept: 1 + i };
    const node = { ...options.node, snapshotEveryEntries, entriesKept: 60 * i, storage };
    const cluster = raftCluster({ ...options, node }, 3 + i, {}, (client, outcome, atUs) => workload.ended(client, outcome, atUs));
    workload.start(cluster);
    cluster.world.runUntil(5_000_000 + i * 1_234_567);
    cluster.world.crash(nodeId(2), { keepsPageCache: false });
    for (const server of [nodeId(1), nodeId(3)]) cluster.world.stop(server, () => undefined);
    cluster.world.runUntil(cluster.world.nowUs + 1_000_000);
    return cluster.servers.map((server) => [server, cluster.world.disk(server)] as const);
  });
}

const all = disks();

/** The engine's own recovery and its twin, over the same files. */
function both(server: NodeId, files: readonly SurveyedFile[]): { readonly engine: unknown; readonly twin: unknown } {
  const { recovered, problem } = verifyFiles(files);
  const fate = recoveryTwin(files, { clusterId: 7, nodeId: server });
  const lastOf = recovered?.entries.at(-1);
  return {
    engine:
      recovered === null || problem !== null
        ? 'refuses'
        : [recovered.currentTerm, recovered.votedFor, lastOf?.index ?? recovered.firstIndex - 1, lastOf?.term ?? recovered.prevTerm],
    twin:
      fate.kind === 'refuses'
        ? 'refuses'
        : [fate.remembered.currentTerm, fate.remembered.votedFor, fate.remembered.lastIndex, fate.remembered.lastTerm],
  };
}

describe('the twin of recovery', () => {
  test('finds in whole files what recovery finds', () => {
    expect(all.some(([, disk]) => disk.list().some(({ path }) => path === CLEAN_STOP_NAME))).toBe(true);
    for (const [server, disk] of all) {
      const { engine, twin } = both(server, disk.survey('medium', true));
      expect(engine).not.toBe('refuses');
      expect(twin).toEqual(engine);
    }
  });

  test('refuses where recovery refuses, and remembers what it remembers, whatever bits flip and whichever files are gone', () => {
    const verdicts = { refuses: 0, starts: 0 };
    const flip = fc.record({ file: fc.nat(), place: fc.nat(), how: fc.constantFrom('bit', 'sector', 'cut') });
    fc.assert(
      fc.property(
        fc.nat({ max: all.length - 1 }),
        fc.array(flip, { maxLength: 3 }),
        fc.option(fc.nat(), { freq: 4 }),
        (which, flips, gone) => {
          const [server, disk] = all[which] as (typeof all)[number];
          const files = disk.survey('medium', true).map((file) => ({ ...file, bytes: file.bytes.slice() }));
          for (const { file, place, how } of flips) {
            const which = file % files.length;
            const { bytes } = files[which] as SurveyedFile;
            if (bytes.length === 0) continue;
            const at = place % bytes.length;
            if (how === 'cut') files[which] = { ...(files[which] as SurveyedFile), bytes: bytes.slice(0, at) };
            else if (how === 'sector') bytes.fill(0, at - (at % 512), at - (at % 512) + 512);
            else bytes[at] = (bytes[at] as number) ^ (1 << (place & 7));
          }
          if (gone !== null) files.splice(gone % files.length, 1);
          const { engine, twin } = both(server, files);
          verdicts[engine === 'refuses' ? 'refuses' : 'starts']++;
          expect(twin).toEqual(engine);
        },
      ),
      { seed: 1, numRuns: 1_500 },
    );
    expect(Math.min(verdicts.refuses, verdicts.starts)).toBeGreaterThan(100);
  });

  test('refuses what cannot be read where recovery reads it', () => {
    const files = (all[0] as (typeof all)[number])[1].survey('medium', true);
    const refused = files.filter((_, i) => {
      const hurt = files.map((file, j) => ({ ...file, isUnreadable: (from: number, to: number) => i === j && from < 120 && to > 100 }));
      return recoveryTwin(hurt, { clusterId: 7, nodeId: (all[0] as (typeof all)[number])[0] }).kind === 'refuses';
    });
    expect(refused.length).toBeGreaterThanOrEqual(2);
  });

  test('takes an empty disk for a new server, and a snapshot without a log for a refusal', () => {
    expect(recoveryTwin([], IDENTITY)).toMatchObject({ kind: 'starts', remembered: { currentTerm: 0, lastIndex: 0 } });
    const snapshots = (all[0] as (typeof all)[number])[1].survey('medium', true).filter(({ path }) => path.endsWith('.snap'));
    expect(snapshots.length).toBeGreaterThan(0);
    expect(recoveryTwin(snapshots, IDENTITY).kind).toBe('refuses');
  });
});
