import type { NodeId } from '../../core/base/units.js';
import type { Recovery, StartOutlook } from '../../core/recovery.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Layer, SimDisk } from '../disk/disk.js';
import type { Damage } from '../disk/damage.js';
import { RecoveryOutlooks } from './recovery-outlook.js';

/**
 * What a disk is worth if the power goes now.
 * `whole`: its server starts, and remembers all that others may rely on. `damaged`: something is gone, and recovery
 * is sure to notice; the server refuses to start. `forgetful`: something may be gone that no recovery can miss.
 */
export type Standing = 'whole' | 'damaged' | 'forgetful';

/** Who knows what servers told others: how one would break its word if it came back with no more than this; null if it would not. */
export interface Promises {
  brokenBy(server: NodeId, remembered: unknown): string | null;
}

/**
 * What a run promises to survive, computed while it lives from what is durable where.
 *
 * Within budget: after each damage a majority of the servers is whole. It has every vote and every acknowledgement,
 * so one of any two majorities' common members still has each committed entry, and it can serve; one whole server
 * less, and nobody could be elected. Beyond it, the same is asked of the bytes underneath: with all damage switched
 * off a majority would be whole. Then the run may stand still, and be repaired, but it is never wrong.
 *
 * Nothing is counted that was: damage that was compacted away, written over, or that recovery does without, is over.
 */
export class Budget {
  readonly #cluster: Cluster;
  readonly #promises: Promises | null;
  readonly #outlooks: RecoveryOutlooks;
  /** Servers whose disks were emptied or put back while they were down. */
  readonly #changed = new Set<NodeId>();
  /** Of those the ones that began a life since and did not come to serve yet: what they read may be nothing to serve with. */
  readonly #onTrial = new Set<NodeId>();
  /** Servers whose disks are about to lie; how many times over. */
  readonly #reserved = new Map<NodeId, number>();
  readonly #meddledWith = new Set<NodeId>();

  /** @param promises null: nobody listened, so all that was ever durable counts as promised. */
  constructor(cluster: Cluster, promises: Promises | null) {
    this.#cluster = cluster;
    this.#promises = promises;
    this.#outlooks = new RecoveryOutlooks(cluster);
  }

