import type { NodeId } from '../../../core/base/units.js';
import type { Recovery } from '../../../core/recovery.js';
import { Budget, type Promises } from '../../budget/budget.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { Coverage } from '../../coverage/coverage.js';
import { LinkCuts } from './link-cuts.js';
import type { SimDisk } from '../../disk/disk.js';
import type { Damage } from '../../disk/damage.js';
import type { CountedLinks } from './counted-links.js';
import { ConditionPoller } from './condition-poller.js';
import { clogsOf, halfOpensOf, slowsOf } from './link-faults.js';

/**
 * What a strike can do to a cluster, within a budget: what disks had promised to keep is damaged only as far as the run
 * promises to survive (budget.ts). Everything else may strike all servers at once.
 */
export class Injector {
  readonly cluster: Cluster;
  readonly coverage: Coverage;
  readonly budget: Budget;
  readonly cuts: LinkCuts;
  readonly clogs: CountedLinks;
  readonly slows: CountedLinks;
  readonly halfOpens: CountedLinks;
  /** For those that wait for their moment; it finds none any more once this was stopped. */
  readonly poller: ConditionPoller;
  /** Servers that were seen not to be whole, to notice when one is whole again. */
  readonly #wounded = new Set<NodeId>();
  /** A rolling restart is under way. */
  isRolling = false;
  #isAtWork = true;

  /** @param promises Who listened to what servers told each other; null if nobody did. */
  constructor(cluster: Cluster, coverage: Coverage, promises: Promises | null = null) {
    this.cluster = cluster;
    this.coverage = coverage;
    this.budget = new Budget(cluster, promises);
    this.cuts = new LinkCuts(cluster.world);
    this.clogs = clogsOf(cluster);
    this.slows = slowsOf(cluster);
    this.halfOpens = halfOpensOf(cluster);
    this.poller = new ConditionPoller(cluster.world, () => this.#isAtWork);
  }

  /** No further strike, and nothing is undone any more: healing is the run's affair. */
  stop(): void {
    this.#isAtWork = false;
  }

  /** False once it was stopped: what still waits for its moment must then let it pass. */
  get isAtWork(): boolean {
    return this.#isAtWork;
  }

  /**
   * Lays damage over a server's disk as far as the budget goes.
   *
   * @returns Whether it stays. If not it never was, or there was nothing to damage.
   */
  damage(server: NodeId, lay: (disk: SimDisk, recovery: Recovery) => Damage | null): boolean {
    const recovery = this.budget.recovery(server);
    if (recovery === null) return false;
    const before = this.budget.whole().length;
    let damage = null as Damage | null;
    const done = this.budget.tryDamage(server, (disk) => (damage = lay(disk, recovery)));
    if (done === 'refused') this.coverage.mark('damage-refused-by-budget');
    if (done !== 'done' || damage === null) return false;
    this.cluster.world.damaged(server, damage);
    if (this.budget.whole().length === before) this.coverage.mark('damage-cost-nothing');
    this.noteBudget();
    return true;
  }

  /** Whether a server's disk may lose what no repair brings back. Notes a refusal. */
  mayLose(server: NodeId): boolean {
    const isAllowed = this.budget.allowsLoss(server);
    if (!isAllowed) this.coverage.mark('damage-refused-by-budget');
    return isAllowed;
  }

  /** Marks what can be said of the budget now. */
  noteBudget(): void {
    const { budget, cluster, coverage } = this;
    const whole = budget.whole();
    for (const server of cluster.servers) {
      if (!whole.includes(server)) this.#wounded.add(server);
      else if (this.#wounded.delete(server)) coverage.mark('damaged-disk-is-whole-again');
    }
    if (!budget.isServiceable) coverage.mark('budget-exceeded');
    else if (whole.length === budget.needed) coverage.mark('budget-exhausted');
    if (budget.isServiceable && budget.touched().length * 2 > cluster.servers.length) coverage.mark('most-disks-damaged-within-budget');
  }

  /** Does something later, unless it was stopped by then. */
  later(afterUs: number, act: () => void): void {
    const { world } = this.cluster;
    world.schedule(world.nowUs + afterUs, () => {
      if (this.#isAtWork) act();
    });
  }

  /** Begins the next life of a server that is down, unless it may have forgotten what it promised: then it stays out. */
  restart(server: NodeId): void {
    if (this.cluster.world.process(server).isUp) return;
    if (!this.budget.mayStart(server)) {
      this.coverage.mark('forgetful-server-kept-out');
      return;
    }
    this.budget.started(server);
    this.cluster.world.restart(server);
  }

  /** Ends a server's life and begins the next one after `lastsUs`. */
  crash(server: NodeId, keepsPageCache: boolean, lastsUs: number): void {
    if (!this.cluster.world.process(server).isUp) return;
    this.end(server, keepsPageCache);
    this.later(lastsUs, () => this.restart(server));
  }

  /** Ends a server's life; its next one is the caller's affair. Nothing if it is down. */
  end(server: NodeId, keepsPageCache: boolean): void {
    const { world } = this.cluster;
    if (!world.process(server).isUp) return;
    if (world.disk(server).hasPendingWrites) this.coverage.mark('crash-with-pending-writes');
    if ((this.cluster.hosted.leadership?.leads(world.process(server).state) ?? null) !== null) this.coverage.mark('leader-crashed');
    world.crash(server, { keepsPageCache });
  }
}
