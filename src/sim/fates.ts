import type { NodeId } from '../core/base/units.js';
import { snapshotNumber } from '../core/storage/snapshot-format.js';
import type { Cluster } from './cluster.js';
import type { Layer, SimDisk, SurveyedFile } from './disk.js';
import { recoveryTwin, type Fate } from './recovery-twin.js';

/** What was read of one disk while it stood at `changes`. */
interface Reading {
  readonly changes: number;
  readonly fates: Map<string, Fate>;
}

/**
 * What a recovery must make of each server's disk, by the twin (recovery-twin.ts). A budget asks many times at one moment,
 * so each layer of a disk is read once for as long as nothing changes there.
 */
export class Fates {
  readonly #cluster: Cluster;
  readonly #readings = new Map<NodeId, Reading>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Of what there is of a layer, with its damage or as if none had ever come (see {@link SimDisk.survey}). */
  of(server: NodeId, layer: Layer, withDamage: boolean): Fate {
    return this.#read(server, `${layer} ${withDamage}`, (disk) => disk.survey(layer, withDamage));
  }

  /**
   * Of what a power loss would leave of those files that are there to see now.
   *
   * @param snapshotsKept Of the snapshots that the log may name so many count, the newest.
   */
  ofVisible(server: NodeId, withDamage: boolean, snapshotsKept = Infinity): Fate {
    return this.#read(server, `visible ${withDamage} ${snapshotsKept}`, (disk) => {
      const names = new Set(disk.list().map(({ path }) => path));
      const files = disk.survey('medium', withDamage).filter(({ path }) => names.has(path));
      const inForce = snapshotsKept === Infinity ? null : this.of(server, 'medium', false);
      if (inForce?.kind !== 'starts') return files;
      const named = files.filter(({ path }) => (snapshotNumber(path) ?? Infinity) <= inForce.snapshotNumber);
      const superfluous = new Set(named.slice(0, Math.max(named.length - snapshotsKept, 0)));
      return files.filter((file) => !superfluous.has(file));
    });
  }

  #read(server: NodeId, what: string, filesOf: (disk: SimDisk) => readonly SurveyedFile[]): Fate {
    const disk = this.#cluster.world.disk(server);
    const fates = this.#readingOf(server, disk);
    const known = fates.get(what);
    if (known !== undefined) return known;
    const fate = recoveryTwin(filesOf(disk), { clusterId: this.#cluster.hosted.clusterId(this.#cluster.options), nodeId: server });
    fates.set(what, fate);
    return fate;
  }

  #readingOf(server: NodeId, { changes }: SimDisk): Map<string, Fate> {
    const known = this.#readings.get(server);
    if (known?.changes === changes) return known.fates;
    const fates = new Map<string, Fate>();
    this.#readings.set(server, { changes, fates });
    return fates;
  }
}