  /** What the server's disk is worth now; with damage switched off if not `withDamage`. */
  standing(server: NodeId, withDamage = true): Standing {
    const disk = this.#cluster.world.disk(server);
    if (this.#reserved.has(server)) return 'forgetful';
    if (!this.#wasTouched(server, disk)) return 'whole';
    if (this.recovery(server) === null) return 'forgetful';
    // Any of the names may be kept at a power loss and any lost: no one content of the disk stands for all of them.
    if (disk.hasNamesUndecided) return 'forgetful';
    if (this.#cluster.world.process(server).isUp) return this.#standingOfLiving(server, disk, withDamage);
    return this.#standingOfDead(server, withDamage);
  }

  /** Those whose disks are whole, ascending. */
  whole(withDamage = true): readonly NodeId[] {
    return this.#cluster.servers.filter((server) => this.standing(server, withDamage) === 'whole');
  }

  /** Those on whose disks something is not as it was written, ascending; whether it matters or not. */
  touched(): readonly NodeId[] {
    return this.#cluster.servers.filter((server) => this.#wasTouched(server, this.#cluster.world.disk(server)));
  }

  /** How many servers must be whole, with their damage or underneath it, for the run to keep what it promises: a majority as a rule. */
  get needed(): number {
    return this.#cluster.hosted.coreSize(this.#cluster.options);
  }

  /** Whether so many are whole, so that the run can be asked to serve. */
  get isServiceable(): boolean {
    return this.#spareOf(this.whole()) >= 0;
  }

  /**
   * Whether this server's disk may lose what cannot be brought back by switching damage off. The others must be enough without it,
   * also where it is not whole now: a sync that failed, or names in doubt, pass, and a loss does not.
   */
  allowsLoss(server: NodeId): boolean {
    return this.#spareOf(this.whole(this.#countsDamage).filter((each) => each !== server)) >= 0;
  }

  /** Lays damage over a server's disk, and takes it back at once if it goes beyond the budget. @returns Whether it stays. */
  tryDamage(server: NodeId, lay: (disk: SimDisk) => Damage | null): 'done' | 'refused' | 'nothing' {
    const disk = this.#cluster.world.disk(server);
    const damage = lay(disk);
    if (damage === null) return 'nothing';
    if (this.spare >= 0 && !this.#wouldServeForgetful(server, disk) && !this.#wouldServeWithoutSnapshot(server)) {
      this.#meddledWith.add(server);
      return 'done';
    }
    disk.takeBackDamage(damage);
    return 'refused';
  }

  /**
   * Whether a server that is recovering may read what is there now and serve with it, though it has forgotten a promise.
   * One that is down would be kept out for it ({@link mayStart}); who has started already is not asked any more.
   */
  #wouldServeForgetful(server: NodeId, disk: SimDisk): boolean {
    const { isUp, state } = this.#cluster.world.process(server);
    if (!isUp || this.#cluster.hosted.isServing(state)) return false;
    return this.#standingOfLiving(server, disk, true) === 'forgetful' && this.#keptBy(server, 'cache', true) === 'forgetful';
  }

  /**
   * Whether a server that is recovering may have read the snapshot that is damaged now, and serve, and remove the older ones that could
   * stand in for it. Had it read the damage it would keep one of those; nobody knows from outside how far it has come.
   */
  #wouldServeWithoutSnapshot(server: NodeId): boolean {
    const { isUp, state } = this.#cluster.world.process(server);
    if (!isUp || this.#cluster.hosted.isServing(state)) return false;
    return this.#outlooks.ofVisible(server, true).kind === 'starts' && this.#keptOf(server, state, true).kind === 'refuses';
  }

  /** What would be left once the server has removed the snapshots that are too many. */
  #keptOf(server: NodeId, state: unknown, withDamage: boolean): StartOutlook {
    return this.#outlooks.ofLeft(server, state, withDamage);
  }

  /** Counts a server as lost until the returned function is called: its disk is about to lie, nobody knows about what. */
  reserve(server: NodeId): () => void {
    this.#reserved.set(server, (this.#reserved.get(server) ?? 0) + 1);
    this.#meddledWith.add(server);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.#reserved.get(server) ?? 1) - 1;
      if (left === 0) this.#reserved.delete(server);
      else this.#reserved.set(server, left);
    };
  }

  /** The disk of a server that is down was emptied or put back. */
  changed(server: NodeId): void {
    this.#changed.add(server);
    this.#meddledWith.add(server);
  }

  /** Whether a server that is down may begin its next life with what it would read now: it must not have forgotten a promise. */
  mayStart(server: NodeId): boolean {
    const disk = this.#cluster.world.disk(server);
    return !this.#wasTouched(server, disk) || this.#keptBy(server, 'cache', true) !== 'forgetful';
  }

  /** Whether this server's disk was ever damaged, changed or made to lie, whatever became of that. */
  wasMeddledWith(server: NodeId): boolean {
    return this.#meddledWith.has(server);
  }

  /** Whether the next power loss may take from a server what it promised, or has. */
  mayForget(server: NodeId): boolean {
    return this.#changed.has(server) || this.standing(server) === 'forgetful';
  }

  /** It begins a life: what its disk holds counts as its own again, and is as good as the service that it comes to. */
  started(server: NodeId): void {
    if (this.#changed.delete(server)) this.#onTrial.add(server);
  }

  /** Whether a server may stop at what it reads of its disk now. */
  mayRefuse(server: NodeId): boolean {
    const disk = this.#cluster.world.disk(server);
    return this.#wasTouched(server, disk) && this.recovery(server) !== null && this.#outlooks.of(server, 'cache', true).kind === 'refuses';
  }

  /** What a start would make of a server's disk if the power went now. */
  outlook(server: NodeId): StartOutlook {
    return this.#outlooks.of(server, 'medium', true);
  }

  /** What the system can tell of this server's files; null where it cannot. */
  recovery(server: NodeId): Recovery | null {
    return this.#outlooks.recovery(server);
  }

  /** In a run that promises service damage counts; in one beyond the budget only what lies underneath. */
  get #countsDamage(): boolean {
    return this.#cluster.options.promise === 'within budget';
  }

  /** How many servers more may lose what they keep; below 0 the run could not keep what it promises. */
  get spare(): number {
    return this.#spareOf(this.whole(this.#countsDamage));
  }

  #spareOf(whole: readonly NodeId[]): number {
    const { hosted, options } = this.#cluster;
    return hosted.essential(options).every((server) => whole.includes(server)) ? whole.length - this.needed : -1;
  }

