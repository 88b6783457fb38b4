import type { NodeId } from '../core/base/units.js';
import type { Cluster } from './cluster.js';
import type { Coverage } from './coverage.js';
import { Cuts } from './cuts.js';
import type { Grips } from './grips.js';
import { clogsOf, halfOpensOf, slowsOf } from './network-grips.js';

/**
 * What a blow can do to a cluster, within a budget: what a disk had promised to keep is damaged on less
 * than half of the servers, so a majority keeps all that was ever acknowledged. Everything else may strike
 * all servers at once.
 */
export class Striker {
  readonly cluster: Cluster;
  readonly coverage: Coverage;
  readonly cuts: Cuts;
  readonly clogs: Grips;
  readonly slows: Grips;
  readonly halfOpens: Grips;
  /** Servers whose durable bytes were damaged. They may refuse to start, and are not in the healed core. */
  readonly rotten = new Set<NodeId>();
  /**
   * Those of them that may have forgotten a vote or an acknowledgement without noticing. Plain Raft has no
   * protection against that, so none of them comes back in a run that promises safety.
   */
  readonly forgetful = new Set<NodeId>();
  /** A rolling restart is under way. */
  isRolling = false;
  #isAtWork = true;

  constructor(cluster: Cluster, coverage: Coverage) {
    this.cluster = cluster;
    this.coverage = coverage;
    this.cuts = new Cuts(cluster.world);
    this.clogs = clogsOf(cluster);
    this.slows = slowsOf(cluster);
    this.halfOpens = halfOpensOf(cluster);
  }

  /** No further blow, and nothing is undone any more: healing is the run's affair. */
  stop(): void {
    this.#isAtWork = false;
  }

  /** False once it was stopped: what still waits for its moment must then let it pass. */
  get isAtWork(): boolean {
    return this.#isAtWork;
  }

  /** How many more servers may have their durable bytes damaged. */
  get rotLeft(): number {
    return Math.floor((this.cluster.servers.length - 1) / 2) - this.rotten.size;
  }

  /** Does something later, unless it was stopped by then. */
  later(afterUs: number, act: () => void): void {
    const { world } = this.cluster;
    world.schedule(world.nowUs + afterUs, () => {
      if (this.#isAtWork) act();
    });
  }

  /** Begins the next life of a server that is down, unless it must not come back. */
  restart(server: NodeId): void {
    if (!this.forgetful.has(server)) this.cluster.world.restart(server);
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
    if (this.cluster.view(server)?.raft.role === 'leader') this.coverage.mark('leader-crashed');
    world.crash(server, { keepsPageCache });
  }
}
