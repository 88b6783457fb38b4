import type { NodeId } from '../../core/base/units.js';
import type { FoundFile, Recovery, StartOutlook } from '../../core/recovery.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Layer, SimDisk } from '../disk/disk.js';

/** What was read of one disk while it stood at `changes`. */
interface Reading {
  readonly changes: number;
  readonly outlooks: Map<string, StartOutlook>;
  readonly visible: Map<boolean, readonly FoundFile[]>;
}

/** Of a server whose files nobody can judge: whatever is missing there may be what it promised. */
const UNKNOWN: StartOutlook = { kind: 'refuses', because: 'nobody can judge the files of this system' };

/**
 * What a start must make of each server's disk, by the word of its system. A budget asks many times at one moment,
 * so each layer of a disk is read once for as long as nothing changes there.
 */
export class RecoveryOutlooks {
  readonly #cluster: Cluster;
  readonly #readings = new Map<NodeId, Reading>();
  readonly #recoveries = new Map<NodeId, Recovery | null>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** What the system can tell of this server's files; null where it cannot. */
  recovery(server: NodeId): Recovery | null {
    const known = this.#recoveries.get(server);
    if (known !== undefined) return known;
    const { hosted, options } = this.#cluster;
    const recovery = hosted.recovery?.(options, server) ?? null;
    this.#recoveries.set(server, recovery);
    return recovery;
  }

  /** Of what there is of a layer, with its damage or as if none had ever come (see {@link SimDisk.survey}). */
  of(server: NodeId, layer: Layer, withDamage: boolean): StartOutlook {
    return this.#read(server, `${layer} ${withDamage}`, (disk) => disk.survey(layer, withDamage));
  }

  /** Of what a power loss would leave of those files that are there to see now. */
  ofVisible(server: NodeId, withDamage: boolean): StartOutlook {
    return this.#read(server, `visible ${withDamage}`, () => this.#visible(server, withDamage));
  }

  /** The same, once a running server in this state has removed what it needs no more. */
  ofLeft(server: NodeId, state: unknown, withDamage: boolean): StartOutlook {
    const recovery = this.recovery(server);
    if (recovery?.left === undefined) return this.ofVisible(server, withDamage);
    const files = this.#visible(server, withDamage);
    const left = recovery.left(files, this.of(server, 'medium', false), state);
    if (left.length === files.length) return this.ofVisible(server, withDamage);
    return this.#read(server, `left ${withDamage} ${left.map(({ path }) => path).join(' ')}`, () => left);
  }

  #read(server: NodeId, what: string, filesOf: (disk: SimDisk) => readonly FoundFile[]): StartOutlook {
    const recovery = this.recovery(server);
    if (recovery === null) return UNKNOWN;
    const disk = this.#cluster.world.disk(server);
    const { outlooks } = this.#readingOf(server, disk);
    const known = outlooks.get(what);
    if (known !== undefined) return known;
    const outlook = recovery.judge(filesOf(disk));
    outlooks.set(what, outlook);
    return outlook;
  }

  #visible(server: NodeId, withDamage: boolean): readonly FoundFile[] {
    const disk = this.#cluster.world.disk(server);
    const { visible } = this.#readingOf(server, disk);
    const known = visible.get(withDamage);
    if (known !== undefined) return known;
    const names = new Set(disk.list().map(({ path }) => path));
    const files = disk.survey('medium', withDamage).filter(({ path }) => names.has(path));
    visible.set(withDamage, files);
    return files;
  }

  #readingOf(server: NodeId, { changes }: SimDisk): Reading {
    const known = this.#readings.get(server);
    if (known?.changes === changes) return known;
    const reading: Reading = { changes, outlooks: new Map(), visible: new Map() };
    this.#readings.set(server, reading);
    return reading;
  }
}