  #wasTouched(server: NodeId, disk: SimDisk): boolean {
    return disk.hasDamage || disk.hasNamesInDoubt || this.#changed.has(server) || this.#isOnTrial(server);
  }

  #isOnTrial(server: NodeId): boolean {
    if (!this.#onTrial.has(server)) return false;
    const { isUp, state } = this.#cluster.world.process(server);
    if (isUp && this.#cluster.hosted.isServing(state)) this.#onTrial.delete(server);
    return this.#onTrial.has(server);
  }

  /**
   * Its next life reads what is there to see, or, if the power goes before, what that leaves: it must be whole by both.
   * And it builds on what it sees, so what the page cache hides of the disk below must be no less.
   */
  #standingOfDead(server: NodeId, withDamage: boolean): Standing {
    const left = this.#keptBy(server, 'medium', withDamage);
    if (left !== 'whole') return left;
    const standing = this.#keptBy(server, 'cache', withDamage);
    const seen = this.#outlooks.of(server, 'cache', withDamage);
    return standing === 'whole' ? this.#lostBelow(server, withDamage, endOf(seen)) : standing;
  }

  /**
   * What a server that is down keeps by this: nothing that it promised grows any more, so it is weighed against what is there. Where
   * nobody listened to what it promised, all that was ever durable counts, so nothing may be missing.
   */
  #keptBy(server: NodeId, layer: Layer, withDamage: boolean): Standing {
    if (this.recovery(server) === null) return 'forgetful';
    const outlook = this.#outlooks.of(server, layer, withDamage);
    if (outlook.kind === 'refuses') return 'damaged';
    if (this.#promises !== null) return this.#promises.brokenBy(server, outlook.remembered) === null ? 'whole' : 'forgetful';
    const pristine = this.#outlooks.of(server, layer, false);
    const { hasLostNames } = this.#cluster.world.disk(server);
    const isItsOwn = !this.#changed.has(server) && !this.#onTrial.has(server) && !hasLostNames;
    return isItsOwn && pristine.kind === 'starts' && pristine.end === outlook.end ? 'whole' : 'forgetful';
  }

  /**
   * It goes on promising what its disk may not hold, so nothing at all may be missing from its log. A snapshot that is
   * not in force yet will be, so it must be whole too; files that are being removed may be gone or not, and older
   * snapshots than those that it keeps go with its next flush.
   */
  #standingOfLiving(server: NodeId, disk: SimDisk, withDamage: boolean): Standing {
    const standing = this.#lostBelow(server, withDamage, null);
    if (standing !== 'whole') return standing;
    const { hosted, world } = this.#cluster;
    const { state } = world.process(server);
    const visible = hosted.isServing(state) ? this.#keptOf(server, state, withDamage) : this.#outlooks.ofVisible(server, withDamage);
    if (visible.kind === 'refuses') return 'damaged';
    return withDamage && this.#hasDamagedDraft(server, disk) ? 'damaged' : 'whole';
  }

  /**
   * What damage takes away of a log below the page cache, under the names that are durable and under those that will be.
   *
   * @param known Where the log ends for whoever is to go on with it, if that is read from the files; a log that ends there has lost nothing.
   */
  #lostBelow(server: NodeId, withDamage: boolean, known: string | null): Standing {
    for (const layer of ['medium', 'named'] as const) {
      const pristine = this.#outlooks.of(server, layer, false);
      const outlook = this.#outlooks.of(server, layer, withDamage);
      if (outlook.kind === 'refuses' || pristine.kind === 'refuses') return 'damaged';
      if (outlook.end !== pristine.end && outlook.end !== known) return 'forgetful';
    }
    return 'whole';
  }

  /** Whether something is wrong in a snapshot that this life may put in force: not one that an earlier life left behind. */
  #hasDamagedDraft(server: NodeId, disk: SimDisk): boolean {
    const { hosted, world } = this.#cluster;
    if (!hosted.isServing(world.process(server).state)) return false;
    const recovery = this.recovery(server);
    if (recovery?.isDraft === undefined) return false;
    const outlook = this.outlook(server);
    const isDraft = (path: string): boolean => recovery.isDraft?.(path, outlook) === true;
    return disk.list().some(({ path }) => isDraft(path) && disk.damagesAt(path).some(({ isOn }) => isOn));
  }
}

/** Where a log ends; null where nobody would go on with it. */
function endOf(outlook: StartOutlook): string | null {
  return outlook.kind === 'starts' ? outlook.end : null;
}
